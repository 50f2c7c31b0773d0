"""Running answers: generation belongs to the process, and whoever looks on only follows it.

A browser that reloads, or a second tab, finds the answer still being written or finished. What is written goes
into the store every two seconds, so that a process that dies takes no more than that with it.
"""

import builtins
import logging
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from kb.errors import ConversationNotFound, KBError
from kb.models.cancellation import Cancellation
from kb.people.permissions import owner
from kb.people.rates import Rates
from kb.schema import DEFAULT_OPTIONS, AskOptions, Done, Failed, Message, Principal, Scope, Thought
from kb.store.conversations import (
    ConversationStore,
    Feedback,
    JudgedAnswer,
    Mode,
    StoredConversation,
    TurnState,
    Verdict,
    clean,
)
from kb.store.database import now
from ui.service.answer_task import FileAwaited, RunningAnswer, Snapshot, Step, Tell, begins
from ui.service.fair_queue import FairQueue
from ui.service.turns import Conversation, Turn, answer_of, stored_turn, told_of, turn_of

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase

__all__ = ["LOCAL", "Conversation", "Conversations", "Feedback", "Mode", "RunningAnswer", "Snapshot", "Turn"]

LOCAL = owner()
_KEPT_OPEN = 32  # conversations that stay loaded though nobody looks at them
_CHECKPOINT_SECONDS = 2.0
_UNREAD = -1  # instead of how often it was cleared

log = logging.getLogger(__name__)

RETRY_TEMPERATURE = 0.6  # DeepSeek-R1's own; at 0, which the embedded engine takes, the same answer would come


@dataclass(frozen=True, slots=True)
class _How:
    """How one question is to be answered, and whose turn it takes."""

    client: str
    asker: Principal
    history: Sequence[Message]
    options: AskOptions
    first: "First | None" = None


First = Callable[[Cancellation], Iterator[FileAwaited]]  # what an answer waits for before it begins


