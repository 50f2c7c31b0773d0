"""Which rows of a table are wanted."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.requests.blocks import Block, blocks_of
from kb.requests.row_conditions import likeliest_column, meant_rows, named_rows
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


MINUTES = """TOP 1 Pier
ACTION 1: Ann, by 3 May - paint the rail. [done 2 May]

TOP 2 Boats
Nothing new.
ACTION 2: Bo, by 9 May - buy a rope. [open]
ACTION 3: Cy, by 1 June - call the insurer. [open]
ACTION 4: Di, by 8 June - count the boats. [done]
""".replace("2 May]", "2 May] ")


def test_lines_with_one_label_are_a_list_wherever_they_stand_and_their_states_are_told_apart() -> None:
    [actions] = [each for each in blocks_of(MINUTES) if each.labelled]
    assert [item.cells[-1] for item in actions.items] == ["done 2 May", "open", "open", "done"]
    assert [MINUTES[item.start : item.end].partition(":")[0] for item in actions.items] == [
        "ACTION 1", "ACTION 2", "ACTION 3", "ACTION 4",
    ]  # fmt: skip
    assert actions.items[0].cells[0] == "ACTION 1: Ann, by 3 May - paint the rail."
    judge = Judge({"Status = open": 0.6, "Status = done": 0.05, "Status = done 2 May": 0.1})
    rows, values = meant_rows("actions that are not done", actions, "actions", "en", judge)
    assert ([row.cells[0][:8] for row in rows], values) == (["ACTION 2", "ACTION 3"], ["Status: open"])


def test_items_of_the_same_parts_have_a_state_too() -> None:
    [todo] = blocks_of(
        "- 安工——刷栏杆——5 月 3 日——已完成\n- 薄工——买绳子——5 月 9 日——未开始\n- 迟工——打电话——6 月——进行中\n"
    )
    assert (todo.labelled, [item.cells[-1] for item in todo.items]) == (True, ["已完成", "未开始", "进行中"])
    [plain] = blocks_of("- One thing - or two.\n- Another.\n- A third - and - a fourth.\n")
    assert not plain.labelled


@pytest.mark.parametrize(
    ("text", "items", "lead"),
    [
        ("不予报销：一、罚款；二、个人娱乐、健身；三、洗衣费。", ["罚款", "个人娱乐、健身", "洗衣费。"], "不予报销："),
        ("Not paid: (a) fines; (b) films, and books; (c) laundry.", ["fines", "films, and books", "laundry."],
         "Not paid:"),
        ("Bring: 1) a coat, 2) a hat, 3) gloves", ["a coat", "a hat", "gloves"], "Bring:"),
    ],
)  # fmt: skip
def test_a_list_within_a_line_is_one_where_its_marks_count_from_one(text: str, items: list[str], lead: str) -> None:
    [found] = blocks_of(text)
    assert [item.cells[0] for item in found.items] == items
    assert [text[item.start : item.end] for item in found.items] == items
    assert found.lead == lead


@pytest.mark.parametrize(
    "text",
    [
        "See (2) and (3), or (4).",
        "见第1条（1）款、第2条（2）款、第3条（3）款的规定",
        "The plan (a) was made, see (b) and (c).",
        "一、二、三号楼",
        "Rows a) and b) alone",
        "第一、第二、第三",
    ],
)
def test_other_marks_within_a_line_make_no_list(text: str) -> None:
    assert blocks_of(text) == []


def test_what_is_not_yet_is_named_by_the_value_that_says_so() -> None:
    [todo] = blocks_of("- 安工——刷栏杆——3 日——已开始\n- 薄工——买绳子——9 日——未开始\n- 迟工——打电话——6 月——进行中\n")
    rows, values = named_rows("待办里哪些还没开始", todo)
    assert ([row.cells[0] for row in rows], values) == (["薄工"], ["未开始"])
    assert named_rows("待办里哪些还没做完", todo) == (todo.items, [])


def test_of_two_values_that_are_named_the_one_that_says_more_is_meant() -> None:
    releases = block("| Release | Kind |\n| --- | --- |\n| 1.1 | 修复 |\n| 1.2 | 紧急修复 |\n| 1.3 | 新功能 |\n")
    rows, values = named_rows("LGW 的紧急修复版本", releases)
    assert ([row.cells[0] for row in rows], values) == (["1.2"], ["紧急修复"])


def test_the_likeliest_column_is_the_one_that_is_judged_most_probable() -> None:
    asked: list[str] = []

    def judge(messages: Sequence[Message], words: tuple[str, str]) -> Mapping[str, float] | None:
        asked.append(messages[-1].content)
        return {words[0]: 0.6 if "Seats" in messages[-1].content else 0.4, words[1]: 0.5}

    assert likeliest_column("rooms for 80 guests", "80", ["Fee", "Seats", "Area"], "en", judge) == 1
    assert "“80” speak of the column “Area”" in asked[-1]
    assert likeliest_column("x", "80", ["Fee"], "zh", lambda messages, words: None) is None


def test_bounds_and_values_are_told_together(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home", ScriptedModel()) as kb:
        ingest(kb, [write(tmp_path / "site", {"repairs.md": REPAIRS})])
        answer = kb.answer("List all repairs in the north with a bill over 100", OWNER)
        none = kb.answer("List all repairs with a bill over 5,000", OWNER)
    assert [line[:13] for line in answer.text.splitlines()[1:]] == ["1. **Ladder**"]
    assert [notice.text for notice in answer.notices] == [
        "Of the 5 rows of this table, those that match “Bill > 100”, “north” are listed."
    ]
    assert none.kind == "fact"
