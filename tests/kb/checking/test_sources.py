"""How a passage is cut: sentences over full lines, spans of neighbouring sentences, and what heads them."""

import pytest

from kb.checking.prompt_injection import BLANK
from kb.checking.sources import (
    LONGEST_LIST,
    core_of,
    header_of,
    headings_of,
    heads_of,
    in_context,
    long_windows,
    may_answer,
    over_lines,
    says_most,
    source_of,
    with_antecedent,
)
from kb.language.content_terms import content_of
from tests.kb.passages import passage

LINE = "The pump of the old hall is cleaned by the staff of the town every"
SIX = "One is here. Two is here. Three is here. Four is here. Five is here. Six is here."
TABLE = "Limits of 2024\nCity | Hotel\nBerlin | 155\nRome | 150"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"{LINE}\nweek.", 1),
        (f"{LINE}\n  week.", 1),
        (f"{LINE}\n10:30 and noon.", 1),
        (f"{LINE}\n1234) and noon.", 1),
        # a paragraph, an item of a list, a label or a row of a table begins
        (f"{LINE}\n\nweek.", 2),
        (f"{LINE}:\nweek.", 2),
        (f"{LINE}\n- week.", 2),
        (f"{LINE}\n1) week.", 2),
        (f"{LINE}\n(12) week.", 2),
        (f"{LINE}\na) week.", 2),
        (f"{LINE}\n一、week.", 2),
        (f"{LINE}\nNote: week.", 2),
        (f"{LINE}\na | b", 2),
        (f"{LINE} | b\nweek.", 2),
        # a full line has four fifths of the longest, and 25 characters
        (f"{'a' * 80}\nweek\n{'b' * 100}", 2),
        (f"{'a' * 79}\nWeek\n{'b' * 100}", 3),
        # that of a text in which a line or two are not wrapped is its third longest
        (f"{'a' * 80}\nWeek\n{'b' * 300}.\n{'b' * 200}.\n{'c' * 99}.\nDay.", 5),
        (f"{'a' * 79}\nWeek\n{'b' * 300}.\n{'b' * 200}.\n{'c' * 99}.\nDay.", 6),
        # before small letters half a line is enough
        (f"{'a' * 40}\nweek\n{'b' * 100}", 2),
        (f"{'a' * 39}\nweek\n{'b' * 100}", 3),
        # what is quoted, or in brackets, does not begin at the end of a line
        ("代号“\n白鹭”的监护贴片", 1),
        ("代号”\n白鹭的监护贴片", 2),
        (f"{'a' * 25}\nweek", 1),
        (f"{'a' * 24}\nweek", 2),
    ],
)
def test_a_sentence_runs_on_in_the_next_line_where_its_own_is_full(text: str, count: int) -> None:
    assert len(over_lines(text)) == count


def test_no_sentence_over_lines_is_longer_than_600_characters() -> None:
    def lengths(*lines: int) -> list[int]:
        text = "\n".join("a" * length for length in lines)
        return [end - start for start, end in over_lines(f"First.\n\n{text}")][1:]

    assert lengths(299, 300, 300) == [600, 300]  # with the line break between
    assert lengths(300, 300) == [300, 300]


def test_every_run_of_up_to_four_sentences_is_a_span_and_for_lists_of_up_to_twelve() -> None:
    source = source_of(passage(1, SIX, start=100), None)
    assert [(w.parts.start, w.parts.stop) for w in source.windows if w.parts.start in (0, 3, 5)] == [
        (0, 1), (0, 2), (0, 3), (0, 4), (3, 4), (3, 5), (3, 6), (5, 6),
    ]  # fmt: skip
    assert [(w.start, w.end) for w in source.windows if w.parts == range(1, 3)] == [(113, 140)]
    assert all(SIX[w.start - 100 : w.end - 100] == w.quote for w in source.windows)
    assert [(w.parts.start, w.parts.stop) for w in long_windows(source)] == [(0, 5), (0, 6), (1, 6)]
    twenty = source_of(passage(1, " ".join(f"Number {n} is here." for n in range(20))), None)
    assert max(len(w.parts) for w in long_windows(twenty)) == 12


def test_a_heading_and_a_line_without_letters_are_no_spans() -> None:
    source = source_of(passage(1, "Meals\nLunch costs 4 euros.\n---", section="Costs > Meals"), None)
    assert [w.quote for w in source.windows if len(w.parts) == 1] == ["Lunch costs 4 euros."]
    assert headings_of(source.passage) == ["Costs", "Meals"]


def test_a_span_holds_the_rows_of_its_lines_and_no_others() -> None:
    source = source_of(passage(1, TABLE), None)
    rows = {w.quote: [row.cells[0] for row in w.rows] for w in source.windows}
    assert rows["Rome | 150"] == ["rome"]
    assert rows["Berlin | 155\nRome | 150"] == ["berlin", "rome"]
    assert rows["Limits of 2024"] == []


