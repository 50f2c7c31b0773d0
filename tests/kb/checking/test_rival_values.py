"""A number is that of its clause, row and sentence: where another stands nearer to the question, it answers another."""

from collections.abc import Sequence

import numpy as np
import pytest

from kb.checking.rival_values import MARGIN, OWN_WORDS, SENTENCE, has_rival, swaps_subject, values_in
from kb.checking.table_claims import rows_of
from kb.models.maxsim import Vectors

RATES = "The share of broken pumps was 1.7 % for the A3, 0.6 % for the A5 and 2.9 % for the B2."
PENSION = "The employer pays 6.8 % of the salary into the fund, and the employee pays 3.4 %."
BIKES = ["A bicycle may be leased for EUR 28 a month.", "A helmet costs EUR 41 once."]
TABLE = "| Room | Seats | Floor |\n|---|---|---|\n| Maas | 10 | 3 |\n| Rotte | 6 | 3 |"


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "rival"),
    [
        ("The A5 had a share of 1.7 %.", "What was the share of broken A5 pumps?", [RATES], True),
        ("The A5 had a share of 0.6 %.", "What was the share of broken A5 pumps?", [RATES], False),
        ("The employee pays 6.8 %.", "What does the employee pay into the fund?", [PENSION], True),
        ("The employee pays 3.4 %.", "What does the employee pay into the fund?", [PENSION], False),
        ("It costs EUR 41.", "What does a leased bicycle cost a month?", BIKES, True),
        ("It costs EUR 28 a month.", "What does a leased bicycle cost a month?", BIKES, False),
        ("It costs nothing.", "What does a leased bicycle cost a month?", BIKES, False),
        ("试用期为 3 个月。", "研发岗的试用期多久？", ["研发岗的试用期为 6 个月，其他岗位为 3 个月。"], True),
        ("试用期为 6 个月。", "研发岗的试用期多久？", ["研发岗的试用期为 6 个月，其他岗位为 3 个月。"], False),
    ],
)
def test_another_value_nearer_to_the_question_is_a_rival(
    claim: str, question: str, sentences: list[str], rival: bool
) -> None:
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


def test_in_a_table_the_words_of_row_and_column_belong_to_a_value() -> None:
    values = values_in(TABLE.splitlines(), rows_of(TABLE))
    assert has_rival("It has 6 seats.", "How many seats does the room Maas have?", values, None)
    assert not has_rival("It has 10 seats.", "How many seats does the room Maas have?", values, None)


@pytest.mark.parametrize(("apart", "rival"), [(0.031, True), (0.029, False)])
def test_what_means_more_nearly_what_was_asked_is_a_rival(apart: float, rival: bool) -> None:
    def similarities(question: str, texts: Sequence[str]) -> Vectors:
        return np.array([0.85 + (apart if "dinner" in text else 0.0) for text in texts], np.float32)

    sentences = ["Presents are worth at most EUR 35.", "A dinner for guests is worth EUR 60."]
    values = values_in(sentences, [])
    assert has_rival("EUR 35.", "What may be spent on eating out?", values, similarities) is rival
    assert not has_rival("EUR 60.", "What may be spent on eating out?", values, similarities)


def test_values_of_one_sentence_are_not_told_apart_by_meaning() -> None:
    def similarities(question: str, texts: Sequence[str]) -> Vectors:
        return np.array(
            [0.9 if "share" in text else 0.8 for text in texts], np.float32
        )  # as the first clause says more

    values = values_in([RATES], [])
    assert not has_rival("0.6 %", "What was the share of broken A5 pumps?", values, similarities)
    assert has_rival("1.7 %", "What was the share of broken A5 pumps?", values, similarities)


def test_a_value_of_another_kind_is_no_rival() -> None:
    sentences = ["The course takes 90 minutes.", "The course for new staff costs EUR 20."]
    assert not has_rival("It takes 90 minutes.", "What about the course for new staff?", values_in(sentences, []), None)


def test_the_margin_is_a_rare_word_of_the_question() -> None:
    near = ["The red valve opens at 5 bar.", "The valve closes at 7 bar."]
    assert has_rival("At 7 bar.", "When does the red valve open?", values_in(near, []), None)
    assert MARGIN == 0.5


