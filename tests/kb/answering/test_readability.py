"""An answer ends where its asker may no longer read what was found for it."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from kb.access.rules import Place
from kb.answering.answer_builder import Draft
from kb.answering.readability import while_readable
from kb.errors import AccessLost
from kb.people.accounts import People
from kb.schema import Answer, Event, Principal, Term, Token
from kb.store.catalog import Catalog
from tests.kb.passages import passage
from tests.kb.storage import version

GUEST = Principal("guest")
PASSWORD = "correct horse battery"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    opened.publish(opened.add_versions([version("a.md", "It is red."), version("b.md", "It is blue.")]))
    opened.set_readers("owner", Place("default"), ["*"])
    yield opened
    opened.close()


def told(catalog: Catalog, draft: Draft, asker: Principal, change: Callable[[], object]) -> list[str]:
    """What is heard of two words, between which something changes; "end" for the end of the answer."""

    def events() -> Generator[Event, None, Answer]:
        yield Token("It")
        change()
        yield Token("is")
        return draft.finished("It is")

    heard: list[str] = []

    def hear() -> Generator[Event, None, None]:
        yield from while_readable(catalog, draft, asker, events())
        heard.append("end")

    try:
        for event in hear():
            assert isinstance(event, Token)
            heard.append(event.text)
    except AccessLost:
        heard.append("lost")
    return heard


def draft_of(*paths: str, terms: tuple[Term, ...] = ()) -> Draft:
    draft = Draft("What is it?", "en")
    draft.passages = tuple(passage(n, "x", document=path, collection="docs") for n, path in enumerate(paths, 1))
    draft.terms = terms
    return draft


def close(catalog: Catalog, path: str) -> Callable[[], object]:
    return lambda: catalog.set_readers("owner", Place("document", "docs", path), [])


def test_an_answer_goes_on_while_nothing_or_something_else_changes(catalog: Catalog) -> None:
    assert told(catalog, draft_of("a.md"), GUEST, lambda: None) == ["It", "is", "end"]
    assert told(catalog, draft_of("a.md"), GUEST, close(catalog, "b.md")) == ["It", "is", "end"]


def test_it_ends_before_the_next_word_once_a_passage_may_not_be_read(catalog: Catalog) -> None:
    assert told(catalog, draft_of("a.md", "b.md"), GUEST, close(catalog, "b.md")) == ["It", "lost"]
    assert told(catalog, draft_of("b.md"), GUEST, lambda: None) == ["It", "is", "lost"]  # at the end in any case


def test_the_document_of_a_term_is_one_that_was_found(catalog: Catalog) -> None:
    term = Term("red", (), documents=(("docs", "b.md"),))
    assert told(catalog, draft_of("a.md", terms=(term,)), GUEST, close(catalog, "b.md")) == ["It", "lost"]


def test_the_owner_of_a_home_hears_all(catalog: Catalog) -> None:
    owner = Principal("owner", unlimited=True)
    assert told(catalog, draft_of("a.md"), owner, close(catalog, "a.md")) == ["It", "is", "end"]


def test_somebody_with_an_account_is_looked_up_anew(catalog: Catalog) -> None:
    people = People(catalog)
    people.add("ann", by="owner", password=PASSWORD)
    people.add("bea", by="owner", password=PASSWORD)
    people.add_group("staff", by="owner")
    people.join("staff", ["bea"], by="owner")
    catalog.set_readers("owner", Place("document", "docs", "a.md"), ["group:staff"])
    asker = people.find("bea").principal
    assert told(catalog, draft_of("a.md"), asker, lambda: None) == ["It", "is", "end"]
    assert told(catalog, draft_of("a.md"), asker, lambda: people.leave("staff", ["bea"], by="owner")) == ["It", "lost"]
    people.join("staff", ["bea"], by="owner")
    assert told(catalog, draft_of("a.md"), asker, lambda: people.change("bea", by="owner", enabled=False)) == [
        "It", "lost",
    ]  # fmt: skip


def test_an_admin_reads_everything_as_long_as_they_are_one(catalog: Catalog) -> None:
    people = People(catalog)
    people.add("ann", by="owner", password=PASSWORD)
    boss = people.add("boss", by="owner", role="admin", password=PASSWORD)[0].principal
    assert told(catalog, draft_of("a.md"), boss, close(catalog, "a.md")) == ["It", "is", "end"]
    heard = told(catalog, draft_of("a.md"), boss, lambda: people.change("boss", by="owner", role="reader"))
    assert heard == ["It", "lost"]
