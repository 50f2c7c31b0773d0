"""Which rows of a table are wanted."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.requests.blocks import Block, blocks_of
from kb.requests.row_conditions import meant_rows, named_rows
from kb.schema import Message
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb, write

REPAIRS = """# Repairs of the pier

| Repair | Place | State | Bill | Paid by |
| --- | --- | --- | --- | --- |
| Ladder | north | done | 400 | insurer |
| Lamp | north | ordered | 90 | |
| Plank | south | under way | 75 | |
| Rail | south | done | 1200 | insurer |
| Rope | east | ordered | 15 | |
"""


def block(text: str = REPAIRS) -> Block:
    [found] = blocks_of(text)
    return found


class Judge:
    """Prefers "yes" with the probability that was written down for an entry, and keeps what it was asked."""

    def __init__(self, probable: Mapping[str, float], otherwise: float = 0.3) -> None:
        self.probable, self.otherwise = probable, otherwise
        self.entries: list[str] = []

    def __call__(self, messages: Sequence[Message], words: tuple[str, str]) -> Mapping[str, float] | None:
        entry = messages[-1].content.splitlines()[1].partition(": ")[2]
        self.entries.append(entry)
        share = self.probable.get(entry, self.otherwise)
        return {words[0]: share, words[1]: 1 - share}


def meant(subject: str, judge: Judge, about: str = "Repairs") -> tuple[list[str], list[str]]:
    rows, values = meant_rows(subject, block(), about, "en", judge)
    return [row.cells[0] for row in rows], values


def test_rows_with_a_value_that_is_named_are_wanted() -> None:
    rows, values = named_rows("repairs in the north", block())
    assert ([row.cells[0] for row in rows], values) == (["Ladder", "Lamp"], ["north"])
    assert len(named_rows("all repairs", block())[0]) == 5


def test_rows_with_a_value_that_is_meant_are_wanted_and_those_much_likelier_than_the_unlikeliest() -> None:
    judge = Judge({"State = done": 0.05, "State = ordered": 0.33, "State = under way": 0.84})
    assert meant("repairs that are not finished", judge) == (
        ["Lamp", "Plank", "Rope"], ["State: ordered", "State: under way"],
    )  # fmt: skip
    surer = Judge({"State = done": 0.05, "State = ordered": 0.15, "State = under way": 0.84})
    assert meant("repairs that somebody is at", surer)[0] == ["Plank"]


def test_a_column_that_is_filled_in_some_rows_is_asked_for_as_that() -> None:
    judge = Judge({"Paid by = none": 0.9})
    assert meant("repairs nobody has paid", judge) == (["Lamp", "Plank", "Rope"], ["Paid by: none"])


@pytest.mark.parametrize(
    "probable", [{}, {"State = done": 0.69}, dict.fromkeys(("Place = north", "Place = south"), 0.8)]
)
def test_where_no_value_is_surely_meant_no_rows_are(probable: dict[str, float]) -> None:
    judge = Judge(probable | ({"Place = east": 0.8} if "Place = north" in probable else {}))
    assert meant("repairs of last summer", judge) == ([], [])


def test_numbers_and_names_of_rows_are_not_judged_and_nothing_is_where_the_table_is_all_that_is_asked_for() -> None:
    judge = Judge({})
    meant("repairs of last summer", judge)
    assert [entry for entry in judge.entries if entry.startswith(("Bill", "Repair"))] == []
    judge.entries.clear()
    assert meant("the repairs", judge, "Repairs of the pier") == ([], [])
    assert judge.entries == []


def test_a_model_that_tells_no_probabilities_leaves_all_rows() -> None:
    assert meant_rows("repairs not finished", block(), "Repairs", "en", lambda *_: None) == ([], [])


def test_a_spoken_request_lists_the_rows_that_are_meant_and_says_by_which_values(tmp_path: Path) -> None:
    preferences = [{"yes": share, "no": 1 - share} for share in (0.3, 0.3, 0.3, 0.05, 0.5, 0.9, 0.3, 0.4)]
    model = ScriptedModel(completions=["repairs that nobody has finished"], preferences=preferences)
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "site", {"repairs.md": REPAIRS})])
        answer = kb.answer("give me all the repairs that nobody has finished, every one", OWNER)
    assert (answer.kind, answer.text.splitlines()[0]) == (
        "list", "3 items, from **Repairs of the pier** (repairs.md > Repairs of the pier):",
    )  # fmt: skip
    [notice] = answer.notices
    assert notice.text.count("“State: ") == 2


@pytest.mark.parametrize(
    "subject",
    ["repairs that are not done", "all repairs except in the north", "不在 north 的维修", "repairs done before 2020"],
)
def test_a_value_that_is_named_to_be_left_out_names_no_rows(subject: str) -> None:
    rows, values = named_rows(subject, block())
    assert (len(rows), values) == (5, [])


def test_a_mark_is_a_value_and_capitals_make_none() -> None:
    rows_of_marks = ("a | ✓ | open", "b | by hand | Open", "c |  | shut", "d | ✓ | open")
    marks = "| Bill | Paid | State |\n| --- | --- | --- |\n" + "".join(f"| {row} |\n" for row in rows_of_marks)
    judge = Judge({"Paid = none": 0.9})
    rows, values = meant_rows("bills nobody settled", block(marks), "Bills", "en", judge)
    assert ([row.cells[0] for row in rows], values) == (["c"], ["Paid: none"])
    assert [entry for entry in judge.entries if entry.startswith("State")] == ["State = open", "State = shut"]