@pytest.mark.parametrize(
    ("claim", "question", "sentence", "rival"),
    [
        ("1,860 customers were cut off.", "How many customers?", "1,860 lines of 94 customers were cut off.", True),
        ("94 customers were cut off.", "How many customers?", "1,860 lines of 94 customers were cut off.", False),
        ("无线电的距离为 5.0 米。", "无线电能传多远？", "无线电为 BLE 5.0，距离 40 米。", True),
        ("8b 有七十亿个参数。", "8b 有多少参数？", "7b 约七十亿个，8b 约八十亿个参数。", True),
        ("8b 有八十亿个参数。", "8b 有多少参数？", "7b 约七十亿个，8b 约八十亿个参数。", False),
        (
            "紧急工单 4 个工作小时内回复。",
            "紧急工单多快回复？",
            "普通工单 4 个工作小时内回复，紧急工单 20 分钟内回复。",
            True,
        ),
        ("外祖父去世，丧假 5 天。", "外祖父去世几天丧假？", "子女去世，丧假 5 天；外祖父母去世，丧假 2 天。", True),
    ],
)
def test_a_value_belongs_to_its_unit_and_to_its_part_of_a_sentence(
    claim: str, question: str, sentence: str, rival: bool
) -> None:
    assert has_rival(claim, question, values_in([sentence], []), None) is rival


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "rival"),
    [
        ("On 11 March.", "When was it reviewed?", ["It was reviewed on 25 March.", "On 11 March it broke."], True),
        ("It closes at 18:45.", "When does it close?", ["The shower closes at 21:45.", "Yoga starts at 18:45."], True),
        ("Take AB-1.", "Which node serves the north?", ["The north node is AB-2.", "AB-1 was closed."], True),
        # Nobody asks when, and so no date is the answer.
        ("It broke on 11 March.", "What broke?", ["What was new on 25 March broke.", "On 11 March it was."], False),
        ("On 11 March.", "Why did it break?", ["Why it broke on 25 March is known.", "On 11 March it was."], False),
    ],
)
def test_dates_times_and_codes_are_values_too(claim: str, question: str, sentences: list[str], rival: bool) -> None:
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


def test_a_claim_with_words_enough_of_its_own_is_read_as_of_its_own_subject() -> None:
    sentences = ["The sale of the valve ends on 30 June.", "Customers with open orders are told by 31 October."]
    values, question = values_in(sentences, []), "When does the sale of the valve end?"
    told = "Customers with open orders are told by 31 October."
    assert not has_rival(told, question, values, None)
    assert has_rival("By 31 October.", question, values, None)
    assert OWN_WORDS <= 4.0  # "Customers", "open", "orders" and "told"


def test_a_word_of_the_sentence_counts_half_of_one_in_the_clause() -> None:
    values = values_in(["The pump, when it is red, takes 5 litres and the tank holds 7 litres."], [])
    assert {value.words["pump"] for value in values if value.number == "7"} == {SENTENCE} == {0.5}


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        # number, kind and unit, and the clause where there are several
        ("The pump takes 5 litres.", ["5 volume litre: The pump takes 5 litres."]),
        ("It costs EUR 28 a month.", ["28 money : It costs EUR 28 a month."]),
        ("It costs 28 euros, a lid 41 euros.", ["28 money euro: It costs 28 euros", "41 money euro: a lid 41 euros."]),
        ("5 working days, 3 nights", ["5 time workingday: 5 working days", "3 time night: 3 nights"]),
        ("At least 8 or 9 kg.", ["8 weight kg: At least 8 or 9 kg.", "9 weight kg: At least 8 or 9 kg."]),
        (
            "Over $5 million, or 3 million.",
            ["5000000 money million: Over $5 million, or 3 million.",
             "3000000 million million: Over $5 million, or 3 million."],
        ),
        # a clause has the label of its sentence
        ("Weight: 69 kg, or 70 kg wet.", ["69 weight kg: Weight: 69 kg", "70 weight kg: Weight: or 70 kg wet."]),
        # the number of a list or section is no value, nor that of a row
        ("3) The pump holds 7 pints.", ["7 pints pint: The pump holds 7 pints."]),
        ("2.1 Rules for 5 cats.", ["5 cats cat: Rules for 5 cats."]),
        ("| 5 cats |", []),
        # semicolons part values, or where they do not commas; not what lies between
        ("It is 5 m, or 6 m; it is 7 m.", ["5 length m: It is 5 m", "6 length m: or 6 m", "7 length m: it is 7 m."]),
        ("Between 5 and 7 kg.", ["5 weight kg: Between 5 and 7 kg.", "7 weight kg: Between 5 and 7 kg."]),
        # years, dates, times of day and codes
        ("It rose 6.8 % in 2023.", ["6.8% share %: It rose 6.8 % in 2023.", "2023 date : It rose 6.8 % in 2023."]),
        ("在2023年有5人。", ["2023 date 年: 在2023年有5人。", "5 人 人: 在2023年有5人。"]),
        ("It costs 2023 euros.", ["2023 money euro: It costs 2023 euros."]),
        ("It has 2023 seats.", ["2023 seats seat: It has 2023 seats."]),
        ("It opens at 18:45.", ["18:45 time of day : It opens at 18:45."]),
        ("It began on 3 March 2025.", ["2025-03-03 date : It began on 3 March 2025."]),
        ("Take AB-17.", ["ab-17 ab-# : Take AB-17."]),
    ],
)  # fmt: skip
def test_each_value_of_a_sentence_has_its_kind_unit_and_clause(sentence: str, values: list[str]) -> None:
    found = [f"{value.number} {value.kind} {value.unit}: {value.text}" for value in values_in([sentence], [])]
    assert sorted(found) == sorted(values)


