"""One's own conversations, and those that others share: each is seen as far as it rests on documents that its reader
may read now.

An answer that rests on others is kept, and comes back when they may be read again. It is withheld whole, since words of
a document may stand anywhere in it; the model is not told of it either.

One that is shared is read, and nothing else. Its reader is shown answers that are finished, and of those also none that
names documents without resting on them: which of these they may read is not known.
"""

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from kb.errors import ConversationNotFound
from kb.people import shares
from kb.people.accounts import People, is_account
from kb.schema import DEFAULT_OPTIONS, EVERYTHING, AskOptions, Notice, Principal
from kb.store.catalog import Catalog
from kb.store.conversations import (
    FINISHED,
    NOT_READABLE,
    NOT_READABLE_HERE,
    ConversationStore,
    Mode,
    StoredConversation,
    StoredTurn,
    Verdict,
    sources_of,
    without_evidence,
)
from ui.service.conversations import Conversation, Conversations
from ui.service.turns import Turn, stored_turn, turn_of

WITHHELD = "not_readable"  # the kind of the notice in place of an answer
_NAMING = frozenset({"nothing_matches", "more_elsewhere", "sampled", "one_sided", "document_deleted"})
_WITHOUT_DOCUMENTS = frozenset({"greeting", "help"})
_AT_ONCE = 200  # conversations that are looked through together


