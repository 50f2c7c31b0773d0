"""What a claim takes from a table stands in the row that it speaks of."""

import pytest

from kb.checking.citations import cite
from kb.checking.table_claims import (
    agrees_with_mark,
    fits_cell,
    gives,
    gives_heads_alone,
    is_row,
    names_cell,
    rows_of,
    takes_wrong_column,
    takes_wrong_label,
    takes_wrong_row,
)
from kb.language.language import language_of
from tests.kb.passages import passage

ROOMS = """office | floor | room | name | capacity | phone_ext
Rotterdam | 2 | 2.03 | Waal | 6 | 7339
Rotterdam | 3 | 3.01 | Rotte | 10 | 7367"""
STAFF = """Name | Department | Extension
Li Na | R&D | 7339
Anna Berg | Finance | 7367"""
LIMITS = """Level | Hotel | Meals
L2 | 120 | 30
L3 | 150 | 40"""
CITIES = """城市 | 住宿 | 伙食
北京 | 500 | 100
上海 | 600 | 120"""
DEVICE = """Part | Value
Battery | 5,200 mAh
Time to full | 3.5 hours"""
MARKDOWN = """The limits:

| City   | Currency | Hotel | Meals |
|--------|:--------:|-------|-------|
| Berlin | EUR      | 155   | 35    |
|        | USD      | 180   | 41    |"""


def test_text_without_a_table_has_no_rows() -> None:
    assert rows_of("no table") == []


def test_a_cell_is_named_by_its_row_and_its_column() -> None:
    assert names_cell("Rotterdam: capacity 10", "", rows_of(ROOMS))
    assert not names_cell("Suzhou: capacity 10", "", rows_of(ROOMS))
    rows = rows_of("Property | P2 Pro | P2\nPrice | 129 | 99")
    assert names_cell("The price of the P2 Pro is 129.", "", rows)
    assert not names_cell("The price of the P2 is 129.", "", rows)


@pytest.mark.parametrize(
    ("table", "claim", "question", "wrong"),
    [
        (LIMITS, "The hotel limit for L3 is 120 EUR.", "", True),
        (LIMITS, "It is 120 EUR.", "What is the hotel limit for L3?", True),
        (LIMITS, "The hotel limit for L3 is 150 EUR, for L2 it is 120 EUR.", "", False),
        (LIMITS, "150 EUR, more than in L2.", "What is the hotel limit for L3?", False),
        (STAFF, "Anna Berg has 7339.", "", True),
        (STAFF, "Anna Berg works in R&D.", "", True),
        (STAFF, "Anna Berg works in Finance.", "", False),
        (STAFF, "Li Na works in R&D, not Anna.", "Does Anna Berg work in R&D?", False),
        (CITIES, "上海的住宿标准是500元。", "", True),
        (CITIES, "上海的住宿标准是600元，北京是500元。", "", False),
        (ROOMS, "Waal has the extension 7367.", "", True),
        (DEVICE, "It takes 3.5 hours until the battery is full.", "", False),  # 5,200 mAh is of another kind
        (MARKDOWN, "In Berlin 41 USD are paid for meals.", "", False),
    ],
)
def test_a_number_or_word_is_not_taken_from_another_row(table: str, claim: str, question: str, wrong: bool) -> None:
    assert takes_wrong_row(claim, question, rows_of(table)) is wrong


def test_rows_of_markdown_have_their_cells_and_heads() -> None:
    rows = rows_of(MARKDOWN)
    assert [row.cells for row in rows[1:]] == [["berlin", "eur", "155", "35"], ["berlin", "usd", "180", "41"]]
    assert [row.heads for row in rows] == [[], *[["city", "currency", "hotel", "meals"]] * 2]
    assert [MARKDOWN[row.start : row.end].split()[1] for row in rows] == ["City", "Berlin", "|"]