def test_a_word_of_the_clause_or_the_label_counts_whole_and_one_of_the_sentence_half() -> None:
    [dry, wet] = values_in(["Weight: 69 kg, 70 kg wet."], [])
    assert (dry.words["weight"], dry.words["kg"], dry.words["wet"]) == (1.0, 1.0, SENTENCE)
    assert (wet.words["weight"], wet.words["kg"], wet.words["wet"]) == (1.0, 1.0, 1.0)
    assert (dry.sentence, wet.sentence) == (0, 0)
    assert [value.sentence for value in values_in(["None.", "It takes 5 days."], [])] == [1]


def test_a_cell_has_the_words_of_its_row_and_head_and_half_of_those_beside_it() -> None:
    text = "| Room | Seats | Floor |\n|---|---|---|\n| Maas | 10 red | 3 |\n| Rotte | 6 | 3 | 9 |"
    values = values_in(text.splitlines(), rows_of(text))
    assert [(v.number, v.sentence, v.text) for v in values] == [
        ("10", -2, "maas seats: 10 red"), ("3", -2, "maas floor: 3"), ("6", -3, "rotte seats: 6"),
        ("3", -3, "rotte floor: 3"), ("9", -3, "rotte : 9"),
    ]  # fmt: skip
    assert values[0].words == {"maa": 1.0, "seat": 1.0, "red": 1.0, "#10": 1.0}
    assert values[1].words == {"maa": 1.0, "floor": 1.0, "red": SENTENCE, "#3": 1.0}


MANAGERS = "What is the notice of managers?"


@pytest.mark.parametrize(
    ("claim", "question", "sentence", "rival"),
    [
        # the other is said of what this one is and more
        ("The notice is 15 days.", MANAGERS, "The notice is 15 days; for managers 27 days.", True),
        ("The notice is 27 days.", MANAGERS, "The notice is 15 days; for managers 27 days.", False),
        ("It is 15 days.", MANAGERS, "For managers of teams the notice is 27 days; 15 days.", True),
        ("It is 27 days.", MANAGERS, "For managers of teams the notice is 27 days; 15 days.", False),
        ("It is 15 days.", MANAGERS, "The notice of managers of teams is 27 days; the notice is 15 days.", True),
        # or of something else in its place
        ("It is 15 days.", MANAGERS, "The notice of managers is 27 days; the notice of drivers is 15 days.", True),
        ("It is 27 days.", MANAGERS, "The notice of managers is 27 days; the notice of drivers is 15 days.", False),
        ("It is 15 days.", MANAGERS, "The notice of drivers is 15 days; of managers of teams 27 days.", True),
        ("试用期为 3 个月。", "研发岗的试用期多久？", "研发岗的试用期为 6 个月，其余为 3 个月。", True),
        ("试用期为 6 个月。", "研发岗的试用期多久？", "研发岗的试用期为 6 个月，其余为 3 个月。", False),
    ],
)
def test_of_values_of_one_sentence_the_words_that_differ_decide(
    claim: str, question: str, sentence: str, rival: bool
) -> None:
    assert has_rival(claim, question, values_in([sentence], []), None) is rival


