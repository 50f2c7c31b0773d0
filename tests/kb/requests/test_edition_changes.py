"""What one edition of a text says otherwise than another."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.sync.pipeline import ingest
from kb.requests.blocks import blocks_of
from kb.requests.edition_changes import Changes, Unit, changed_cells, changes_between, units_of
from kb.schema import StoredText
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb, write

OLDER = """# Berth rules v1

Page of the harbour

A boat may stay for 14 days without a permit. Whoever leaves it longer pays a fine.
The harbour master is told of each stay by radio.

Page of the harbour

| Length | Fee a night | Deposit |
| --- | --- | --- |
| up to 8 m | 12 | 50 |
| up to 12 m | 20 | 80 |
| over 12 m | 35 | 80 |

Dogs are kept on a lead.
"""
NEWER = """# Berth rules v2

A boat may stay for 10 days without a permit. Whoever leaves it longer pays a fine.
Each stay is entered in the book at the gate.

| Length | Fee a night | Deposit | Office |
| --- | --- | --- | --- |
| up to 8 m | 12 | 50 | gate |
| up to 12 m | 22 | 90 | gate |
| up to 20 m | 41 | 90 | tower |

Dogs are kept on a lead.
Drones are forbidden.
"""


def units(text: str) -> list[Unit]:
    title = text.splitlines()[0].strip("# ")
    stored = StoredText("docs", "a.md", 1, title, "text/markdown", "0" * 64, text, ())
    return units_of(stored, blocks_of(text), [title])


def changes() -> Changes:
    found = changes_between(units(OLDER), units(NEWER))
    assert found is not None
    return found


def test_a_sentence_is_paired_with_the_one_that_says_it_otherwise() -> None:
    old, new = changes().changed[0]
    assert (old.text, new.text) == (
        "A boat may stay for 14 days without a permit.",
        "A boat may stay for 10 days without a permit.",
    )


def test_a_row_is_paired_by_its_name_and_what_is_another_of_it_is_told() -> None:
    [(old, new)] = [pair for pair in changes().changed if pair[0].cells]
    assert list(changed_cells(old, new)) == [("Fee a night", "20", "22"), ("Deposit", "80", "90")]


def test_what_only_one_has_is_told_apart_and_what_stands_on_each_page_or_heads_the_text_is_nothing() -> None:
    found = changes()
    assert [unit.text for unit in found.dropped] == [
        "The harbour master is told of each stay by radio.",
        "| over 12 m | 35 | 80 |",
    ]
    assert [unit.text for unit in found.added] == [
        "Each stay is entered in the book at the gate.",
        "| up to 20 m | 41 | 90 | tower |",
        "Drones are forbidden.",
    ]


def test_a_column_with_another_head_is_the_one_at_its_place() -> None:
    old = Unit(0, 1, "x", ("A", "7 years", "closing"), ("Kind", "Period", "Runs from"))
    new = Unit(0, 1, "x", ("A", "6 years", "closing", "Ms Roe"), ("Kind", "Kept for", "Counted from", "Owner"))
    assert list(changed_cells(old, new)) == [("Kept for", "7 years", "6 years")]
    moved = Unit(0, 1, "x", ("A", "Ms Roe", "7 years"), ("Kind", "Owner", "Period"))
    assert list(changed_cells(old, moved)) == []


def test_two_texts_that_have_little_in_common_are_no_editions() -> None:
    assert changes_between(units(OLDER), units("# Kitchen\n\nSoup is at noon. Bread is free. Water is cold.\n")) is None


def test_what_changed_is_told_with_both_places_and_without_a_model(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home", ScriptedModel([[RuntimeError("no model is asked")]])) as kb:
        ingest(kb, [write(tmp_path / "site", {"berth_rules_v1.md": OLDER, "berth_rules_v2.md": NEWER})])
        answer = kb.answer("Compare berth rules v2 and berth rules v1", OWNER)
        texts = {path: kb.stored_text(OWNER, None, path).text for path in ("berth_rules_v1.md", "berth_rules_v2.md")}
    assert (answer.kind, answer.outcome) == ("comparison", "answered")
    assert answer.text.splitlines() == [
        "What **Berth rules v2** (berth_rules_v2.md) says otherwise than **Berth rules v1** (berth_rules_v1.md):",
        "",
        "- “A boat may stay for 14 days without a permit.” → “A boat may stay for 10 days without a permit.” [1][2]",
        "- **up to 12 m**: Fee a night: 20 → 22; Deposit: 80 → 90 [1][2]",
        "- **up to 20 m**: Length: over 12 m → up to 20 m; Fee a night: 35 → 41; Deposit: 80 → 90 [1][2]",
        "",
        "Only in **Berth rules v2** (berth_rules_v2.md):",
        "",
        "- Each stay is entered in the book at the gate. [2]",
        "- Drones are forbidden. [2]",
        "",
        "Only in **Berth rules v1** (berth_rules_v1.md):",
        "",
        "- The harbour master is told of each stay by radio. [1]",
    ]
    assert all(texts[c.document][c.start : c.end] == c.quote for c in answer.citations)
    assert len({c.document for c in answer.citations if c.claim == 0}) == len(texts)


def told(before: str, after: str) -> list[tuple[str, ...]]:
    frame = "# Rules v{}\n\nThe gate is open. The lamp is lit. The rope is dry.\n\n{}\n"
    found = changes_between(units(frame.format(1, before)), units(frame.format(2, after)))
    assert found is not None
    cells = [each for old, new in found.changed for each in (changed_cells(old, new) if new.cells else [])]
    texts = [(old.text, new.text) for old, new in found.changed if not new.cells]
    return [*cells, *texts, *((unit.text,) for unit in (*found.dropped, *found.added))]


def test_signs_points_and_marks_are_changes_and_numbers_before_sentences_are_none() -> None:
    head = "| Place | Lowest |\n| --- | --- |\n| Cellar | {} |\n| Attic | 3 |"
    assert told(head.format("-5"), head.format("5")) == [("Lowest", "-5", "5")]
    assert told(head.format("1.5"), head.format("15")) == [("Lowest", "1.5", "15")]
    assert told(head.format("✓"), head.format("✗")) == [("Lowest", "✓", "✗")]
    assert told("Wind of 5 knots or < 9 is fair.", "Wind of 5 knots or > 9 is fair.") != []
    assert told("2. No fires on board.", "1. No fires on board.") == []


def test_columns_of_the_same_head_or_none_are_told_by_their_place() -> None:
    head = "| Item | {} | {} |\n| --- | --- | --- |\n| Rope | 3 | {} |\n| Hook | 1 | 1 |"
    assert told(head.format("", "", 4), head.format("", "", 4)) == []
    assert told(head.format("Fee", "Fee", 4), head.format("Fee", "Fee", 5)) == [("Fee", "4", "5")]
    assert told(head.format("Fee", "Dep", 4), head.format("Owner", "Dep", 4).replace("| 3 |", "| Bob |")) == []


def test_rows_of_two_tables_with_the_same_names_are_not_mixed_up() -> None:
    table = "Table {}.\n\n| Item | Fee |\n| --- | --- |\n| Rope | {} |\n| Hook | 1 |\n"
    before, after = (
        table.format("A", 1) + "\n" + table.format("B", 5),
        table.format("A", 9) + "\n" + table.format("B", 1),
    )
    assert told(before, after) == [("Fee", "1", "9"), ("Fee", "5", "1")]


def test_a_sentence_that_stands_there_twice_is_told_where_it_is_another() -> None:
    assert told("Notice is 14 days here.", "Notice is 14 days here.\n\nNotice is 14 days here.") == []
    assert told("Notice is 14 days here. So be it.", "Notice is 10 days here. So be it.") == [
        ("Notice is 14 days here.", "Notice is 10 days here.")
    ]


def test_a_sentence_broken_into_the_lines_of_a_page_is_one_and_a_numbered_heading_is_none() -> None:
    before = "2.1 Holding of boats\nA boat that is held may not leave the\nharbour without a permit."
    after = "2.1 Boats that are held\nA boat that is held may not\nleave the harbour without a permit."
    assert told(before, after) == []
    assert told("2.1 停泊\n2.2 船只须在离港前缴清费用。", "2.1 停船\n2.2 船只须在离港后缴清费用。") == [
        ("2.2 船只须在离港前缴清费用。", "2.2 船只须在离港后缴清费用。")
    ]


SAID = {
    "The standstill is ten days.": 0,
    "We wait eight working days.": 1,
    "Fees are due in May.": 90,
    "Oil is green.": 91,
}


def angles(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors in a plane, by degrees that were written down; those of other texts are far apart from them."""
    at = [math.radians(SAID.get(text, 180 + 20 * number)) for number, text in enumerate(texts)]
    return np.array([[math.cos(each), math.sin(each)] for each in at], np.float32)