def test_a_span_of_a_table_is_headed_by_its_columns_and_the_line_above() -> None:
    source = source_of(passage(1, TABLE, title="Travel"), None)
    spans = {w.quote: w for w in source.windows}
    assert header_of(spans["Rome | 150"], source) == "city | hotel\nLimits of 2024"
    assert header_of(spans["Limits of 2024"], source) == ""
    assert heads_of(spans["Rome | 150"], source) == {"travel", "citi", "hotel", "md"}
    assert heads_of(spans["Limits of 2024"], source) == {"travel", "md"}
    headed = source_of(passage(1, "Rome | 150", header="City | Hotel | Note"), None)
    assert header_of(headed.windows[0], headed) == "City | Hotel | Note\n"


def test_tables_and_figures_have_captions() -> None:
    text = (
        "Prices of 2024\nItem | EUR\nKey | 5\n\nTable 4: Keys of v2.1\n  图3 钥匙\n表 5.3. 锁\n"
        "Figure 2 shows the key.\nTable 5: Locks. They are sold.\nTables are cleaned.\n"
        "图1所示的钥匙\n表 6 列出钥匙。\n图书馆开放。"
    )
    assert source_of(passage(1, text), None).captions == {"Keys of v2.1", "钥匙", "锁"}


def test_title_section_header_and_path_head_a_passage_and_the_document_is_around_it() -> None:
    told = passage(1, "It is red.", title="Pumps 2024", section="Care", header="Kind", document="north/b.md")
    source = source_of(told, lambda _: "More OF it")
    assert source.heading == "Pumps 2024\nCare\nKind\nnorth/b.md"
    assert source.heading_tokens == {"pump", "#2024", "care", "kind", "north", "b", "md"}
    assert source.heading_numbers == {"2024"}
    assert "more of it" in source.whole
    assert "it is red." in source.whole
    dated = source_of(passage(1, "It is red.", title="Minutes of 2025-07-10"), None)
    assert {"2025-07-10", "2025", "10"} <= dated.heading_numbers
    assert "more of it" not in dated.whole


def test_the_core_of_a_span_is_the_part_that_says_most() -> None:
    text = "A pump leaks; a valve is shut. The red valve opens. The red pump stops; the red gate is open."
    source = source_of(passage(1, text), None)
    [span] = [w for w in source.windows if len(w.parts) == 3]
    cores = {said: core_of(content_of(said), span) for said in ("valve shut", "red gate open", "red pump", "nothing")}
    assert cores == {
        "valve shut": " a valve is shut.", "red gate open": " the red gate is open.", "red pump": "The red pump stops",
        "nothing": "A pump leaks",
    }  # fmt: skip


def test_the_core_of_a_span_is_cut_as_its_passage_is() -> None:
    text = "The staff of the old hall on the hill by the lake are told to wipe any\ndust off the pump before they go."
    source = source_of(passage(1, f"{text} The gate is red. It is shut at night by whoever leaves last of all."), None)
    [span] = [w for w in source.windows if w.quote == text]
    assert core_of(content_of("dust off the pump"), span) == text


@pytest.mark.parametrize(
    ("text", "most"),
    [("iron stone glass", True), ("iron stone", False), ("iron stone glass clay", True), ("", False)],
)
def test_three_quarters_of_what_is_said_are_most_of_it(text: str, most: bool) -> None:
    assert says_most(text, content_of("iron stone glass clay")) is most
    assert not says_most(text, {})


def test_a_span_that_begins_with_the_heads_is_headed_by_them() -> None:
    source = source_of(passage(1, TABLE), None)
    spans = {w.quote: w for w in source.windows}
    assert header_of(spans[TABLE.removesuffix("\nRome | 150")], source) == "city | hotel\nLimits of 2024"
    assert header_of(spans["City | Hotel\nBerlin | 155"], source) == "city | hotel\nLimits of 2024"
    assert header_of(spans["City | Hotel"], source) == "\nLimits of 2024"


def test_what_is_told_of_a_passage_is_in_heading_and_text() -> None:
    source = source_of(passage(1, "It leaks.", title="Pumps"), None)
    assert {"pump", "leak"} <= source.tokens