@pytest.mark.parametrize(
    ("claim", "question", "lines", "rival"),
    [
        ("It is 70 kg.", "What is the weight?", ["Weight: 69 kg", "Load: 70 kg"], True),
        ("It is 69 kg.", "What is the weight?", ["Weight: 69 kg", "Load: 70 kg"], False),
        ("It is 70 kg.", "What is it?", ["Weight: 69 kg", "Load: 70 kg"], False),
        ("It is 70 kg.", "What is the load?", ["Weight (wet load): 69 kg", "Load: 70 kg"], False),
        ("It is 70 kg.", "What is the weight of the X5?", ["Weight, X5 Pro: 70 kg", "Weight, X5: 69 kg"], False),
        ("It is 70 kg.", "What is the weight of the X5?", ["Weight of X5 Pro: 70 kg", "Weight of X5: 69 kg"], True),
        ("It is 69 kg.", "What is the weight of the X5?", ["Weight of X5 Pro: 70 kg", "Weight of X5: 69 kg"], False),
        ("It is 69 kg.", "What is the weight of X5 Pro?", ["Weight of X5 Pro: 70 kg", "Weight of X5: 69 kg"], True),
        ("It is 70 kg.", "What is the weight of X5 Pro?", ["Weight of X5 Pro: 70 kg", "Weight of X5: 69 kg"], False),
    ],
)
def test_a_value_is_what_its_label_says(claim: str, question: str, lines: list[str], rival: bool) -> None:
    assert has_rival(claim, question, values_in(lines, []), None) is rival


INVOICES = "Li handles invoices, Chen handles complaints."


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "swaps"),
    [
        ("Li handles complaints.", "Who handles complaints?", [INVOICES], True),
        ("Chen handles complaints.", "Who handles complaints?", [INVOICES], False),
        ("Li handles complaints.", "Who handles complaints?",
         ["Li handles invoices.", "Chen handles complaints."], True),
        # who "she" is nobody knows, nor of what a label speaks
        ("Li handles complaints.", "Who handles complaints?",
         ["She handles invoices with Li.", "Chen handles complaints."], False),
        ("Li handles complaints.", "Who handles complaints?",
         ["Invoices: Li handles them.", "Chen handles complaints."], False),
        ("Li handles complaints.", "Who handles complaints?",
         ["Li handles invoices.", "She handles complaints."], False),
        ("The key is in the basement.", "Where is the spare key kept?",
         ["The ladder is in the basement.", "The spare key is kept in the hall."], True),
        ("The key is in the hall.", "Where is the spare key kept?",
         ["The ladder is in the basement.", "The spare key is kept in the hall."], False),
        # of amounts and codes rivals are told by their kind
        ("It takes 5 days.", "How long does the repair take?",
         ["The delivery takes 5 days.", "The repair takes 3 days."], False),
        ("Take AB-17 for it.", "What is taken for the repair?",
         ["For the delivery AB-17 is taken.", "For the repair a crane is taken."], False),
        ("王芳负责投诉。", "谁负责投诉？", ["王芳负责发票，李强负责投诉。"], True),
        ("李强负责投诉。", "谁负责投诉？", ["王芳负责发票，李强负责投诉。"], False),
        # of what it adds twice as much stands in its own sentence
        ("The key is in the old basement.", "Where is the spare key kept?",
         ["The ladder is in the old basement.", "The spare key is kept in the old hall.", "Nothing else."], True),
        ("The key is in the old basement.", "Where is the spare key kept?",
         ["The ladder is in the old basement.", "The spare key is kept in the old basement hall.", "Nothing else."],
         False),
        # rows speak for themselves
        ("Li handles complaints.", "Who handles complaints?", ["Li | handles invoices", "Chen | handles complaints"],
         False),
    ],
)  # fmt: skip
def test_what_is_said_of_something_else_is_not_said_of_what_was_asked(
    claim: str, question: str, sentences: list[str], swaps: bool
) -> None:
    assert swaps_subject(claim, question, sentences, [frozenset()] * len(sentences), frozenset()) is swaps


def test_what_a_caption_names_is_said_of_nothing() -> None:
    said = ["The ladder is in the basement.", "The spare key list"]
    asked = "The key is in the basement.", "Where is the spare key kept?", said, [frozenset[str]()] * 2
    assert swaps_subject(*asked, frozenset())
    assert not swaps_subject(*asked, frozenset({"The spare key list"}))