def test_each_table_of_a_text_has_its_own_heads() -> None:
    rows = rows_of("Berlin | 155\n\nSome words.\nRoom | Seats\nWaal | 6", header="City | Hotel")
    assert [row.heads for row in rows] == [["city", "hotel"], [], ["room", "seats"]]
    assert rows_of("| Meals | 40", "Level | Kind | Limit")[0].cells == ["", "meals", "40"]


def test_a_row_is_told_from_prose() -> None:
    assert is_row("a | b")
    assert is_row("a\tb")
    assert is_row("|---|---|")
    assert not is_row("a or b - or a|b")


PARTS = "Item | Value | Note\nShock | 16 g | three axes\nOpening | light | above 8 lux\nRuntime | 11 months | at rest"


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("Opening is told above 16 lux.", True),
        ("Opening is told above 8 lux.", False),
        ("Shock is measured to 16 g.", False),
        ("It is measured to 16 g.", False),
    ],
)
def test_a_number_of_a_row_that_nobody_names_is_not_that_of_the_row_that_is_named(claim: str, wrong: bool) -> None:
    assert takes_wrong_row(claim, "What is the value?", rows_of(PARTS)) is wrong


MODELS = "Property | Falcon M2 | Falcon M5\nProtection class | IP65 | IP67\nColour | red | grey\nWeight | 90 g |"


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("The Falcon M2 has protection class IP67.", True),
        ("The Falcon M2 has protection class IP65.", False),
        ("The colour of the Falcon M5 is red.", True),
        ("The colour of the Falcon M5 is grey.", False),
        ("The protection class is IP67.", True),  # the question asks of the M2
        ("The Falcon M5 weighs more: weight 90 g.", False),  # its own cell is empty: nothing is said
        ("The Falcon M2 is red.", False),  # no row is named
    ],
)
def test_a_cell_of_another_column_than_the_one_named(claim: str, wrong: bool) -> None:
    assert takes_wrong_column(claim, "What is the protection class of the Falcon M2?", rows_of(MODELS)) is wrong


def test_a_head_that_is_no_name_may_be_said_of_anything() -> None:
    rows = rows_of("Office | Room | Name | Extension\nGhent | 201 | Lys | 6324\nGhent | 203 | Zwin | 6331")
    claim = "The meeting room Lys in Ghent has the number 6324."
    assert not takes_wrong_column(claim, "Which number has the meeting room Lys in Ghent?", rows)


COVERED = "Service | Covered\nDental care | no\nEye tests | yes\nMassage | no"
PLANS = "Feature | Basic | Premium\nSingle sign-on | – | ✓\nAudit log | ✓ | ✓"
REPAID = "项目 | 是否报销\n酒水 | 否\n打车 | 是"
EDITIONS = "功能 | 基础版 | 高级版\n单点登录 | 无 | 有\n审计日志 | 有 | 有"


@pytest.mark.parametrize(
    ("table", "question", "claim", "right"),
    [
        (COVERED, "Is dental care covered?", "Dental care is not covered.", True),
        (COVERED, "Is dental care covered?", "Dental care is covered.", False),
        (COVERED, "Are eye tests covered?", "Yes, eye tests are covered.", True),
        (COVERED, "Are eye tests covered?", "Eye tests are not covered.", False),
        (PLANS, "Does Basic have single sign-on?", "The Basic plan does not include single sign-on.", True),
        (PLANS, "Does Basic have single sign-on?", "The Basic plan includes single sign-on.", False),
        (PLANS, "Does Premium have single sign-on?", "The Premium plan includes single sign-on.", True),
        (PLANS, "Does Premium have single sign-on?", "The Premium plan does not include single sign-on.", False),
        (REPAID, "酒水可以报销吗？", "酒水不报销。", True),
        (REPAID, "酒水可以报销吗？", "酒水可以报销。", False),
        (REPAID, "打车可以报销吗？", "打车可以报销。", True),
        (EDITIONS, "基础版有单点登录吗？", "基础版没有单点登录。", True),
        (EDITIONS, "基础版有单点登录吗？", "基础版有单点登录。", False),
        (EDITIONS, "高级版有单点登录吗？", "高级版有单点登录。", True),
    ],
)
def test_a_cell_says_yes_or_no(table: str, question: str, claim: str, right: bool) -> None:
    assert cite(claim, [passage(1, table)], language_of(claim), question).claims[0].supported is right