def test_sentences_in_other_words_are_paired_where_they_are_plainly_the_nearest_to_each_other() -> None:
    frame = "# Rules\n\nThe gate is open. The lamp is lit. The rope is dry.\n\n{}\n"
    old = units(frame.format("The standstill is ten days.\n\nFees are due in May."))
    new = units(frame.format("We wait eight working days.\n\nOil is green.\n\nDogs are welcome."))
    found = changes_between(old, new, angles)
    assert found is not None
    assert [(a.text, b.text) for a, b in found.changed] == [
        ("The standstill is ten days.", "We wait eight working days."),
        ("Fees are due in May.", "Oil is green."),
    ]
    assert [unit.text for unit in found.added] == ["Dogs are welcome."]
    SAID["Dogs are welcome."] = 0  # as near as the one that was paired
    again = changes_between(old, new, angles)
    del SAID["Dogs are welcome."]
    assert again is not None
    assert [b.text for _, b in again.changed] == ["Oil is green."]


def test_rows_are_paired_by_vectors_only_where_their_names_have_a_word_or_a_number_in_common() -> None:
    same = units(
        "| Item | Fee |\n| --- | --- |\n| Gate | 1 |\n| Lamp | 2 |\n| Rope | 3 |\n| up to 9 m | 4 |\n| Sauna | 5 |\n"
    )
    new = units(
        "| Item | Fee |\n| --- | --- |\n| Gate | 1 |\n| Lamp | 2 |\n| Rope | 3 |\n| below 20 m | 6 |\n| Cinema | 7 |\n"
    )

    def by_place(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.eye(2, dtype=np.float32)[: len(texts)]

    found = changes_between(same, new, by_place)
    assert found is not None
    assert [(a.cells[0], b.cells[0]) for a, b in found.changed] == [("up to 9 m", "below 20 m")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10 days are allowed for a stay.", "12 days are allowed for a stay."),
        ("1.5 tonnes may be carried by crane.", "2.5 tonnes may be carried by crane."),
        ("14 天以内免费停泊。", "10 天以内免费停泊。"),
        ("1. Pay 5 euros", "1. Pay 6 euros"),
        ("5 euros a night for a boat", "6 euros a night for a boat"),
    ],
)
def test_a_number_that_begins_a_sentence_is_an_amount_where_it_numbers_nothing(before: str, after: str) -> None:
    found = told(before, after)
    assert [tuple(each.lstrip("1. ") if before.startswith("1. ") else each for each in pair) for pair in found] == [
        tuple(each.lstrip("1. ") if before.startswith("1. ") else each for each in (before, after))
    ]


def test_numbers_of_sentences_and_numbered_headings_are_no_changes() -> None:
    assert told("3.1 Boats are moored by day.", "4.2 Boats are moored by day.") == []
    assert told("1 General\n\nBoats are moored.", "2 General rules\n\nBoats are moored.") == []