DRIVERS = ["The notice of managers is 27 days.", "For drivers it is 12 days."]


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "rival"),
    [
        ("It is 12 days.", "How long is the notice of managers?", DRIVERS, True),
        ("It is twelve days.", "How long is the notice of managers?", DRIVERS, True),  # in words
        ("It is twelve days.", "How long is the notice of drivers?", DRIVERS, False),
        ("It is 12 days.", "Why is the notice of managers so long?", DRIVERS, False),  # a reason is no value
        # three words of its own are too few to speak for themselves
        ("Drivers get 12 days.", "How long is the notice of managers?", [DRIVERS[0], "Drivers get 12 days."], True),
        ("Young drivers get 12 days.", "How long is the notice of managers?",
         [DRIVERS[0], "Young drivers get 12 days."], False),
        # neither has a word of the question that the other lacks
        ("It is 15 days.", "What is the notice?",
         ["The notice of drivers is 15 days, the notice of managers is 27 days."], False),
    ],
)  # fmt: skip
def test_what_was_asked_and_what_the_claim_says_of_itself_decide(
    claim: str, question: str, sentences: list[str], rival: bool
) -> None:
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


@pytest.mark.parametrize(
    ("question", "own", "other", "count", "rival"),
    [
        # a word weighs by how many values have it: of four a half, which is the margin
        ("How wide is the valve?", "The lid is 9 mm.", "The valve is {} mm.", 1, True),
        ("How wide is the valve?", "The lid is 9 mm.", "The valve is {} mm.", 4, True),
        ("How wide is the valve?", "The lid is 9 mm.", "The valve is {} mm.", 5, False),
        # a pair of Chinese characters weighs half of a word
        ("阀门多宽？", "盖子为9毫米。", "阀门为{}毫米。", 1, True),
        ("阀门多宽？", "盖子为9毫米。", "阀门为{}毫米。", 2, False),
    ],
)
def test_a_word_that_many_values_have_outweighs_nothing(
    question: str, own: str, other: str, count: int, rival: bool
) -> None:
    sentences = [own, *(other.format(n) for n in range(10, 10 + count))]
    claim = "9毫米。" if "毫米" in own else "9 mm."
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


def test_a_word_of_the_sentence_alone_outweighs_less() -> None:
    def is_outdone(rest: str) -> bool:
        values = values_in(["The lid is 9 mm.", f"When the valve is open, {rest}"], [])
        return has_rival("9 mm.", "How wide is the valve?", values, None)

    assert is_outdone("the ring is 7 mm.")
    assert not is_outdone("the ring is 7 mm, and the cap is 8 mm.")  # clauses of their own, of one sentence


def test_a_value_is_that_of_its_kind_and_unit_where_a_number_has_several() -> None:
    question = "How long does the repair of the pump take?"
    sentences = ["The pump holds 5 litres.", "The repair of the pump takes 3 days.", "The delivery takes 5 days."]
    assert has_rival("It takes 5 days.", question, values_in(sentences, []), None)
    sentences = [
        "Each repair of the pump takes 3 weeks.",
        "The repair of the pump takes 5 weeks.",
        "It arrives in 5 days.",
    ]
    assert has_rival("It takes 5 days.", question, values_in(sentences, []), None)
    assert not has_rival("It takes 5 weeks.", question, values_in(sentences, []), None)


def test_a_number_without_a_unit_may_be_of_any_kind_but_no_date_or_code() -> None:
    question = "What is the notice of managers?"
    sentences = ["The notice of managers is 27 days.", "Drivers: 7", "Drivers take AB-1."]
    assert has_rival("It is 7.", question, values_in(sentences, []), None)
    assert not has_rival("Take AB-1.", question, values_in(sentences, []), None)
    assert not has_rival("Take AB-1.", question, values_in(["Managers get notice 27.", "Take AB-1."], []), None)
    dated = ["The notice of managers ends on 3 May 2025.", "Drivers: 7"]
    assert not has_rival("It is 7.", question, values_in(dated, []), None)


PARTS = ["The pump has nine parts, the valve has seven parts."]
KANE = ["Kane scored nine goals.", "Berg made 13 saves."]
DATA, DATA_IN_PARTS = ["Load: 40 kg; weight: 15 kg."], ["Load: 40 kg, weight: 15 kg."]
BACKUPS = ["Daily backups are kept for 14 days, weekly backups for 12 weeks."]
HEAVY = "What does the new pump of the hall weigh?"
LIFTS = ["Buildings 5 and 6 have 3 lifts.", "Buildings 7 and 8 have 4 lifts."]
YEARS = ["满1年不满10年的员工年假5天。", "满10年不满20年的员工年假10天。"]