def test_a_cell_with_something_else_says_neither() -> None:
    rows = rows_of("Occasion | Voucher | Note\nThree years | EUR 130 | –")
    assert agrees_with_mark("After three years you get EUR 130.", "What is the gift?", rows) is None
    assert agrees_with_mark("After three years there is no note.", "Is there a note?", rows) is True
    assert agrees_with_mark("Nothing is said.", "Is there a note?", rows) is None
    rooms = rows_of(
        "office | room | name | phone | booking\nSuzhou | 101 | Desk | 6303 | none\nSuzhou | 201 | Taihu | 6324 | app"
    )
    assert agrees_with_mark("The phone of Taihu in Suzhou is 6324.", "Which phone has Taihu?", rooms) is None
    alone = rows_of(
        "office | room | name | phone | booking\nSuzhou | 101 | Desk | 6303 | none\nLyon | 1 | Hall | 7 | app"
    )
    assert agrees_with_mark("There is a Showroom in Suzhou.", "Is there a showroom?", alone) is None


def test_rows_tell_where_they_are_what_heads_them_and_what_is_above_their_table() -> None:
    text = "x | y\n1 | 2\n\nIt is above.\n\np | q\n3 | 4"
    rows = rows_of(text)
    assert [text[row.start : row.end] for row in rows] == ["x | y", "1 | 2", "p | q", "3 | 4"]
    assert [row.heads for row in rows] == [[], ["x", "y"], [], ["p", "q"]]
    assert [row.above for row in rows] == ["", "", "It is above.", "It is above."]
    assert [row.cells for row in rows_of("a\tb\n1\t2")] == [["a", "b"], ["1", "2"]]
    assert [row.cells for row in rows_of("| a |\n| 1 |")] == [["a"], ["1"]]
    assert rows_of("1 | 2", "Limits\nCity | Hotel")[0].heads == ["city", "hotel"]


def test_an_empty_first_cell_is_that_of_the_row_above_in_the_same_table() -> None:
    rows = rows_of("City | Hotel\nRome | 150\n | 120\n\nNext:\n | 90")
    assert [row.cells[0] for row in rows] == ["city", "rome", "rome", ""]
    assert rows[2].content[0] == {"rome"}
    assert [rows[2].numbers, rows[1].numbers] == [[set(), {"120"}], [set(), {"150"}]]


def test_heads_are_read_without_units_and_quarters_and_ordinals_in_one_form() -> None:
    [_, row] = rows_of(
        "Sales (EUR million) | first year | Third quarter | 第三季度 | 3rd quarter | Q3\n1 | 2 | 3 | 4 | 5 | 6"
    )
    assert row.heads == ["sales", "1st year", "q3", "q3", "q3", "q3"]


YEARS = "Plan | 1st year | 2nd year | Fee\nGold | 10 | 20 | 5\nIron | 30 | 40 | 6"


@pytest.mark.parametrize(
    ("claim", "question", "wrong"),
    [
        ("Gold is 20 in the first year.", "", True),
        ("Gold is 10 in the first year.", "", False),
        ("Gold is 20.", "What is Gold in the 1st year?", True),
        ("Gold is 20 in the first year and 10 in the second.", "", False),
        ("The fee of Gold is 20.", "", False),  # a fee may be of anything
        ("Gold is 9 in the first year.", "", False),  # stands nowhere
        ("It is 20 in the first year.", "", False),  # of no row
        ("Gold is 20 in the first year, Iron 30 in the first year.", "", False),  # one row is right
    ],
)
def test_of_numbered_columns_the_one_that_is_named_counts(claim: str, question: str, wrong: bool) -> None:
    assert takes_wrong_column(claim, question, rows_of(YEARS)) is wrong


