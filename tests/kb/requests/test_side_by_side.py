"""Things compared by the tables that name all of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.requests.blocks import Block, blocks_of
from kb.requests.side_by_side import in_table
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb, write

ROWS = """| Boat | Length (m) | Berths | Engine | Note |
| --- | --- | --- | --- | --- |
| Kite 40 | 12 | 6 | diesel | — |
| Kite 40 S | 12 | 8 | electric | with a lift |
| Gull | 7 | 2 | none |  |
"""
COLUMNS = """| Point | Basic | Plus | Premier |
| --- | --- | --- | --- |
| Storm damage | 5,000 | 15,000 | 60,000 |
| Towing, with its cost | 200 | 200 | 900 |
| Lawyer | — | 2,000 | 9,000 |
"""
PROSE = "# Flags\n\nThe green flag means go. The black flag means stop at once.\n"


def block(text: str) -> Block:
    [found] = blocks_of(text)
    return found


def told(text: str, sides: Sequence[str], aspect: str = "", about: str = "") -> list[tuple[str, ...]]:
    found = in_table(block(text), sides, aspect, about)
    return [(point.name, *point.values) for point in found.points] if found else []


def test_of_two_rows_each_column_is_a_point_and_no_value_is_none() -> None:
    assert told(ROWS, ("Kite 40", "the Kite 40 S")) == [
        ("Length (m)", "12", "12"),
        ("Berths", "6", "8"),
        ("Engine", "diesel", "electric"),
        ("Note", "", "with a lift"),
    ]


def test_of_columns_each_row_is_a_point_and_there_may_be_three() -> None:
    assert told(COLUMNS, ("Basic", "Plus", "Premier"))[2] == ("Lawyer", "", "2,000", "9,000")
    assert told(COLUMNS, ("Premier", "Basic"))[0] == ("Storm damage", "60,000", "5,000")


def test_what_is_compared_in_one_respect_is_told_in_that_one() -> None:
    assert told(COLUMNS, ("Basic", "Plus"), "cost of towing") == [("Towing, with its cost", "200", "200")]
    assert told(COLUMNS, ("Basic", "Plus"), "colours") == []


def test_what_a_side_is_called_beyond_its_name_is_what_the_table_is_about_or_in_what_they_are_compared() -> None:
    assert told(COLUMNS, ("the Basic policy", "the Plus policy"), about="Our policies")[0][1:] == ("5,000", "15,000")
    assert told(COLUMNS, ("towing by Basic", "towing by Plus")) == [("Towing, with its cost", "200", "200")]
    assert told(COLUMNS, ("the warranty of Basic", "the warranty of Plus")) == []
    assert told(COLUMNS, ("Basic for boats", "Plus for cars")) == []


@pytest.mark.parametrize(
    "sides",
    [
        ("Kite 40", "Heron"),  # one is no row
        ("Kite 40", "Kite 40"),
        ("Kite", "Gull"),  # either of two
        ("diesel", "electric"),  # in no column that names rows
    ],
)
def test_a_table_that_does_not_plainly_name_all_tells_nothing(sides: tuple[str, str]) -> None:
    assert told(ROWS, sides) == []


def test_a_comparison_is_told_from_the_table_with_its_rows_and_without_a_model(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home", ScriptedModel([[RuntimeError("no model is asked")]])) as kb:
        ingest(kb, [write(tmp_path / "site", {"boats.md": f"# Boats\n\n{ROWS}", "flags.md": PROSE})])
        answer = kb.answer("What are the differences between Kite 40 and Kite 40 S?", OWNER)
        text = kb.stored_text(OWNER, None, "boats.md").text
    assert (answer.kind, answer.outcome, answer.model) == ("comparison", "answered", "")
    assert answer.text == (
        "**Boats** (boats.md > Boats)\n\n"
        "- **Berths**: Kite 40: 6; Kite 40 S: 8 [1]\n"
        "- **Engine**: Kite 40: diesel; Kite 40 S: electric [1]\n"
        "- **Note**: Kite 40: –; Kite 40 S: with a lift [1]\n"
        "- The same: Length (m): 12 [1]"
    )
    assert {claim.state for claim in answer.claims} == {"confirmed"}
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert {c.quote.split(" | ")[0].strip("| ") for c in answer.citations} == {"Kite 40", "Kite 40 S"}


def test_a_side_of_which_the_model_says_nothing_is_told_in_the_documents_own_words(tmp_path: Path) -> None:
    model = ScriptedModel(["The green flag means go.", "I do not know."])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"flags.md": PROSE})])
        answer = kb.answer("What is the difference between the green flag and the black flag?", OWNER)
    assert answer.text.split("\n\n") == [
        "**green flag**",
        "- The green flag means go [1].",
        "**black flag**",
        "- The black flag means stop at once. [1]",
    ]


FEES = "Fee | Basic | Plus\n | --- | ---\nNight | -5 | 5\nMark | ★★ | ✔️\nPower | 5 mW | 5 MW\n"


def test_signs_and_marks_of_a_cell_are_told_as_they_stand() -> None:
    assert told(FEES, ("Basic", "Plus")) == [("Night", "-5", "5"), ("Mark", "★★", "✔️"), ("Power", "5 mW", "5 MW")]
    found = in_table(block(FEES), ("Basic", "Plus"))
    assert found is not None
    assert not any(point.is_same for point in found.points)


def test_a_first_cell_that_is_empty_moves_no_value_under_another_head() -> None:
    assert told(
        "| | Basic | Plus |\n| --- | --- | --- |\n| Storm | 500 | 600 |\n| Theft | 700 | 800 |\n", ("Plus", "Basic")
    ) == [
        ("Storm", "600", "500"),
        ("Theft", "800", "700"),
    ]


def test_of_several_things_that_are_compared_of_which_one_has_no_name_all_is_told() -> None:
    assert len(told(COLUMNS, ("Basic", "Plus"), "towing, hours and colours")) == 3
    assert told(COLUMNS, ("Basic", "Plus"), "towing, lawyer") == [
        ("Towing, with its cost", "200", "200"), ("Lawyer", "", "2,000"),
    ]  # fmt: skip


def test_what_a_table_says_nothing_of_may_be_wanted_as_a_whole() -> None:
    assert in_table(block(COLUMNS), ("Basic", "Plus"), "colours") is None
    whole = in_table(block(COLUMNS), ("Basic", "Plus"), "colours", whole=True)
    assert whole is not None
    assert len(whole.points) == 3


def test_one_of_several_rows_is_known_by_its_words_beside_what_the_table_is_about() -> None:
    rows = "Supplier | Goods | Days\nBrask Cells | cells | 45\nHolm Plastics | shells | 60\n"
    assert told(rows, ("contracts with Brask", "contracts with Holm"), about="Running contracts") == [
        ("Goods", "cells", "shells"),
        ("Days", "45", "60"),
    ]


def test_a_word_that_the_table_is_about_tells_a_side_where_the_others_have_it_not() -> None:
    rows = "Supplier | Goods | Days\nBrask Cells | cells | 45\nHolm Plastics | shells | 60\n"
    assert told(rows, ("contracts with Brask", "contracts with Holm"), about="Contract with Brask, and others") == [
        ("Goods", "cells", "shells"),
        ("Days", "45", "60"),
    ]
    assert told(rows, ("contracts", "contract"), about="Contract with Brask, and others") == []


PRICES = """Activity | Oslo Hall peak | Oslo Hall off-peak | Bergen Hall peak | Bergen Hall off-peak | Notes
Swimming | 5.60 | 4.80 | 5.20 | 4.40 | adults
Badminton | 12.40 | 9.80 | 11.60 | 9.00 | an hour
Sauna | 7 | 6 | – | – |
"""


def test_sides_may_be_groups_of_columns_under_the_same_second_heads() -> None:
    assert told(PRICES, ("Oslo prices", "Bergen prices"), "swimming and badminton") == [
        ("Swimming (peak)", "5.60", "5.20"),
        ("Swimming (off-peak)", "4.80", "4.40"),
        ("Badminton (peak)", "12.40", "11.60"),
        ("Badminton (off-peak)", "9.80", "9.00"),
    ]
    found = in_table(block(PRICES), ("Oslo Hall", "Bergen Hall"))
    assert found is not None
    assert (found.names, len(found.points)) == (("Oslo Hall", "Bergen Hall"), 6)
    uneven = PRICES.replace("Bergen Hall off-peak", "Bergen Hall club")
    assert [name for name, *_ in told(uneven, ("Oslo Hall", "Bergen Hall"))] == [
        "Swimming (peak)", "Badminton (peak)", "Sauna (peak)",
    ]  # fmt: skip
    single = PRICES.replace("Bergen Hall off-peak", "Club")
    assert told(single, ("Oslo Hall", "Bergen Hall")) == []


YEARS = "Measure\t2022/23\t2023/24\nNotices\t934\t871\nPlans\t612\t588\n"


def test_figures_of_some_years_are_no_comparison_of_what_they_count() -> None:
    assert block(YEARS).heads == ("Measure", "2022/23", "2023/24")
    assert block("Kite\t1998\t12\nGull\t2004\t9\n").heads == ()
    assert told(YEARS, ("notices", "plans")) == []
    assert told(YEARS, ("notices", "plans"), "2023/24") == [("2023/24", "871", "588")]


def test_rows_without_names_are_no_points() -> None:
    assert (
        told("| | Notices | Plans |\n| --- | --- | --- |\n| | 934 | 612 |\n| | 871 | 588 |\n", ("notices", "plans"))
        == []
    )


LABELLED = """# Flags