@pytest.mark.parametrize(
    ("claim", "question", "sentences", "rival"),
    [
        # what stands beside the number that was asked, or around it, is no value
        ("Buildings 5 and 6 have 3 lifts.", "How many lifts has building 5?", LIFTS, False),
        ("Buildings 5 and 6 have 4 lifts.", "How many lifts has building 5?", LIFTS, True),
        ("满10年不满20年的员工年假10天。", "工作12年的员工年假几天？", YEARS, False),
        # numbers in words
        ("The pump has nine parts.", "How many parts has the pump?", PARTS, False),
        ("The valve has nine parts.", "How many parts has the valve?", PARTS, True),
        ("The valve has 9 parts.", "How many parts has the valve?", PARTS, True),
        ("门有两个。", "门有几个？", ["窗有两个，门有三个。"], True),
        ("窗有两个。", "窗有几个？", ["窗有两个，门有三个。"], False),
        # each is counted by its own noun, wherever the other stands
        ("Kane made nine saves.", "How many saves did Kane make?", KANE, True),
        ("Kane scored nine goals.", "How many goals did Kane score?", KANE, False),
        # a label within a sentence heads its own part
        ("The weight is 40 kg.", "What is the weight?", DATA, True),
        ("The weight is 15 kg.", "What is the weight?", DATA, False),
        ("The load is 15 kg.", "What is the load?", DATA_IN_PARTS, True),
        ("The load is 40 kg.", "What is the load?", DATA_IN_PARTS, False),
        # "weekly" is said besides the unit
        ("Weekly backups are kept for 14 days.", "How long are weekly backups kept?", BACKUPS, True),
        ("Weekly backups are kept for 12 weeks.", "How long are weekly backups kept?", BACKUPS, False),
        # a clause with a pronoun goes on from the one before
        ("The pump weighs 30 kg.", HEAVY, ["The new pump of the hall lifts 20 kg, but it weighs 30 kg."], False),
        ("The pump weighs 30 kg.", HEAVY, ["The new pump of the hall lifts 20 kg, but the valve weighs 30 kg."], True),
        ("The price is 30 euros.", "What is the price of the new pump?",
         ["The price of the new pump was 20 euros, its usual price is 30 euros."], False),
        ("The price is 30 euros.", "What is the price of the new pump?",
         ["The price of the new pump was 20 euros, the usual price is 30 euros."], True),
        # a number behind "floor" tells things apart, and counts nothing
        ("There are 4 chairs.", "How many chairs are in the hall?",
         ["The chairs of the hall are on floor 7.", "There are 4 chairs."], False),
        ("There are 4 chairs.", "How many chairs are in the hall?",
         ["The chairs of the hall are 7 chairs.", "There are 4 chairs."], True),
        # of which one is a part
        ("公司共有员工40人。", "公司共有多少员工？", ["公司共有员工100人，其中女员工40人。"], True),
        ("公司共有员工100人。", "公司共有多少员工？", ["公司共有员工100人，其中女员工40人。"], False),
        # kinds of their own
        ("It holds 5 GB.", "How much does the disk hold?", ["The disk holds 9 GB.", "The card holds 5 GB."], True),
        ("It holds 5 litres.", "How much does the tank hold?",
         ["The tank holds 9 litres.", "The can holds 5 litres."], True),
        ("It holds 5 litres.", "How much does the tank hold?",
         ["The tank weighs 9 kg.", "The can holds 5 litres."], False),
        ("It uses 5 kW.", "What does the oven use?", ["The oven uses 9 kW.", "The lamp uses 5 kW."], True),
        ("It takes 5 h.", "How long is the trip?", ["The trip takes 9 h.", "The walk takes 5 h."], True),
    ],
)  # fmt: skip
def test_words_labels_pronouns_and_ranges_tell_whose_a_value_is(
    claim: str, question: str, sentences: list[str], rival: bool
) -> None:
    assert has_rival(claim, question, values_in(sentences, []), None) is rival


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("See page 3.", ["3 number"]),
        ("Floor no. 3 is red.", ["3 number"]),
        ("There are 3.", ["3 "]),
        ("The pump has seven parts.", ["7 parts"]),
        ("Seven or eight days.", ["8 time"]),
        ("The disk holds 5 GB.", ["5 storage"]),
        ("The tank holds 5 ml.", ["5 volume"]),
        ("The oven uses 5 kWh.", ["5 power"]),
        ("It is 5 ℉.", ["5 warmth"]),
        ("It takes 5 h.", ["5 time"]),
    ],
)
def test_a_number_has_the_kind_of_its_unit_in_words_and_signs(sentence: str, values: list[str]) -> None:
    assert [f"{value.number} {value.kind}" for value in values_in([sentence], [])] == values


