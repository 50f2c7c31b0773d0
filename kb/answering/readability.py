"""An answer goes on only as long as its asker may read all that was found for it."""

from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from kb.answering.answer_builder import Draft
from kb.errors import AccessLost
from kb.people.accounts import People, is_account
from kb.schema import Answer, Event, Principal
from kb.store.catalog import Catalog

Result = TypeVar("Result", Answer, Answer | None)


def while_readable(
    catalog: Catalog, draft: Draft, asker: Principal, events: Generator[Event, None, Result]
) -> Generator[Event, None, Result]:
    """The events, as long as the asker may read all that was found. Raises AccessLost."""
    has_account = is_account(catalog, asker.name)
    if asker.unlimited and not has_account:
        return (yield from events)
    changes = catalog.access_changes()
    with closing(events):
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                _check_readable(catalog, draft, asker, has_account)
                result: Result = end.value
                return result
            if changes != (changes := catalog.access_changes()):
                _check_readable(catalog, draft, asker, has_account)
            yield event


def _check_readable(catalog: Catalog, draft: Draft, asker: Principal, has_account: bool) -> None:
    """Who asks is looked up anew: somebody may have left a group, or been disabled, since they asked."""
    now: Principal | None = asker
    if has_account:
        account = People(catalog).get(asker.name)
        now = account.principal if account is not None and account.enabled else None
    found = {(p.collection, p.document) for p in draft.passages}
    found.update(document for term in draft.terms for document in term.documents)
    if now is None or not (now.unlimited or catalog.all_readable(now, found)):
        raise AccessLost("answer.access_changed")