There are two flags on the course.

**Green-Two: go at once.** It is shown after a stop. Boats start in the order of their numbers.

**Green**: go with care. It is shown in fog.

- Black: stop at once.
- White: the last lap.
"""


def test_paragraphs_and_items_labelled_with_the_sides_are_told_as_they_stand(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home", ScriptedModel([])) as kb:
        ingest(kb, [write(tmp_path / "site", {"flags.md": LABELLED})])
        of_paragraphs = kb.answer("Compare Green and Green-Two", OWNER)
        of_items = kb.answer("What is the difference between black and white?", OWNER)
    assert of_paragraphs.text.split("\n") == [
        "**Green**", "", "- go with care. [1]", "- It is shown in fog. [1]", "",
        "**Green-Two**", "", "- go at once. It is shown after a stop. [1]",
        "- Boats start in the order of their numbers. [1]",
    ]  # fmt: skip
    assert [citation.quote for citation in of_paragraphs.citations][:2] == ["go with care.", "It is shown in fog."]
    assert of_items.text.split("\n\n") == ["**black**", "- stop at once. [1]", "**white**", "- the last lap. [1]"]


def test_a_side_is_not_told_from_paragraphs_that_begin_with_another_and_do_not_name_it(tmp_path: Path) -> None:
    text = "# Flags\n\nThe black flag means stop at once.\n\nThe green flag is shown after the start.\n"
    model = ScriptedModel(["The black flag means stop.", "The green flag is shown after the start."])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"flags.md": text})])
        kb.answer("What is the difference between the black flag and the green flag?", OWNER)
    shown = [messages[-1].content for messages in model.requests]
    assert ["black flag means" in each for each in shown] == [True, False]
    assert ["shown after" in each for each in shown] == [False, True]


def test_what_is_told_of_a_side_needs_words_of_its_own_in_the_text(tmp_path: Path) -> None:
    model = ScriptedModel(["The green flag means go.", "Nobody has ever heard of that."])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"flags.md": PROSE})])
        answer = kb.answer("What is the difference between the green flag and the black flag?", OWNER)
    assert "ever heard" not in answer.text