class OwnConversations:
    """The conversations of one who asks. What is neither theirs nor shared with them is not there:
    ConversationNotFound, or None.

    The home's owner has those that no account has. Raises what `Conversations` raises.
    """

    def __init__(self, conversations: Conversations, catalog: Catalog, asker: Principal) -> None:
        self._all, self._catalog, self._asker = conversations, catalog, asker
        self._is_owner = asker.unlimited and not is_account(catalog, asker.name)

    def new(self) -> Conversation:
        """Begin a conversation."""
        return self._all.new(self._asker.name)

    def get(self, id: str) -> Conversation | None:
        """A conversation as far as it may be seen; None where there is none."""
        found = self._all.get(id)
        if found is None or self.owns(found):
            return None if found is None else self._visible_part(found)
        return self._shared(found) if shares.is_shown(self._catalog, id, self._asker) else None

    def owns(self, conversation: Conversation) -> bool:
        """Whether it is theirs, and so theirs to go on with; else it is shared with them."""
        return self._is_mine(conversation.owner)

    def list(
        self, owner: str | None = None, search: str = "", limit: int = 50, offset: int = 0
    ) -> builtins.list[StoredConversation]:
        """Conversations in which something was asked, the last used first; see `ConversationStore.list`. The home's
        owner may name one of the names that programs gave."""
        if owner is not None and not self._is_mine(owner):
            return []
        whose = owner if self._is_owner else self._asker.name
        if not search.strip() or self._asker.unlimited:
            return self._all.list(whose, search, limit, offset)
        found: builtins.list[StoredConversation] = []
        for each in self._matching(whose, search):
            if len(found) == offset + limit:
                break
            if self._holds(each, search):
                found.append(each)
        return found[offset:]

    def shared(self, limit: int = 50) -> builtins.list[StoredConversation]:
        """Conversations that others share with them by name or group, the last used first."""
        stored = ConversationStore(self._catalog)
        found = (stored.get(id) for id in shares.shown_to(self._catalog, self._asker, limit))
        return [each for each in found if each is not None and not self._is_mine(each.owner)]

    def readers(self, id: str) -> tuple[str, ...]:
        """With whom a conversation of theirs is shared."""
        return shares.readers_of(self._catalog, self._mine(id).id)

    def share(self, id: str, readers: Iterable[str]) -> None:
        """Share a conversation with these readers and no others; with none: take it back.

        Raises UsageError, PersonNotFound, GroupNotFound.
        """
        mine = self._mine(id)
        known = shares.known_readers(People(self._catalog), readers, self._asker)
        shares.share(self._catalog, mine.id, known, self._asker.name)

    def rename(self, id: str, title: str) -> None:
        """Give a conversation a name."""
        self._all.rename(self._mine(id).id, title)

    def delete(self, id: str) -> None:
        """Delete a conversation for good."""
        self._all.delete(self._mine(id).id, self._asker)

    def ask(
        self, conversation: Conversation, question: str, mode: Mode, options: AskOptions = DEFAULT_OPTIONS, **how: Any
    ) -> Turn | None:
        """Begin a turn; see `Conversations.ask`."""
        mine = self._mine(conversation.id)
        return self._all.ask(mine, question, mode, options, asker=self._asker, shown=self._visible_part(mine), **how)

    def again(
        self, conversation: Conversation, position: int, options: AskOptions = DEFAULT_OPTIONS, **how: Any
    ) -> Turn | None:
        """Put a question once more; see `Conversations.again`."""
        mine = self._mine(conversation.id)
        return self._all.again(mine, position, options, asker=self._asker, shown=self._visible_part(mine), **how)

    def edit(
        self,
        conversation: Conversation,
        position: int,
        question: str,
        mode: Mode,
        options: AskOptions = DEFAULT_OPTIONS,
        **how: Any,
    ) -> Turn | None:
        """Ask something else in place of a turn and all after it; see `Conversations.edit`."""
        mine = self._mine(conversation.id)
        return self._all.edit(
            mine, position, question, mode, options, asker=self._asker, shown=self._visible_part(mine), **how
        )

    def feedback(self, conversation: Conversation, turn: Turn, verdict: Verdict | None, reason: str = "") -> None:
        """Judge an answer; None takes it back."""
        mine = self._mine(conversation.id).turn(turn.position)
        self._all.feedback(mine.id, verdict, reason, self._asker.name)

    # ---- what may be seen

    def _is_mine(self, owner: str) -> bool:
        return owner == self._asker.name or (self._is_owner and not is_account(self._catalog, owner))

    def _mine(self, id: str) -> Conversation:
        found = self._all.get(id)
        if found is None or not self._is_mine(found.owner):
            raise ConversationNotFound("conversation.not_found", id=id)
        return found

    def _visible_part(self, conversation: Conversation) -> Conversation:
        """The conversation with the turns that the asker may see as they are, and the others without their answers."""
        if self._asker.unlimited:
            return conversation
        changes = self._catalog.access_changes()
        turns = [self._turn(turn, changes) for turn in conversation.turns]
        if all(seen is turn for seen, turn in zip(turns, conversation.turns, strict=True)):
            return conversation
        return replace(conversation, turns=turns)

    def _shared(self, conversation: Conversation) -> Conversation:
        """Somebody else's conversation as it is shown to the asker: what was judged in it is its person's alone."""
        finished = [turn for turn in conversation.turns if turn.running.snapshot.finished]
        return replace(conversation, turns=[self._readable_turn(turn) for turn in finished])

    def _readable_turn(self, turn: Turn) -> Turn:
        stored = replace(stored_turn(turn), feedback=None)
        if self._asker.unlimited:
            return turn_of(stored)
        bare = replace(stored, scope=EVERYTHING, error=None if stored.error is None else "")  # both name documents
        if _names_without_sources(bare) or not self._catalog.all_readable(self._asker, sources_of(bare)):
            return turn_of(without_evidence(replace(bare, error=None), WITHHELD, NOT_READABLE_HERE))
        return turn_of(_without_names(bare))

    def _turn(self, turn: Turn, changes: int) -> Turn:
        stored = stored_turn(turn)
        if not self._catalog.all_readable(self._asker, sources_of(stored)) or (
            stored.access_changes != changes and _names_without_sources(stored)
        ):
            turn.running.stop()  # nothing more of it is to be seen
            state = stored.state if stored.state in FINISHED else "stopped"
            return turn_of(without_evidence(replace(stored, state=state, error=None), WITHHELD, NOT_READABLE))
        if stored.access_changes != changes and _has_naming_notice(stored):
            return turn_of(_without_names(stored))
        return turn

    def _matching(self, owner: str | None, search: str) -> Iterator[StoredConversation]:
        """All in which it stands, also where it may not be seen."""
        offset = 0
        while part := self._all.list(owner, search, _AT_ONCE, offset):
            yield from part
            offset += len(part)

    def _holds(self, listed: StoredConversation, search: str) -> bool:
        """Whether title, questions or answers that may be seen hold these characters."""
        found, wanted = self.get(listed.id), " ".join(search.split()).casefold()
        texts = (
            [listed.title, *(text for t in found.turns for text in (t.question, t.running.snapshot.text))]
            if found
            else []
        )
        return any(wanted in text.casefold() for text in texts)


def _names_without_sources(turn: StoredTurn) -> bool:
    """Whether its text may name documents though it rests on none: which of several is meant, or what there is."""
    passages = turn.passages or (turn.answer.passages if turn.answer else ())
    kind = turn.answer.kind if turn.answer else ""
    return turn.mode == "documents" and bool(turn.text) and not passages and kind not in _WITHOUT_DOCUMENTS


def _has_naming_notice(turn: StoredTurn) -> bool:
    told: tuple[Notice, ...] = turn.notices + (turn.answer.notices if turn.answer else ())
    return turn.state in FINISHED and any(notice.kind in _NAMING for notice in told)


def _without_names(turn: StoredTurn) -> StoredTurn:
    """The turn without notices that name documents: who may read those is not known any more."""
    kept = tuple(notice for notice in turn.notices if notice.kind not in _NAMING)
    answer = turn.answer
    if answer is not None:
        answer = replace(answer, notices=tuple(notice for notice in answer.notices if notice.kind not in _NAMING))
    return replace(turn, notices=kept, answer=answer)
