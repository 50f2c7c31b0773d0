"""Which rule holds for a document, and what names a reader."""

import pytest

from kb.access.rules import (
    DEFAULT,
    Place,
    Readers,
    Rule,
    RuleBook,
    checked_place,
    checked_readers,
    decoded,
    encoded,
    keys_of,
    length,
    place_text,
)
from kb.errors import UsageError
from kb.schema import Principal


def path(glob: str, *readers: str) -> Rule:
    return Rule(Place("path", "hr", glob), readers)


COLLECTION = Rule(Place("collection", "hr"), ("group:hr",))
EVERYTHING_ELSE = Rule(DEFAULT, ("*",))


@pytest.mark.parametrize(
    ("rules", "name", "readers"),
    [
        ([], "hr/a.md", ()),
        ([EVERYTHING_ELSE], "hr/a.md", ("*",)),
        ([EVERYTHING_ELSE, COLLECTION], "hr/a.md", ("group:hr",)),
        ([EVERYTHING_ELSE, COLLECTION], "other/a.md", ("*",)),
        ([COLLECTION, path("pay/*", "person:li")], "hr/pay/2026/a.md", ("person:li",)),
        ([COLLECTION, path("pay/*", "person:li")], "hr/plan.md", ("group:hr",)),
        ([COLLECTION, path("*", "*")], "hr/a.md", ("*",)),
        ([path("pay/*", "*"), path("pay/board/*", "group:board")], "hr/pay/board/a.md", ("group:board",)),
        ([path("pay/board/*", "group:board"), path("pay/*", "*")], "hr/pay/board/a.md", ("group:board",)),
        ([path("*.pdf", "*"), path("a/*", "group:a")], "hr/a/b.md", ("group:a",)),
        ([COLLECTION, path("pay/*")], "hr/pay/a.md", ()),
        ([path("pay/*", "*")], "HR/pay/a.md", ()),
        ([path("Pay/*", "*")], "hr/pay/a.md", ()),
    ],
)
def test_the_nearest_rule_holds_alone(rules: list[Rule], name: str, readers: tuple[str, ...]) -> None:
    collection, _, document = name.partition("/")
    assert RuleBook(rules).readers(collection, document).readers == readers


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (("group:a", "group:b"), ("group:b", "group:c"), ("group:b",)),
        (("group:a",), ("group:b",), ()),
        (("*",), ("group:b",), ("group:b",)),
        (("group:a",), ("*", "group:c"), ("group:a",)),
        (("*",), ("*",), ("*",)),
        (("*",), (), ()),
    ],
)
def test_of_paths_that_are_equally_long_both_must_name_a_reader(
    one: tuple[str, ...], other: tuple[str, ...], both: tuple[str, ...]
) -> None:
    rules = [path("*ay/a.md", *one), path("pay/a.m*", *other), path("p*", "*")]
    assert length("*ay/a.md") == length("pay/a.m*") > length("p*")
    assert RuleBook(rules).readers("hr", "pay/a.md").readers == both
    assert RuleBook(rules[::-1]).readers("hr", "pay/a.md").readers == both


def test_what_is_set_on_a_mail_holds_for_what_is_inside_it_unless_that_has_a_rule_of_its_own() -> None:
    mail, offer = Place("document", "hr", "in/mail.eml"), Place("document", "hr", "in/mail.eml/offer.pdf")
    book = RuleBook([path("*", "*"), Rule(mail, ("person:li",)), Rule(offer, ("group:hr",))])
    assert book.readers("hr", "in/mail.eml") == Readers(("person:li",), mail)
    assert book.readers("hr", "in/mail.eml/plan.zip/a.md") == Readers(("person:li",), mail)
    assert book.readers("hr", "in/mail.eml/offer.pdf") == Readers(("group:hr",), offer)
    assert book.readers("hr", "in/mail.emls").readers == ("*",)
    assert book.readers("other", "in/mail.eml").readers == ()


def test_a_collection_or_path_with_signs_of_a_glob_in_it_is_itself() -> None:
    rules = [Rule(Place("document", "hr", "a[1].md"), ("person:li",)), Rule(Place("collection", "h*"), ("*",))]
    assert RuleBook(rules).readers("hr", "a[1].md").readers == ("person:li",)
    assert RuleBook(rules).readers("hr", "a1.md").readers == ()


def test_readers_are_stored_sorted_and_once() -> None:
    given = [" person:li ", "group:hr", "*", "group:hr", "group: the board "]
    assert checked_readers(given) == ("*", "group:hr", "group:the board", "person:li")
    assert decoded(encoded(given[1:3])) == ("*", "group:hr")


@pytest.mark.parametrize(
    "given", ["", " ", "hr", "group:", "person: ", "role:x", "**", "group:a\0", "editor:hr", "GROUP:a"]
)
def test_what_names_no_reader_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="names no reader"):
        checked_readers([given])


def test_places_are_told_as_they_are_written() -> None:
    assert place_text(checked_place(Place("default", "ignored", "too"))) == "*"
    assert place_text(checked_place(Place("collection", "hr", "ignored"))) == "hr"
    assert place_text(checked_place(Place("path", "hr", "pay/"))) == "hr/pay/*"
    assert place_text(checked_place(Place("document", "hr", "pay/"))) == "hr/pay/"


def test_nobody_is_a_reader_by_the_name_of_something_else() -> None:
    asker = Principal("hr", frozenset({"person:li", "*"}), edits=frozenset({"docs"}))
    assert keys_of(asker) == {"*", "person:hr", "group:person:li", "group:*", "editor:docs"}
