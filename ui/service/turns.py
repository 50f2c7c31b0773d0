"""Turns and conversations as the service holds them: what was asked, and the answers being made or made before."""

import threading
from dataclasses import dataclass, field

from kb.errors import ConversationNotFound
from kb.schema import EVERYTHING, Message, Scope
from kb.store.conversations import FINISHED, Feedback, Mode, StoredTurn, sources_of, title_of
from ui.service.answer_task import RunningAnswer, Snapshot


@dataclass(slots=True)
class Turn:
    """A question and its answer."""

    question: str
    mode: Mode
    running: RunningAnswer
    id: str = ""
    position: int = 0  # from 0
    scope: Scope = EVERYTHING
    feedback: Feedback | None = None
    asked_at: str = ""  # ISO 8601, UTC
    think_budget: int | None = None  # tokens; None: the model's own, as long as it has not begun to reason
    access_changes: int = 0  # how often it had been changed who may read what, when it was asked
    told_of: tuple[tuple[str, str], ...] = ()  # documents, as (collection, path), of which the turns before it speak
    removed: bool = False  # another question stands in its place: nothing more of it is kept


@dataclass(eq=False)
class Conversation:
    """Questions and answers in order; `id` is the name in the page's address."""

    id: str
    owner: str = "local"
    name: str = ""  # given by its reader
    turns: list[Turn] = field(default_factory=list)
    cleared: int = 0  # how often evidence was taken out of it before these turns were read
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def title(self) -> str:
        """Its name, or else the first question."""
        return self.name or (title_of(self.turns[0].question) if self.turns else "")

    @property
    def running(self) -> Turn | None:
        """The turn that is being answered."""
        return self.turns[-1] if self.turns and not self.turns[-1].running.snapshot.finished else None

    def turn(self, position: int) -> Turn:
        """The turn at a position. Raises ConversationNotFound."""
        for turn in self.turns:
            if turn.position == position:
                return turn
        raise ConversationNotFound(f"There is no turn {position} in conversation {self.id!r}; turns count from 0.")

    def history(self, before: int | None = None) -> list[Message]:
        """The conversation as a model is told it, up to the turn at position `before`: without reasoning, and without
        turns that gave nothing."""
        messages: list[Message] = []
        for turn in self.turns:
            if before is not None and turn.position >= before:
                break
            snapshot = turn.running.snapshot
            asked = snapshot.answer is None or snapshot.answer.kind not in ("greeting", "help")  # these are no context
            if asked and snapshot.finished and snapshot.text.strip():
                messages += [Message("user", turn.question), Message("assistant", snapshot.text)]
        return messages


def told_of(conversation: Conversation, before: int | None = None) -> tuple[tuple[str, str], ...]:
    """The documents, as (collection, path), of which its turns up to the one at position `before` speak."""
    turns = [turn for turn in conversation.turns if before is None or turn.position < before]
    return tuple(sorted({source for turn in turns for source in sources_of(stored_turn(turn))}))


def stored_turn(turn: Turn) -> StoredTurn:
    """A turn as the store keeps it."""
    s = turn.running.snapshot
    return StoredTurn(
        id=turn.id, position=turn.position, question=turn.question, mode=turn.mode, scope=turn.scope, state=s.state,
        searched=s.searched, thinking=s.thinking, thought_tokens=s.thought_tokens, text=s.text, passages=s.passages,
        notices=s.notices, answer=s.answer, error=s.error, asked_at=turn.asked_at, seconds=turn.running.seconds,
        feedback=turn.feedback, think_budget=turn.think_budget, access_changes=turn.access_changes,
        told_of=turn.told_of, terms=s.terms,
    )  # fmt: skip


def answer_of(stored: StoredTurn) -> RunningAnswer:
    """The answer of a turn that nobody writes any more."""
    snapshot = Snapshot(
        state=stored.state if stored.state in FINISHED else "interrupted", passages=stored.passages,
        searched=stored.searched, thinking=stored.thinking, thought_tokens=stored.thought_tokens, text=stored.text,
        notices=stored.notices, answer=stored.answer, error=stored.error, terms=stored.terms,
    )  # fmt: skip
    return RunningAnswer.ended(snapshot, stored.seconds)


def turn_of(stored: StoredTurn) -> Turn:
    """A turn read from the store."""
    return Turn(
        stored.question, stored.mode, answer_of(stored), stored.id, stored.position, stored.scope, stored.feedback,
        stored.asked_at, stored.think_budget, stored.access_changes, stored.told_of,
    )  # fmt: skip