def test_questions_and_the_heads_of_columns_answer_nothing() -> None:
    text = "When do we open?\n| Site | Opens | Closes |\n|---|---|---|\n| Ghent | 9:00 | |\nThe gate opens at eight."
    windows = [window for window in source_of(passage(1, text), None).windows if len(window.parts) == 1]
    assert [window.quote for window in windows if may_answer(window)] == [
        "| Ghent | 9:00 | |",
        "The gate opens at eight.",
    ]


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Up to five days move on. They are taken by June.", "Up to five days move on. "),
        ("Up to five days move on.\nTheir owner takes them by June.", "Up to five days move on.\n"),
        ("最多五天可结转。其使用期限为六月。", "最多五天可结转。"),
        ("Up to five days move on. Days are taken by June.", ""),
        ("Up to five days move on. IT security takes them.", ""),
        ("交通费为 200 元。其他费用为 500 元。", ""),
        ("交通费为 200 元。此外费用为 500 元。", ""),
        ("Up to five days move on.\n\nThey are taken by June.", ""),
        ("## Leave\nIts length is 20 days.", ""),
        ("What moves on? It is five days.", ""),
        ("HR | 24 hours\nIt | 8 hours", ""),
        ("- HR: 24 hours\nIt helps.", ""),
        (f"Staff get five days.{BLANK * 9}They are taken by June.", ""),
    ],
)
def test_a_sentence_goes_on_from_prose_right_before_it(text: str, before: str) -> None:
    source = source_of(passage(1, text, start=7), None)
    last = [window for window in source.windows if len(window.parts) == 1][-1]
    assert with_antecedent(last, source) == f"{before}{last.quote}"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Not in rooms:\n- heaters;\n- fridges.", "Not in rooms: fridges."),
        ("1. Not in rooms:\n- heaters;\n- fridges.", "Not in rooms: fridges."),
        ("不得带入：\n1. 电炉；\n2. 冰箱。", "不得带入： 冰箱。"),
        ("**Not in rooms:**\n\n- heaters;\n- fridges.", "**Not in rooms:** fridges."),
        ("不予报销：\n- 烟酒（招待除外）。超标部分自付。\n- 礼品。", "不予报销： 礼品。"),
        ("（一）不予报销：\n（1）烟酒；\n（2）礼品。", "不予报销： 礼品。"),
        ("Not in rooms:\n\n- heaters; no lamps. No coal.\n\n- fridges.", "Not in rooms: fridges."),
        ("Not in rooms:\n1. Heaters:\n  - of oil\n2. fridges.", "Not in rooms: fridges."),
        ("Closed:\n- Monday:\n  - winter\n  - summer", "Monday: summer"),
        # an item of the outer list, or of another one
        ("一、不予报销：\n1. 烟酒；\n二、车费报销。", "二、车费报销。"),
        ("1. Not in rooms:\n- heaters;\n2. Doors close at 11.\n3. Guests sign in.", "3. Guests sign in."),
        ("1. Not in rooms:\n- heaters;\n2. Doors close at 11.", "2. Doors close at 11."),
        ("Open:\n- Saturday:\n  - winter: closed\n- Sunday: 9 to 11", "Open: Sunday: 9 to 11"),
        ("Not in rooms:\n- heaters\n- lamps\n\n- Kettles are allowed.", "- Kettles are allowed."),
        ("Not in rooms:\n1. heaters\n2. lamps\n- Kettles are allowed.", "- Kettles are allowed."),
        ("适用于：\n一、二年级学生。\n三、四年级学生。", "三、四年级学生。"),  # no marks
        ("可借：\n1、书。\n3、5、8元。", "3、5、8元。"),
        ("# Not in rooms:\n- heaters;\n- fridges.", "- fridges."),  # a heading
        ("Mind the rooms.\n- heaters;\n- fridges.", "- fridges."),
        ("Not in rooms:\nHeaters are hot.\n- fridges.", "- fridges."),  # it leads in to something else
        (f"{BLANK}:\n- heaters;\n- fridges.", "- fridges."),
        ("- fridges.", "- fridges."),
        ("Not in rooms:\nfridges.", "fridges."),
        ("Not in rooms:\n" + "- heaters;\n" * (LONGEST_LIST - 1) + "- fridges.", "Not in rooms: fridges."),
        ("Not in rooms:\n" + "- heaters;\n" * LONGEST_LIST + "- fridges.", "- fridges."),
    ],
)
def test_an_item_is_read_behind_what_leads_in_to_its_list(text: str, read: str) -> None:
    source = source_of(passage(1, text), None)
    item = next(
        window for window in source.windows if window.quote.endswith(read.split()[-1]) and len(window.parts) == 1
    )
    assert with_antecedent(item, source) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Sundays are quiet. Doors close at 11.", "Handbook\nSundays are quiet. Doors close at 11."),
        ("Doors close at 11.", "Handbook\n Doors close at 11."),
        ("Closed:\n- rooms;\n- Doors close at 11.", "Handbook\nClosed: - Doors close at 11."),
    ],
)
def test_a_sentence_has_its_place_behind_its_heading_and_the_sentence_before(text: str, read: str) -> None:
    source = source_of(passage(1, text, title="Handbook"), None)
    last = next(window for window in source.windows if window.quote.endswith("11.") and len(window.parts) == 1)
    assert in_context(last, source) == read