@pytest.mark.parametrize(
    ("claim", "question", "named"),
    [
        ("Gold is 10 in the first year.", "", True),
        ("It is 10.", "What is Gold in the first year?", True),
        ("Gold is 20 in the first year.", "", False),
        ("Gold is 10 in the first year and 20 in the second year.", "", True),
        ("Gold is 10 and 40 in the first year.", "", False),
        ("Gold is cheap in the first year.", "", False),  # no number
        ("Gold is 10 in the first year.", "Is Gold 10 in the first year?", False),  # nothing is added
    ],
)
def test_each_number_stands_in_a_row_and_column_that_are_named(claim: str, question: str, named: bool) -> None:
    assert names_cell(claim, question, rows_of(YEARS)) is named


def test_a_claim_gives_a_cell_besides_one() -> None:
    gold = rows_of(YEARS)[1]
    assert gives("It is 20.", "", gold, 0)
    assert not gives("It is 20.", "Is it 20?", gold, 0)
    assert not gives("It is 20.", "", gold, 2)
    assert gives("It is Gold.", "", gold, 2)
    assert not gives("It is Gold.", "", gold, 0)


@pytest.mark.parametrize(
    ("table", "claim", "question", "agrees"),
    [
        # columns that neither claim nor question name
        (PLANS, "Single sign-on is there.", "Is it there?", None),
        (PLANS, "Single sign-on is there.", "Is it there in Premium?", True),
        (PLANS, "Single sign-on is there in Premium.", "Is it there in Basic?", True),  # the claim's goes before
        (PLANS, "Audit log is there in Basic and Premium.", "Is it there?", True),
        (PLANS, "Single sign-on is there in Basic and Premium.", "Is it there?", None),
        # the only one of a pair
        (COVERED, "Dental care is there.", "Is it?", False),
        (COVERED, "Dental care is not there.", "Is it?", True),
        (COVERED, "Feet are covered.", "Is it?", None),
        ("Service | Covered | Cost\nDental care | no | 5 euros", "Dental care is there.", "Is it?", None),
        ("Service | Covered | Cost\nDental care | no | 5 euros", "Dental care is covered.", "Is it?", False),
        # a label of two rows, no heads, or another cell of the row
        ("Service | Covered\nDental care | no\nDental care | yes", "Dental care is covered.", "Is it?", None),
        ("Dental care | no", "Dental care is covered.", "Is it?", None),
        ("Service | Covered | Cost\nDental care | no | 5 euros", "Dental care costs 5 euros.", "Is it covered?", None),
    ],
)
def test_a_mark_counts_for_its_row_and_the_column_that_is_named(
    table: str, claim: str, question: str, agrees: bool | None
) -> None:
    assert agrees_with_mark(claim, question, rows_of(table)) is agrees


LIFTS = "Lift | Load | Note\nNorth | 300 kg | near the gate\nSouth | 450 kg | near the yard\nEast | 9 people | none"


@pytest.mark.parametrize(
    ("claim", "question", "wrong"),
    [
        ("The lift South carries 300 kg.", "", True),
        ("The lift South carries 450 kg.", "", False),
        ("The lift East carries 300 kg.", "", True),  # none of its row, though it is of another kind
        ("The lift South is near the gate.", "", True),
        ("The lift South is near the yard.", "", False),
        ("The lift South is near the gate, North near the yard.", "", False),  # both are said
        ("It is near the gate.", "Where is the lift South?", True),
        ("It carries 300 kg.", "Does the lift South carry 300 kg?", False),  # the number is the question's
        ("It carries 300 kg.", "What does a lift carry?", False),
        ("The lifts North and South carry 300 and 450 kg.", "", False),
    ],
)
def test_a_cell_is_not_given_for_another_row(claim: str, question: str, wrong: bool) -> None:
    assert takes_wrong_row(claim, question, rows_of(LIFTS)) is wrong


