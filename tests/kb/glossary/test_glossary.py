"""The glossary of a home: what is kept, who sees it, what goes with its documents, and the terms of a question."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.access.rules import Place
from kb.errors import EntryNotFound, RefusedByPolicy, UsageError
from kb.glossary import entries as rules
from kb.glossary.entries import MOST_ENTRIES, NewEntry
from kb.glossary.glossary import Glossary
from kb.schema import Principal
from kb.store.catalog import Catalog
from tests.kb.storage import version

OWNER = Principal("owner", unlimited=True)
READER = Principal("rita")
EDITOR = Principal("ed", edits=frozenset({"docs"}))
PTO = NewEntry("Paid Time Off", ("PTO", "带薪休假"), "Days off with pay.")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.db")
    yield catalog
    catalog.close()


@pytest.fixture
def glossary(catalog: Catalog) -> Glossary:
    return Glossary(catalog)


def store(catalog: Catalog, path: str, *texts: str, collection: str = "docs") -> None:
    catalog.publish(catalog.add_versions([version(path, *texts, collection=collection)]))


def terms(glossary: Glossary, asker: Principal = OWNER, state: rules.EntryState = "accepted") -> list[str]:
    return [entry.term for entry in glossary.entries(asker, state)[0]]


def test_an_entry_is_written_changed_found_and_removed(glossary: Glossary) -> None:
    entry = glossary.add(EDITOR, PTO)
    assert (entry.forms, entry.languages, entry.person, entry.taken) == (PTO.forms, ("en", "zh"), "ed", False)
    assert glossary.entries(READER, search="休假")[1] == 1
    assert glossary.entries(READER, search="nothing")[1] == 0
    changed = glossary.change(OWNER, entry.id, replace(PTO, term="Annual leave", definition=""))
    assert (changed.term, changed.definition, changed.person) == ("Annual leave", "", "owner")
    glossary.remove(EDITOR, entry.id)
    assert terms(glossary) == []
    with pytest.raises(EntryNotFound, match=str(entry.id)):
        glossary.entry(OWNER, entry.id)


@pytest.mark.parametrize(("new", "said"), [
    (NewEntry("  "), "no term"), (NewEntry("A b", ("x1", "  ")), "empty form"),
    (NewEntry("Leave", ("AL", "al")), "'al' twice"), (NewEntry("Leave", ("leave",)), "twice"),
    (NewEntry("Leave", ("休",)), "single character"), (NewEntry("x" * 101), "101 characters"),
    (NewEntry("Leave", tuple(f"form {n}" for n in range(21))), "21 other forms"),
    (NewEntry("Leave", (), "d" * 1001), "1,001 characters"), (NewEntry("paid time off"), "already"),
    (NewEntry("PTO", ("Paid Time Off",)), "circle: PTO → Paid Time Off → PTO"),
    (NewEntry("Leave", sources=("docs/none.md",)), "'docs/none.md', which is no document"),
])  # fmt: skip
def test_what_cannot_be_an_entry_is_said_and_nothing_is_written(glossary: Glossary, new: NewEntry, said: str) -> None:
    glossary.add(OWNER, PTO)
    with pytest.raises(UsageError) as raised:
        glossary.add(OWNER, new)
    assert said in str(raised.value)
    with pytest.raises(UsageError):
        glossary.bring_in(OWNER, [NewEntry("Fine", ("F1",)), *([new] if "already" not in said else [new, new])])
    assert terms(glossary) == ["Paid Time Off"]


def test_only_who_edits_a_shared_collection_changes_it(catalog: Catalog, glossary: Glossary) -> None:
    store(catalog, "a.md", "x", collection="~rita")
    with catalog.transaction() as db:
        db.execute("UPDATE collections SET person = 'rita' WHERE name = '~rita'")
    entry = glossary.add(OWNER, PTO)
    for nobody in (READER, Principal("rita", edits=frozenset({"~rita"})), Principal("rita", edits=frozenset({""}))):
        for act in (
            lambda who: glossary.add(who, NewEntry("Else")), lambda who: glossary.remove(who, entry.id),
            lambda who: glossary.change(who, entry.id, PTO), lambda who: glossary.bring_in(who, [PTO]),
            lambda who: glossary.accept(who, entry.id), lambda who: glossary.dismiss(who, entry.id),
            lambda who: glossary.entries(who, "proposed"), lambda who: glossary.look_again(who),
        ):  # fmt: skip
            with pytest.raises(RefusedByPolicy, match="rita"):
                act(nobody)
    assert terms(glossary, READER) == ["Paid Time Off"]


def test_an_import_adds_changes_and_replaces_as_one_act(glossary: Glossary) -> None:
    glossary.add(OWNER, PTO)
    glossary.add(OWNER, NewEntry("Old", ("O1",)))
    done = glossary.bring_in(OWNER, [PTO, NewEntry("New", ("N1",))])
    assert (done.added, done.changed, done.unchanged, done.removed) == (1, 0, 1, 0)
    done = glossary.bring_in(OWNER, [replace(PTO, definition="Other.")], replace=True)
    assert (done.added, done.changed, done.removed) == (0, 1, 2)
    assert terms(glossary) == ["Paid Time Off"]
    before = glossary.state_of(OWNER)
    with pytest.raises(UsageError, match="holds"):
        glossary.bring_in(OWNER, [NewEntry(f"term {n}") for n in range(MOST_ENTRIES + 1)])
    assert glossary.state_of(OWNER) == before != ""


def test_a_full_glossary_is_found_by_and_takes_no_more(glossary: Glossary) -> None:
    glossary.bring_in(OWNER, [NewEntry(f"house term {n}", (f"HT{n}",)) for n in range(MOST_ENTRIES)])
    with pytest.raises(UsageError, match="20,001 entries; it holds 20,000"):
        glossary.add(OWNER, PTO)
    assert [term.term for _, term in glossary.terms_in("What is HT19999?", READER)] == ["house term 19999"]


# ---- candidates and their documents


def test_candidates_are_proposed_once_and_accepted_or_dismissed(catalog: Catalog, glossary: Glossary) -> None:
    store(catalog, "a.md", "Paid Time Off (PTO) is granted. The Key Account Manager (KAM) decides.")
    assert glossary.propose() == 2
    assert glossary.propose() == 0
    kam, pto = glossary.entries(EDITOR, "proposed")[0]
    assert (kam.term, kam.forms, kam.taken, kam.person) == ("Key Account Manager", ("KAM",), True, "ingest")
    source = pto.sources[0]
    assert (source.collection, source.document, source.page) == ("docs", "a.md", 1)
    assert catalog.stored_text(catalog.find_document(OWNER, "a.md")[0]).text[source.start : source.end] == (
        "Paid Time Off (PTO)"
    )
    glossary.accept(EDITOR, pto.id)
    glossary.dismiss(EDITOR, kam.id)
    assert (terms(glossary), terms(glossary, state="proposed")) == (["Paid Time Off"], [])
    assert glossary.look_again(EDITOR) == 0
    store(catalog, "b.md", "A Key Account Manager (KAM) and Paid Time Off (PTO).")
    assert glossary.propose() == 0
    assert [source.document for source in glossary.entry(OWNER, pto.id).sources] == ["a.md", "b.md"]


def test_a_new_version_takes_back_what_it_does_not_say_any_more(catalog: Catalog, glossary: Glossary) -> None:
    store(catalog, "a.md", "Paid Time Off (PTO). Key Account Manager (KAM).")
    glossary.propose()
    glossary.accept(OWNER, glossary.entries(OWNER, "proposed")[0][1].id)
    store(catalog, "a.md", "Bring Your Own Device (BYOD).")
    glossary.propose()
    assert (terms(glossary, state="proposed"), terms(glossary)) == (["Bring Your Own Device"], ["Paid Time Off"])


def test_what_comes_from_documents_is_seen_by_their_readers_alone_and_goes_with_them(
    catalog: Catalog, glossary: Glossary
) -> None:
    store(catalog, "a.md", "Paid Time Off (PTO).")
    store(catalog, "b.md", "Paid Time Off (PTO).")
    catalog.set_readers("owner", Place("document", "docs", "a.md"), ["person:rita"])
    glossary.propose()
    (entry,) = glossary.entries(OWNER, "proposed")[0]
    glossary.accept(OWNER, entry.id)
    stranger = Principal("sam")
    assert (terms(glossary, READER), terms(glossary, stranger)) == (["Paid Time Off"], [])
    assert [s.document for s in glossary.entry(READER, entry.id).sources] == ["a.md"]
    assert glossary.widened("How much PTO?", stranger) is None
    widened = glossary.widened("How much PTO?", READER)
    assert widened is not None
    assert widened.terms[0].documents == (("docs", "a.md"),)
    with pytest.raises(EntryNotFound):
        glossary.entry(stranger, entry.id)
    with pytest.raises(EntryNotFound):
        glossary.entry_of_term(stranger, "Paid Time Off")
    catalog.delete_documents([catalog.find_document(OWNER, "a.md")[0]], "owner")
    assert (terms(glossary, READER), terms(glossary)) == ([], ["Paid Time Off"])
    catalog.delete_documents([catalog.find_document(OWNER, "b.md")[0]], "owner")
    assert terms(glossary) == []
    assert catalog.db.execute("SELECT count(*) FROM glossary_forms").fetchone()[0] == 0


def test_an_exported_entry_comes_in_with_its_readers(catalog: Catalog, glossary: Glossary) -> None:
    store(catalog, "a.md", "Paid Time Off (PTO).")
    glossary.bring_in(OWNER, [replace(PTO, sources=("docs/a.md",))])
    assert (terms(glossary, READER), terms(glossary)) == ([], ["Paid Time Off"])
    source = glossary.entries(OWNER)[0][0].sources[0]
    assert (source.start, source.end) == (0, len("Paid Time Off"))
    assert glossary.bring_in(OWNER, [PTO]).unchanged == 1  # an entry keeps the documents that it has
    assert terms(glossary, READER) == []


def test_accepting_what_is_there_adds_its_forms_but_not_to_what_everybody_reads(
    catalog: Catalog, glossary: Glossary
) -> None:
    store(catalog, "a.md", "Paid Time Off (PTO). Paid Time Off (PTOff).")
    glossary.propose()
    for entry in glossary.entries(OWNER, "proposed")[0]:
        glossary.accept(OWNER, entry.id)
    (entry,) = glossary.entries(OWNER)[0]
    assert set(entry.forms) == {"PTO", "PTOff"}
    glossary.remove(OWNER, entry.id)
    glossary.add(OWNER, PTO)
    glossary.look_again(OWNER)
    with pytest.raises(UsageError, match="already"):
        glossary.accept(OWNER, glossary.entries(OWNER, "proposed")[0][0].id)


# ---- terms of a question


def test_a_question_is_widened_in_its_own_language_and_by_words_of_both(glossary: Glossary) -> None:
    glossary.add(OWNER, PTO)
    widened = glossary.widened("How much PTO do I get?", READER)
    assert widened is not None
    assert widened.text == "How much PTO (Paid Time Off) do I get?"
    assert widened.other == ("带薪休假",)
    assert set(widened.words.split()) >= {"PTO", "Paid", "Time", "Off", "带薪休假"}
    assert [term.term for term in widened.terms] == ["Paid Time Off"]
    chinese = glossary.widened("带薪休假有几天？", READER)
    assert chinese is not None
    assert chinese.other == ("Paid Time Off", "PTO")
    assert glossary.widened("Where is the canteen?", READER) is None


def test_forms_that_no_document_holds_are_not_added_to_one_that_they_hold(catalog: Catalog, glossary: Glossary) -> None:
    store(catalog, "a.md", "Paid Time Off is granted.")
    glossary.add(OWNER, PTO)
    held, not_held = (glossary.widened(q, READER) for q in ("What is paid time off?", "What is PTO?"))
    assert held is not None
    assert not_held is not None
    assert held.text == "What is paid time off?"
    assert not_held.text == "What is PTO (Paid Time Off)?"


def test_a_word_that_stands_in_very_many_passages_is_widened_in_the_other_language_alone(
    catalog: Catalog, glossary: Glossary
) -> None:
    glossary.add(OWNER, NewEntry("Annual Plan", ("plan", "年度计划")))
    store(catalog, "few.md", "The plan is due.", "The annual plan is due.", "年度计划已交。")
    few = glossary.widened("When is the plan due?", READER)
    assert few is not None
    assert few.text == "When is the plan (Annual Plan) due?"
    store(catalog, "many.md", *(f"A plan for room {n}." for n in range(30)))
    many = glossary.widened("When is the plan due?", READER)
    assert many is not None
    assert (many.text, many.other) == ("When is the plan due?", ("年度计划",))
    assert [term.term for term in many.terms] == ["Annual Plan"]  # the model is told of it all the same


def test_a_word_that_documents_write_small_is_no_short_form(catalog: Catalog, glossary: Glossary) -> None:
    glossary.add(OWNER, NewEntry("Asset Retirement Tracker", ("ART",)))
    assert glossary.widened("Who teaches art?", READER) is not None
    store(catalog, "a.md", "The art class is on Monday.", "Modern art is shown in the hall.")
    assert glossary.widened("Who teaches art?", READER) is None
    assert glossary.widened("Who runs the ART?", READER) is not None
