"""A home in which questions were asked and judged, with people of several rights."""

from collections.abc import Sequence
from pathlib import Path

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.people.accounts import People
from kb.review.reviews import Mark, Review
from kb.schema import EVERYTHING, Answer, AskOptions, Done, Message, Principal
from kb.store.conversations import ConversationStore, StoredTurn, Verdict
from tests.knowledge import OWNER, write

FILES = {
    "handbook.md": "# Handbook\n\n## Hours\n\nThe office in Utrecht opens at 7:45 and closes at 19:10.\n",
    "leave.md": "# Leave\n\n## Days\n\nFull-time employees get 25 days of annual leave.\n",
}
SECRET = {"board.md": "# Board\n\nThe board pays a bonus of 4 percent in March.\n"}
OPENS = "When does the office in Utrecht open?"
LEAVE = "How many days of annual leave do full-time employees get?"


def fill(kb: KnowledgeBase, folder: Path) -> None:
    """`docs`, which everyone reads and `ed` edits, and `board`, which only `boss` and the group `board` read."""
    ingest(kb, [write(folder / "docs", FILES)])
    ingest(kb, [write(folder / "board", SECRET)])
    people = People(kb.catalog)
    people.add("boss", by="t")
    people.add_group("board", by="t")
    people.add("ann", by="t", groups=["board"])
    people.add("bob", by="t")
    people.add("ed", by="t", role="editor", edits=["docs"])
    people.add("eve", by="t", role="editor", edits=["other"])
    kb.set_readers(OWNER, Place("collection", "docs"), ["*"])
    kb.set_readers(OWNER, Place("collection", "board"), ["group:board"])


def person(kb: KnowledgeBase, name: str) -> Principal:
    account = People(kb.catalog).get(name)
    assert account is not None
    return account.principal


def asked(
    kb: KnowledgeBase, question: str, asker: Principal, history: Sequence[Message] = (), **options: object
) -> Answer:
    """The answer, without a curated one unless that is asked for."""
    how = AskOptions(**{"curated": False, **options})  # type: ignore[arg-type]
    events = list(kb.ask(question, asker, how, history=history))
    assert isinstance(events[-1], Done), events[-1]
    return events[-1].answer


def judge(kb: KnowledgeBase, name: str, question: str, verdict: Verdict = "down", reason: str = "") -> str:
    """Ask, keep it in a conversation, and judge it. Returns the id of the turn."""
    answer = asked(kb, question, person(kb, name))
    store = ConversationStore(kb.catalog)
    conversation = store.create(name).id
    turn = StoredTurn(
        id=f"turn-{conversation}", position=0, question=question, mode="documents", scope=EVERYTHING, state="done",
        searched=answer.searched, thinking=answer.thinking, thought_tokens=3, text=answer.text,
        passages=answer.passages, notices=answer.notices, answer=answer, error=None, asked_at="2026-11-25T10:00:00Z",
        seconds=1.0, feedback=None,
    )  # fmt: skip
    store.save_turn(conversation, turn)
    store.set_feedback(turn.id, verdict, reason, name)
    return turn.id


def mark(kb: KnowledgeBase, document: str, words: str, collection: str = "docs") -> Mark:
    """The place of some words in a document."""
    text = kb.stored_text(OWNER, collection, document).text
    start = text.index(words)
    return Mark(collection, document, start, start + len(words))


def corrected(
    kb: KnowledgeBase, editor: Principal, id: str, question: str, answer: str, marks: Sequence[Mark], *,
    curated: bool = True, also: Sequence[str] = (),
) -> Review:  # fmt: skip
    """A correction that is accepted."""
    seen = kb.reviews.get(editor, id).version
    review = kb.reviews.correct(editor, id, seen, question=question, answer=answer, marks=marks, also=also)
    return kb.reviews.accept(editor, id, review.version, curated=curated)