def test_the_heads_of_all_columns_are_no_value() -> None:
    rows = rows_of(YEARS)
    assert gives_heads_alone("Plan, first year, second year and fee.", "What is the plan?", rows)
    assert not gives_heads_alone("Plan, first year and fee.", "What is the plan?", rows)
    assert not gives_heads_alone("Plan, first year, second year and fee: 5.", "What is the plan?", rows)
    assert not gives_heads_alone("Part and value.", "What is it?", rows_of(DEVICE))  # two columns


def test_a_frame_of_bars_is_no_cell() -> None:
    assert [row.cells for row in rows_of("|a | b|\n|1 | 2|")] == [["a", "b"], ["1", "2"]]
    assert [row.cells for row in rows_of("| ab | c |")] == [["ab", "c"]]


@pytest.mark.parametrize(
    ("claim", "named"),
    [
        ("L2 is 120 for a hotel.", True),
        ("XL2 is 120 for a hotel.", False),  # a longer word
        ("L23 is 120 for a hotel.", False),
        ("L2 is 120 for hotels.", False),
        ("上海L2的hotel为120元。", True),  # Chinese has no spaces
    ],
)
def test_a_label_is_a_whole_word(claim: str, named: bool) -> None:
    assert names_cell(claim, "", rows_of(LIMITS)) is named


def test_a_label_in_two_scripts_is_whole_where_it_is_latin() -> None:
    rows = rows_of("区域 | 限额A\nA区 | 500\n上海B | 600")
    assert names_cell("A区的限额A为500元。", "", rows)
    assert not names_cell("XA区的限额A为500元。", "", rows)
    assert not names_cell("A区的限额AB为500元。", "", rows)
    assert names_cell("at上海B的限额A为600元。", "", rows)
    assert not names_cell("上海BX的限额A为600元。", "", rows)


def test_a_row_with_too_few_cells_names_none() -> None:
    rows = rows_of("Plan | 1st year | 2nd year\nGold | 10\nIron | 30 | 40")
    assert not names_cell("Gold is 10 in the second year.", "", rows)
    assert names_cell("Iron is 40 in the second year.", "", rows)
    assert not takes_wrong_column("Gold is 10 in the second year.", "", rows)


def test_a_column_with_the_name_that_the_claim_alone_gives_is_meant() -> None:
    assert takes_wrong_column("The Falcon M2 has protection class IP67.", "How is it protected?", rows_of(MODELS))
    assert not takes_wrong_column("The Falcon M2 has protection class IP65.", "How is it protected?", rows_of(MODELS))


def test_rows_of_a_wider_table_outdo_none() -> None:
    north, south = "Lift | Place | Note\nNorth | near gate | red", "South | near yard | blue"
    assert takes_wrong_row("The lift South is near gate.", "Where is it?", rows_of(f"{north}\n{south}"))
    wider = rows_of(f"{north}\n\nOthers:\nLift | Place | Note | Load\n{south} | 450 kg")
    assert not takes_wrong_row("The lift South is near gate.", "Where is it?", wider)


DUTIES = """Task | Primary | Backup
Servers | Anna Berg | Tom Keller
Printers | Tom Keller | Lucia Romano
Phones | Lucia Romano | Anna Berg"""
CLASSES = """Time | Monday | Tuesday
09:00–11:00 | Yoga | Chess
14:00–16:00 | Choir | Drawing"""
WEIGHTS = """Pump | Empty | Full
PX-3 | 40 kg | 55 kg
PX-5 | 60 kg | 85 kg"""
COUNTS = """Pump | Valves | Gauges
PX-3 | 40 | 55
PX-5 | 60 | 85"""