def test_a_part_with_a_label_of_its_own_has_not_that_of_the_sentence() -> None:
    load, weight = values_in(DATA_IN_PARTS, [])
    assert (load.words["load"], load.words["weight"], load.text) == (1.0, SENTENCE, "Load: 40 kg")
    assert (weight.words["load"], weight.words["weight"], weight.text) == (SENTENCE, 1.0, "weight: 15 kg.")


@pytest.mark.parametrize(
    ("head", "cell", "kind"),
    [
        ("Price (CNY)", "600", "money"),
        ("单价（元）", "600", "money"),
        ("Weight [kg]", "38", "weight"),
        ("Time (days)", "14", "time"),
        ("Share (%)", "14", "share"),
        ("Price (net)", "600", ""),
        ("Rate (CNY per day)", "600", ""),
        ("Price", "600", ""),
        ("Price (CNY)", "5 %", "share"),  # what the cell says itself
        ("Valid (days)", "2025", "date"),
    ],
)
def test_the_unit_of_a_column_is_that_of_its_values(head: str, cell: str, kind: str) -> None:
    [row] = rows_of(f"Pump | {cell}", f"Service | {head}")
    [value] = values_in([], [row])
    assert value.kind == kind


LIFTS = ["The pump lifts 32 litres an hour at a height of 5 metres and 19 litres at 12 metres."]


@pytest.mark.parametrize(
    ("question", "claim", "rival"),
    [
        ("How much does the pump lift at a height of 12 metres?", "It lifts 19 litres an hour.", False),
        ("How much does the pump lift at a height of 12 metres?", "It lifts 32 litres an hour.", True),
        ("How much does the pump lift at a height of 5 metres?", "It lifts 32 litres an hour.", False),
        ("How much does the pump lift at a height of 5 metres?", "It lifts 19 litres an hour.", True),
        ("How much does the pump lift at a height of 9 metres?", "It lifts 19 litres an hour.", True),
    ],
)
def test_a_value_holds_where_the_amount_of_the_question_does(question: str, claim: str, rival: bool) -> None:
    assert has_rival(claim, question, values_in(LIFTS, []), None) is rival


def test_without_another_amount_of_the_unit_nothing_is_told() -> None:
    sentences = ["The rate of the T3 was 17 % over the last 4 quarters, that of the T5 was 24 %."]
    question = "What was the rate of the T5 over the last 4 quarters?"
    assert has_rival("The rate of the T5 was 17 %.", question, values_in(sentences, []), None)


@pytest.mark.parametrize(
    "heading", ["## 4 Interns", "## 4. Interns", "## 4.", "### 2.4 Interns", "4.1 Interns", "4. Interns"]
)
def test_the_number_of_a_heading_is_no_value(heading: str) -> None:
    lines = [heading, "They may borrow 4 books at a time, each time for 7 days."]
    asked = "Within how many days must interns return a book?"
    rivals = [
        has_rival(f"Interns must return a book within {days} days.", asked, values_in(lines, []), None)
        for days in (4, 7)
    ]
    assert rivals == [True, False]


@pytest.mark.parametrize(
    "heading",
    [
        "## 4 days for books",
        "## 10 working days to respond",
        "## 3 full years of service",
        "## 3 个月试用期",
        "## 5 个工作日内答复",
        "## 500 万元",
        "## 90 € per night",
        "## 2 to 3 days",
        "## EUR 300",
        "## 2025 in figures",
        "## 12 public holidays",
    ],
)
def test_what_a_heading_measures_is_a_value(heading: str) -> None:
    numbers = [value.number for value in values_in([heading], [])]
    assert numbers == [value.number for value in values_in([heading.removeprefix("## ")], [])] != []
