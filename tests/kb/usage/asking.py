"""Questions that have ended, for tests of usage."""

from kb.assistant import KnowledgeBase
from kb.schema import Answer, Citation, Notice, Passage, Principal, Retrieval, Scope
from kb.store.conversations import StoredTurn, TurnState


def passage(document: str, collection: str = "docs") -> Passage:
    return Passage(1, 7, collection, document, 1, None, 0, 5, "words", "", "", document, 0.25)


def answer(question: str, *documents: str, refused: str = "", uncertain: bool = False) -> Answer:
    """An answer that cites these documents, or a refusal for this reason to which they came nearest."""
    passages = tuple(map(passage, documents))
    cited = (
        () if refused else tuple(Citation(1, p.collection, p.document, 1, None, 0, 5, "w", True, 0) for p in passages)
    )
    notices = (Notice("orders", "…"), Notice(refused, "…")) if refused else ()
    return Answer(
        question, question, "text", "", bool(refused), "en", (), cited, passages, notices, "embedded", "m", 1.0, None,
        uncertain=uncertain,
    )  # fmt: skip


def turn(question: str, made: Answer | None, state: TurnState = "done", **values: object) -> StoredTurn:
    """A question that ended so."""
    begun: dict[str, object] = {
        "id": f"id of {question}", "position": 0, "question": question, "mode": "documents", "scope": Scope(),
        "state": state, "searched": question, "thinking": "", "thought_tokens": 0, "text": "", "notices": (),
        "passages": made.passages if made else None, "answer": made, "error": None, "seconds": 1.0, "feedback": None,
        "asked_at": "2026-01-02T03:04:05.000+00:00",
    }  # fmt: skip
    return StoredTurn(**{**begun, **values})  # type: ignore[arg-type]


def refuse(kb: KnowledgeBase, asker: Principal, question: str, *documents: str, times: int = 1) -> None:
    """Let somebody ask in vain; these documents came nearest."""
    for _ in range(times):
        kb.usage.count_question(asker, turn(question, answer(question, *documents, refused="not_stated")))


def found(question: str, *documents: str, enough: bool = False) -> Retrieval:
    """What a search found."""
    return Retrieval(question, tuple(map(passage, documents)), enough, 0.1, 0.01)