@pytest.mark.parametrize(
    ("table", "claim", "question", "wrong"),
    [
        # the same people stand in both columns
        (DUTIES, "The backup for servers is Tom Keller.", "Who is the backup for servers?", False),
        (DUTIES, "The backup for servers is Anna Berg.", "Who is the backup for servers?", True),
        (DUTIES, "The primary for servers is Tom Keller.", "Who is the primary for servers?", True),
        (DUTIES, "Tom Keller looks after servers.", "Who looks after servers?", False),
        # amounts of one unit, but not plain numbers, which may count anything
        (WEIGHTS, "The empty PX-3 weighs 55 kg.", "What does the empty PX-3 weigh?", True),
        (WEIGHTS, "The empty PX-3 weighs 40 kg.", "What does the empty PX-3 weigh?", False),
        (WEIGHTS, "The full PX-3 weighs 40 kg.", "What does the full PX-3 weigh?", True),
        (COUNTS, "The PX-3 with valves has 55.", "How many has the PX-3 with valves?", False),
        # days of the week, in a row that its times name
        (CLASSES, "On Monday at 09:00–11:00 there is yoga.", "What is on Monday?", False),
        (CLASSES, "On Monday at 09:00–11:00 there is chess.", "What is on Monday?", True),
        (CLASSES, "On Tuesday there is chess.", "What is on Tuesday at 09:00–11:00?", False),
        (CLASSES, "On Monday there is chess.", "What is on Monday at 09:00–11:00?", True),
        (CLASSES, "On Monday from 09:00 to 11:00 there is chess.", "What is on Monday?", True),
        (CLASSES, "On Monday there is chess.", "What is on Monday at 09:00?", False),  # names no row
    ],
)
def test_a_column_of_the_same_kind_is_another_one(table: str, claim: str, question: str, wrong: bool) -> None:
    assert takes_wrong_column(claim, question, rows_of(table)) is wrong


KEEPERS = """Room | Keeper | Floor
Waal | Anna Berg | ground
Rotte | Tom Keller | upper
Maas | Lucia Romano | upper"""


@pytest.mark.parametrize(
    ("claim", "question", "wrong"),
    [
        ("The keeper of Waal is Anna Berg.", "Who is the keeper of Waal?", False),
        ("The keeper of Waal is Tom Keller.", "Who is the keeper of Waal?", True),
        ("Waal is on the upper floor.", "On which floor is Waal?", True),
        ("Waal is on the ground floor.", "On which floor is Waal?", False),
        # the row of what it gives is named, or no other
        ("The keeper is Tom Keller.", "Who is the keeper?", False),
        ("Waal and Rotte are kept by Tom Keller.", "Who keeps Rotte?", False),
    ],
)
def test_words_of_a_row_that_nobody_names_are_not_those_of_the_one_that_is_named(
    claim: str, question: str, wrong: bool
) -> None:
    assert takes_wrong_row(claim, question, rows_of(KEEPERS)) is wrong


PRICES = """Model | Flow (l/min) | Price per unit (EUR) | Price from 10 units (EUR)
KB-50 | 11 | 79 | 71
KB-50 Plus | 12 | 94 | 86
KB-80 | 16 | 128 to 130 | 117"""
WAGES = """Grade | Typical job | Hourly pay until 31 March | Hourly pay from 1 April
A | call handler | 13.10 | 13.65
B | ambulance driver | 13.90 | 14.50"""