class Conversations:
    """The conversations of the service. Safe from several threads. Raises what `ConversationStore` raises."""

    def __init__(
        self,
        kb: "KnowledgeBase",
        queue: FairQueue | None = None,
        *,
        asker: Principal = LOCAL,
        checkpoint_seconds: float = _CHECKPOINT_SECONDS,
        rates: Rates | None = None,
    ) -> None:
        """`rates`: how often one person may ask; any number of times without."""
        self._kb = kb
        self._queue = FairQueue() if queue is None else queue
        self._asker, self._rates = asker, rates
        self._store = ConversationStore(kb.catalog)
        self._lock = threading.Lock()
        # One object for each conversation as long as anybody holds it, so that all tabs follow the same turns.
        self._open: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self._open_conversations: OrderedDict[str, Conversation] = OrderedDict()
        # By the turn's id; with how often its conversation had been cleared when it was asked.
        self._running: dict[str, tuple[Conversation | None, Turn, int]] = {}
        self._saving = threading.Lock()
        self._saved: dict[str, int] = {}  # the revision of a running turn that the store has
        self._closed = threading.Event()
        self._seconds = checkpoint_seconds
        self._keeper: threading.Thread | None = None
        self.deleting: list[Callable[[str, Principal], object]] = []  # called with the id of one, before it goes
        self._store.interrupt()

    # ---- conversations

    def new(self, owner: str = "local") -> Conversation:
        """Begin a conversation. It is listed once something is asked in it."""
        return self._hold(Conversation(self._store.create(owner).id, owner))

    def get(self, id: str) -> Conversation | None:
        """A conversation with its turns; None where there is none, or it was deleted."""
        cleared = self._store.clearings(id)
        with self._lock:
            conversation = self._open.get(id)
        if cleared is None:
            return None
        if conversation is None or conversation.cleared != cleared:
            conversation = self._read(id, cleared)
        return self._hold(conversation) if conversation else None

    def list(
        self, owner: str | None = "local", search: str = "", limit: int = 50, offset: int = 0
    ) -> builtins.list[StoredConversation]:
        """Conversations in which something was asked, the last used first; see `ConversationStore.list`."""
        return self._store.list(owner, search, limit, offset)

    def rename(self, id: str, title: str) -> None:
        """Give a conversation a name; "" goes back to its first question."""
        self._store.rename(id, title)
        with self._lock:
            conversation = self._open.get(id)
        if conversation:
            conversation.name = clean(" ".join(title.split()))

    def delete(self, id: str, by: Principal = LOCAL) -> None:
        """Delete a conversation for good with the files dropped into it, and stop what is being answered in it. `by` is
        who does."""
        with self._lock:
            self._open_conversations.pop(id, None)
            self._open.pop(id, None)
            stopped = [turn for owner, turn, _ in self._running.values() if owner is not None and owner.id == id]
        for turn in stopped:
            turn.running.stop()
        for prepare in self.deleting:
            prepare(id, by)
        self._store.delete(id, by.name)

    def feedback(self, turn_id: str, verdict: Verdict | None, reason: str = "", who: str = "local") -> None:
        """Keep a reader's judgement of an answer; None takes it back."""
        given = self._store.set_feedback(turn_id, verdict, reason, who)
        with self._lock:
            opened = [*self._open.values()]
        for turn in (turn for conversation in opened for turn in conversation.turns if turn.id == turn_id):
            turn.feedback = given

    def judged(self, verdict: Verdict | None = None, limit: int = 100) -> builtins.list[JudgedAnswer]:
        """What readers said of answers, the newest first; see `ConversationStore.judged`."""
        return self._store.judged(verdict, limit)

    # ---- answers

    def ask(
        self,
        conversation: Conversation,
        question: str,
        mode: Mode,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        client: str = "page",
        asker: Principal | None = None,
        shown: Conversation | None = None,
        first: First | None = None,
    ) -> Turn | None:
        """Begin a turn. None when one is already being answered: a double click, or a second tab.

        `client` is whose turn in the queue it takes, `shown` the conversation as far as the asker may see it, which is
        all that the model is told of it, `first` what the answer waits for. Raises ConversationNotFound where the
        conversation was deleted, and UsageError where there is no room for another.
        """
        with conversation.lock:
            if conversation.running is not None:
                return None
            known = conversation if shown is None else shown
            how = _How(client, self._admitted(asker), known.history(), options, first)
            turn = self._new_turn(question, mode, options.scope, told_of(known))
            return self._append(conversation, turn, how)

    def again(
        self,
        conversation: Conversation,
        position: int,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        client: str = "page",
        asker: Principal | None = None,
        shown: Conversation | None = None,
    ) -> Turn | None:
        """Put the question of a turn once more, as it was put then, of the same documents: what came after it is no
        context.

        No curated answer is given. Without a seed one is drawn, and without a temperature words are drawn too, so that
        another answer can come. None when a turn is already being answered. Raises ConversationNotFound where there is
        no such turn.
        """
        with conversation.lock:
            if conversation.running is not None:
                return None
            turn, known = conversation.turn(position), conversation if shown is None else shown
            options = replace(
                options,
                seed=secrets.randbelow(2**31) if options.seed is None else options.seed,
                temperature=RETRY_TEMPERATURE if options.temperature is None else options.temperature,
                curated=False,
            )
            how = _How(client, self._admitted(asker), known.history(before=position), options)
            turn = self._new_turn(turn.question, turn.mode, turn.scope, told_of(known, before=position))
            return self._append(conversation, turn, how)

    def edit(
        self,
        conversation: Conversation,
        position: int,
        question: str,
        mode: Mode,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        client: str = "page",
        asker: Principal | None = None,
        shown: Conversation | None = None,
        first: First | None = None,
    ) -> Turn | None:
        """Ask something else in place of the turn at a position: that turn and all after it are deleted.

        None when a turn is already being answered. Raises ConversationNotFound where there is no such turn; nothing is
        deleted where an error is raised.
        """
        with conversation.lock:
            if conversation.running is not None:
                return None
            conversation.turn(position)
            known = conversation if shown is None else shown
            how = _How(client, self._admitted(asker), known.history(before=position), options, first)
            turn = self._new_turn(question, mode, options.scope, told_of(known, before=position))
            turn.position, turn.think_budget = position, options.think_budget
            with self._saving:  # an answer that was stopped may still be written
                stored = stored_turn(turn)
                self._store.save_turn(conversation.id, stored, in_place=True, by=how.asker.name)
                for each in conversation.turns:
                    each.removed = each.position >= position
            conversation.turns = [each for each in conversation.turns if not each.removed]
            self._begin(conversation, turn, how)
            conversation.turns.append(turn)
            return turn

    def _append(self, conversation: Conversation, turn: Turn, how: _How) -> Turn:
        turn.position = conversation.turns[-1].position + 1 if conversation.turns else 0
        turn.think_budget = how.options.think_budget
        self._store.save_turn(conversation.id, stored_turn(turn))  # before it begins: a question is never lost
        self._begin(conversation, turn, how)
        conversation.turns.append(turn)
        return turn

    def run(
        self,
        mode: Mode,
        question: str,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        history: Sequence[Message] = (),
        client: str = "api",
        asker: Principal | None = None,
    ) -> RunningAnswer:
        """An answer outside any conversation, which nothing keeps. It waits in the same queue."""
        turn = self._new_turn(question, mode, options.scope)
        self._begin(None, turn, _How(client, self._admitted(asker), history, options))
        return turn.running

    def _admitted(self, asker: Principal | None) -> Principal:
        """Who asks one more question. Raises TooManyRequests."""
        asker = asker or self._asker
        if self._rates is not None:
            self._rates.question(asker)
        return asker

    def _new_turn(self, question: str, mode: Mode, scope: Scope, told_of: tuple[tuple[str, str], ...] = ()) -> Turn:
        begun = RunningAnswer.ended(Snapshot(state=begins(mode)), 0.0)  # until it is begun
        changes = self._kb.catalog.access_changes()
        return Turn(
            clean(question), mode, begun, secrets.token_hex(12), scope=scope, asked_at=now(), access_changes=changes,
            told_of=told_of,
        )  # fmt: skip

    def running(self) -> builtins.list[Turn]:
        """All turns being answered now, also those outside any conversation."""
        with self._lock:
            turns = [turn for _, turn, _ in self._running.values()]
        return [turn for turn in turns if not turn.running.snapshot.finished]

    def checkpoint(self) -> None:
        """Write what the running answers have so far into the store. Done every two seconds while any runs."""
        with self._lock:
            running = [*self._running.values()]
        for conversation, turn, cleared in running:
            if conversation is not None:
                self._save(conversation, turn, cleared)

    def stop_all(self, timeout: float = 5.0, state: TurnState = "stopped") -> None:
        """Stop every running answer and wait until the engines have let go, or for `timeout` seconds."""
        with self._lock:
            turns = [turn for _, turn, _ in self._running.values()]
        for turn in turns:
            turn.running.stop(state)
        deadline = time.monotonic() + timeout
        for turn in turns:
            turn.running.join(max(0.0, deadline - time.monotonic()))

    def close(self, timeout: float = 10.0) -> None:
        """Interrupt what runs and take no more questions: afterwards nothing here uses the knowledge base."""
        with self._lock:
            self._closed.set()
        self.stop_all(timeout, "interrupted")
        if self._keeper is not None:
            self._keeper.join(timeout)

    def _begin(self, conversation: Conversation | None, turn: Turn, how: _How) -> None:
        """Let the turn be answered in a thread of its own."""
        with self._lock:  # `_ended` waits for it, and finds the turn
            if self._closed.is_set():
                raise KBError("service.stopping")
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="checkpoints", daemon=True)
                self._keeper.start()
            turn.running = RunningAnswer(
                partial(self._events, turn, how), mode=turn.mode, on_end=partial(self._ended, turn.id, how.asker)
            )
            self._running[turn.id] = (conversation, turn, conversation.cleared if conversation else 0)

    def _events(self, turn: Turn, how: _How, stop: Cancellation, tell: Tell) -> Iterator[Step]:
        """The events of one answer. The end is told when the slot is free: who asks again at once waits for nobody."""
        if how.first is not None:  # meanwhile others have their turns
            yield from how.first(stop)
            if stop.is_set():
                return
        end: Done | Failed | None = None
        with self._queue.turn_at_need(how.client, stop, tell) as take_turn:
            options = replace(how.options, scope=turn.scope, stop=stop, take_turn=take_turn)
            if turn.mode == "chat":
                events = self._kb.chat(turn.question, options, history=how.history)
            else:
                events = self._kb.ask(turn.question, how.asker, options, history=how.history)
            with closing(events):
                for event in events:
                    if isinstance(event, Done | Failed):
                        end = event
                        break
                    if turn.think_budget is None and how.options.model is None and isinstance(event, Thought):
                        turn.think_budget = self._kb.model.think_budget  # it is loaded by now
                    yield event
        if end is not None:
            yield end

    # ---- the store

    def _keep(self) -> None:
        while not self._closed.wait(self._seconds):
            self.checkpoint()

    def _ended(self, turn_id: str, asker: Principal) -> None:
        with self._lock:
            conversation, turn, cleared = self._running[turn_id]
        if conversation is not None:
            self._save(conversation, turn, cleared)
        self._kb.usage.count_question(asker, stored_turn(turn))
        with self._lock:
            del self._running[turn_id]
            self._saved.pop(turn_id, None)

    def _save(self, conversation: Conversation, turn: Turn, cleared: int) -> None:
        """Bring the store up to date with a turn; what cannot be kept is told in the log, and the answer goes on."""
        with self._saving:  # so that no older state is written over a newer one
            revision = turn.running.snapshot.revision
            if turn.removed or self._saved.get(turn.id) == revision:
                return
            stored = stored_turn(turn)
            try:
                kept = self._store.save_turn(conversation.id, stored, cleared)
            except ConversationNotFound:
                turn.running.stop()
                return
            except (KBError, sqlite3.Error):
                log.warning("an answer could not be written into the catalog", exc_info=True)
                return
            self._saved[turn.id] = revision
            if kept is not stored:  # a document it rests on was deleted meanwhile
                turn.running.stop()
                turn.running = answer_of(replace(kept, state=turn.running.snapshot.state))

    def _read(self, id: str, cleared: int) -> Conversation | None:
        """Read a conversation from the store; into the object that is there already, if it is."""
        known = self._store.get(id)
        if known is None:
            return None
        with self._lock:
            conversation = self._open.get(id)
            if conversation is None:
                conversation = self._open[id] = Conversation(id, known.owner, cleared=_UNREAD)
        with conversation.lock:
            with self._lock:  # before the rows: what ends meanwhile is in one of the two
                running = {turn.id: turn for owner, turn, _ in self._running.values() if owner is conversation}
            stored = self._store.turns(id)
            conversation.turns = [running.get(turn.id) or turn_of(turn) for turn in stored]
            conversation.name, conversation.cleared = known.title, cleared
        return conversation

    def _hold(self, conversation: Conversation) -> Conversation:
        """Keep it loaded while it is among those used last."""
        with self._lock:
            self._open[conversation.id] = conversation
            self._open_conversations[conversation.id] = conversation
            self._open_conversations.move_to_end(conversation.id)
            if len(self._open_conversations) > _KEPT_OPEN:
                self._open_conversations.popitem(last=False)
        return conversation