@pytest.mark.parametrize(
    ("table", "question", "claim", "fits"),
    [
        (PRICES, "What does a KB-50 cost if I take 20?", "From 10 units on, the KB-50 costs 71 EUR.", True),
        (PRICES, "What does a KB-50 cost if I take 20?", "From 10 units on, the KB-50 costs 79 EUR.", False),
        (PRICES, "What does a KB-50 cost if I take 20?", "From 10 units on, the KB-50 costs 86 EUR.", False),
        (PRICES, "What does a KB-50 Plus cost if I take 20?", "From 10 units on, the KB-50 Plus costs 86 EUR.", True),
        (PRICES, "What does a KB-50 Plus cost if I take 20?", "From 10 units on, the KB-50 Plus costs 71 EUR.", False),
        (PRICES, "How much flow has the KB-80?", "Its flow is 16 l/min.", True),
        (PRICES, "How much flow has the KB-80?", "Its flow is 12 l/min.", False),
        # one number of several in a cell may be of something else
        (PRICES, "What is the price per unit of the KB-80?", "The price per unit is 128 EUR.", False),
        (PRICES, "What is the price per unit of the KB-80?", "The price per unit is 128 to 130 EUR.", False),
        (PRICES, "What does the KB-80 cost?", "It costs 117 EUR.", False),  # no column is named
        (PRICES, "How much flow is there?", "The flow is 16 l/min.", False),  # nor a row
        (PRICES, "How much flow has the KB-80?", "It has some.", False),
        # a row may be named by another cell than its first
        (WAGES, "What does an ambulance driver earn from April?", "From 1 April a driver earns 14.50 an hour.", True),
        (WAGES, "What does an ambulance driver earn from April?", "From 1 April a driver earns 13.65 an hour.", False),
        (WAGES, "What does an ambulance driver earn from April?", "From 1 April a driver earns 13.90 an hour.", False),
        ("No table.", "How much flow has the KB-80?", "Its flow is 16 l/min.", False),
    ],
)
def test_a_cell_fits_best_where_row_and_column_are_named(table: str, question: str, claim: str, fits: bool) -> None:
    assert fits_cell(claim, question, rows_of(table)) is fits


def test_a_cell_that_fits_best_has_no_rival() -> None:
    question = "What does an ambulance driver earn from April?"
    for amount, confirmed in (("14.50", True), ("13.65", False), ("13.90", False)):
        claim = f"From 1 April a driver earns {amount} an hour."
        [checked] = cite(claim, [passage(1, WAGES)], "en", question).claims
        assert checked.supported is confirmed


FIRMWARE = """Firmware | Supported models | Main change
2.08 | K200, K210, K300 | first one
2.11 | K200, K210 | adds printing
3.00 | K210, K300 | new web interface
3.02 | K300 | security patch"""


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("Firmware 3.00 supports the models K210 and K300.", False),
        ("Firmware 3.00 supports the model K300.", True),  # alone it is another row's
        ("Firmware 3.00 supports the K200, the K210 and the K300.", True),
        ("Firmware 3.02 supports the model K300.", False),
    ],
)
def test_a_cell_may_be_a_part_of_a_longer_one(claim: str, wrong: bool) -> None:
    assert takes_wrong_row(claim, "On which models can it be installed?", rows_of(FIRMWARE)) is wrong


COMMANDS = """Command | What it does
store clear --now | clears the queue and loses all messages
store pause | clears the queue and keeps the messages of today in a file
store list | lists the queue"""
ASKED_KEEPS = "Which command clears the queue and keeps the messages of today?"


@pytest.mark.parametrize(
    ("claim", "question", "wrong"),
    [
        ("Use store clear --now.", ASKED_KEEPS, True),
        ("Use store pause.", ASKED_KEEPS, False),
        ("Use store list.", ASKED_KEEPS, True),
        ("Use store clear --now or store pause.", ASKED_KEEPS, False),
        ("Use store clear --now.", "Which command clears the queue?", False),  # both do
        ("Use store clear --now.", "Which command clears the queue of a file?", False),  # a word more
        ("Use store clear --now.", "Does store clear --now keep the messages of today in a file?", False),  # was asked
        ("Use store start.", ASKED_KEEPS, False),  # no row's
        ("It is store list.", "What comes after the one that clears the queue and keeps the messages?", False),
        ("用 git reset。", "想清理工作区又保留本地改动，用哪条命令？", True),
        ("用 git stash。", "想清理工作区又保留本地改动，用哪条命令？", False),
    ],
)
def test_the_label_that_a_claim_gives_is_of_the_row_that_was_asked_about(
    claim: str, question: str, wrong: bool
) -> None:
    table = f"{COMMANDS}\n\n命令 | 作用\ngit reset | 清理工作区\ngit stash | 清理工作区，保留本地改动"
    assert takes_wrong_label(claim, question, rows_of(table)) is wrong


def test_a_label_is_held_against_those_of_its_own_table() -> None:
    keeper = "Anna Berg | keeps the messages of today"
    own = f"Name | What it does\nstore list | lists the queue\n{keeper}"
    other = f"Name | What it does\nstore list | lists the queue\n\nPerson | Task\n{keeper}"
    asked = "Use store list.", "Which one keeps the messages of today?"
    assert takes_wrong_label(*asked, rows_of(own))
    assert not takes_wrong_label(*asked, rows_of(other))


DEALERS = "Model | Price |  | Weight\n| list | dealer\nK2 | 90 | 70 | 3 kg\nK3 | 95 | 75"
MADE = "Part\tMade\tSold\n2023\t2022\t2023\t2022\nLamps\t40\t50\t30\t20\nFans\t41\t51\t31\t21"


def test_of_two_rows_of_heads_each_column_has_its_own() -> None:
    first, second, *body = rows_of(DEALERS)
    assert (first.heads, second.heads) == ([], [])
    assert [list(row.heads) for row in body] == [["model", "list", "dealer", "weight"]] * 2
    assert list(body[0].measures) == ["Model", "Price\nlist", "Price\ndealer", "Weight"]
    assert body[1].cells == ["k3", "95", "75", ""]  # the last one is missing
    assert [list(row.heads) for row in rows_of("K4 | 99 | 80", "Model | Price\n| list | dealer")] == [
        ["model", "list", "dealer"]
    ]
    assert rows_of(MADE)[2].heads == ["part", "made\n2023", "made\n2022", "sold\n2023", "sold\n2022"]


@pytest.mark.parametrize(
    ("table", "claim", "wrong"),
    [
        (DEALERS, "A dealer pays 70 for the K2.", False),
        (DEALERS, "A dealer pays 90 for the K2.", True),
        (DEALERS, "A dealer pays 95 for the K3.", True),  # of a row that lacks its last cell
        (MADE, "In 2022 50 lamps were made.", False),
        (MADE, "In 2022 20 lamps were sold.", False),
        (MADE, "In 2022 50 lamps were sold.", True),
        (MADE, "In 2022 30 lamps were sold.", True),
        (MADE, "In 2022 30 lamps went over the counter.", True),  # the year alone is named
        (MADE, "In 2022 20 lamps went over the counter.", False),
    ],
)
def test_a_value_stands_under_both_rows_of_heads(table: str, claim: str, wrong: bool) -> None:
    assert takes_wrong_column(claim, "", rows_of(table)) is wrong


def test_rows_of_codes_are_told_apart_by_their_numbers() -> None:
    rows = rows_of("Pump | Name | Price\nVP-300 | infusion pump, simple | 4280\nVP-500 | infusion pump | 6020")
    assert takes_wrong_row("The VP-500 costs 4280.", "", rows)
    assert not takes_wrong_row("The VP-500 costs 6020.", "", rows)
    assert not takes_wrong_row("The VP-300 costs 4280.", "", rows)


FEES = """Card | Annual fee | Withdrawal fee elsewhere | Daily limit cash | Daily limit shops
Plain | 0 | 1.5 %, min. 4.00 | 500 | 1500
Trade | 9 | 1.5 %, min. 4.00 | 900 | 4000"""


@pytest.mark.parametrize(
    ("claim", "state"),
    [
        ("With the Trade card the daily limit for cash is 900.", "confirmed"),
        ("With the Plain card the daily limit for cash is 900.", "contradicted"),
    ],
)
def test_a_row_with_an_abbreviation_is_one_row(claim: str, state: str) -> None:
    cited = cite(f"{claim} [1]", [passage(1, FEES)], "en", "How much cash can one take out per day with that card?")
    assert [each.state for each in cited.claims] == [state]
