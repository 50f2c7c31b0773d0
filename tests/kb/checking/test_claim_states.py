"""A claim is confirmed, not found, contradicted or could not be checked, and says why."""

from collections.abc import Sequence

import numpy as np
import pytest

from kb.checking.alignment import Aligner
from kb.checking.citations import cite
from kb.language.language import language_of
from kb.models.maxsim import Vectors
from kb.schema import Claim, ClaimReason, ClaimState, Language
from tests.kb.passages import passage


def near(claim: str, texts: Sequence[str]) -> Vectors:
    return np.full(len(texts), 0.9, np.float32)


def claim_of(text: str, question: str, source: str, **fields: str) -> Claim:
    found = cite(f"{text} [1]", [passage(1, source, **fields)], language_of(question), question, near)  # type: ignore[arg-type]
    assert len(found.claims) == 1
    return found.claims[0]


STATES_OF_LEAVE = "Staff in Ohio and Maine have paid leave by law. Other places leave it to the employer."
ERRORS = "列不能为空。\nERROR 1048: Column 'city' cannot be null\n请检查数据。"


@pytest.mark.parametrize(
    ("text", "question", "source", "state", "reason"),
    [
        ("Staff in Ohio have paid leave by law.", "Where is leave paid?", STATES_OF_LEAVE, "confirmed", ""),
        # a first word that nothing has in small letters is a name
        ("Vermont and Maine have paid leave by law.", "Where is leave paid?", STATES_OF_LEAVE, "not_found", "name"),
        ("Staff in Maine have paid leave.", "Where is leave paid?", STATES_OF_LEAVE, "confirmed", ""),
        # a passage in the other language has no such name
        ("Ulaanbaatar", "What is the capital of Mongolia?", ERRORS, "unchecked", "language"),
        # names of another script cannot be compared, and what else there is was
        ("The limit in Hamburg is 142 euros.", "What is it?", "汉堡的限额为 142 欧元。", "unchecked", "language"),
        ("The limit is 142 euros.", "What is the limit?", "汉堡的限额为 142 欧元。", "confirmed", ""),
        # an echo answers nothing, where the question is not for a yes or no
        ("关闭密码复杂度策略。", "怎么关闭密码复杂度策略？", "关闭密码复杂度策略前须备份。", "not_found", "echo"),
        ("密码复杂度策略可以关闭。", "密码复杂度策略可以关闭吗？", "密码复杂度策略可以关闭。", "confirmed", ""),
        ("There is a limit for hotels.", "How much may it cost?", "There is a limit for hotels.", "not_found", "echo"),
        ("There is no limit for hotels.", "How much may it cost?", "There is no limit for hotels.", "confirmed", ""),
        # what is said of all, or of one alone
        ("All lots have free brackets.", "Which lots have brackets?", "The Ghent lot has free brackets.", "not_found",
         "quantifier"),
        ("Only the Ghent lot has brackets.", "Which lots have brackets?", "The Ghent and Lyon lots have brackets.",
         "not_found", "quantifier"),
        ("Only the Ghent lot has brackets.", "Which lots have brackets?", "The Ghent lot alone has brackets.",
         "confirmed", ""),
        # what is taken out
        ("The warranty covers the batteries.", "Are batteries covered?",
         "The warranty covers it all. Batteries are excluded.", "contradicted", "negation"),
        ("It pays 5 euros a month.", "What does it pay?", "It pays 5 euros a year.", "contradicted", "unit"),
        ("The cable is 1.8 cm long.", "How long is the cable?", "The cable is 1.8 m long.", "contradicted", "unit"),
        ("充电按每小时 0.9 元结算。", "充电怎么收费？", "充电按每度 0.9 元结算。", "contradicted", "unit"),
        ("A dinner may cost EUR 35.", "What may a dinner cost?", "A gift may cost EUR 35. A dinner may cost EUR 60.",
         "not_found", "rival"),
    ],
)  # fmt: skip
def test_a_claim_has_a_state_and_a_reason(
    text: str, question: str, source: str, state: ClaimState, reason: ClaimReason
) -> None:
    claim = claim_of(text, question, source)
    assert (claim.state, claim.reason, claim.supported) == (state, reason, state == "confirmed")


def test_a_heading_alone_confirms_nothing() -> None:
    source = "Long service\nGifts are handed over in spring."
    claim = claim_of("Long service", "What is there for staff?", source, section="Benefits > Long service")
    assert claim.state == "not_found"


def test_what_could_not_be_checked_is_shown_and_what_nothing_holds_is_not() -> None:
    chinese = [passage(1, "汉堡的限额为 142 欧元。")]
    assert cite("The limit in Hamburg is 142 euros [1].", chinese, "en", "What is the limit?", near).grounded
    assert cite("The limit in Hamburg is 142 euros.", chinese, "en", "What is the limit?", near).grounded  # no marker
    assert not cite("The limit is 150 euros [1].", chinese, "en", "What is the limit?", near).grounded


@pytest.mark.parametrize(
    ("text", "question", "source", "reason"),
    [
        # what is denied may stand behind a word that only helps
        ("个人电脑里的文件会备份。", "个人电脑里的文件有备份吗？", "个人电脑里的文件不做备份。", "negation"),
        ("离线时不再记录。", "离线时还记录吗？", "离线时继续记录。", "words"),
        ("The budget carries over to the next year.", "Is it kept?", "The budget does not carry over.", "negation"),
        # most are not all, and all of one sentence are not those of the next
        ("All parameters are in the network.", "Where are they?", "Most parameters, all in all, are in the network.",
         "quantifier"),
        ("Both lots have free wall brackets of steel.", "Which lots have brackets?",
         "Both lots come with certificates. The Ghent lot has free wall brackets of steel.", "quantifier"),
        ("Both lots come with certificates.", "Which lots have certificates?",
         "Both lots come with certificates. The Ghent lot has free brackets.", ""),
        # the sentence that says it names another in the place
        ("There is no allowance in China for desks.", "Where is no allowance?",
         "In China and in Oslo desks are blue. There is no allowance in Singapore for desks.", "rival"),
        ("There is no allowance in China for desks.", "Where is no allowance?",
         "In China desks are blue. It has no allowance, as Singapore, and there is no allowance for desks.", ""),
        ("The room Rotte is on floor 3.", "Where is the room Rotte?", "Office | Floor\nRotterdam | 3", "name"),
        # part of a date is no amount
        ("The notice is 8 weeks.", "How long is the notice?", "It runs to 31 August. The notice is long.", "number"),
    ],
)  # fmt: skip
def test_what_speaks_against_a_claim_is_told(text: str, question: str, source: str, reason: ClaimReason) -> None:
    assert claim_of(text, question, source).reason == reason


@pytest.mark.parametrize(
    ("text", "question", "source"),
    [
        # the year is told in the source alone
        ("The 900 small clocks are delivered to Lyon on November 24th.",
         "On which date are the 900 small clocks delivered to Lyon?",
         "We deliver in two lots: 1,500 units on 3 November 2025 to Ghent and 900 units on 24 November 2025 to Lyon."),
        ("The hall opens in November.", "When does the hall open for the guests of the winter season?",
         "For them it opens on 24 November 2025."),
        # the sentence with another rate gives another value
        ("在零下 40 度以下的库房作业，津贴每小时 38 元。", "在零下 40 度以下的库房作业，津贴每小时多少钱？",
         "进入零下 40 度以下库房作业的，每次停留不得超过 20 分钟，并且必须两人同行。"
         "库房作业津贴为每小时 38 元，按登记时间计发。"),
    ],
)  # fmt: skip
def test_a_part_of_a_date_and_another_rate_elsewhere_leave_it_confirmed(text: str, question: str, source: str) -> None:
    assert claim_of(text, question, source).supported


def test_another_edition_does_not_answer_for_the_newest() -> None:
    def reason(question: str) -> ClaimReason:
        sources = [
            passage(
                1, "Staff have 9 days of sick leave.", title="Leave policy (2025 edition)", document="leave_2025.md"
            ),
            passage(
                2, "Staff have 6 days of sick leave.", title="Leave policy (2024 edition)", document="leave_2024.md"
            ),
        ]
        [claim] = cite("Staff have 6 days of sick leave [2].", sources, "en", question).claims
        return claim.reason

    assert reason("How many days of sick leave are there now?") == "year"
    assert reason("How many days of sick leave were there in 2024?") == ""


def test_a_cited_passage_that_carries_much_less_than_the_best_is_no_source() -> None:
    sources = [
        passage(1, "Red pumps want clean water and new filters with fresh oil in long hoses."),
        passage(2, "Red pumps want clean water and new ones."),  # 6 of 11 words
        passage(3, "Red pumps want clean water and new filters with fresh oil."),  # 9 of 11
    ]
    claim = "Red pumps want clean water and new filters with fresh oil in long hoses."
    assert [span.passage.rank for span in Aligner(sources, "What is there?").sources(claim, [1, 2, 3])] == [1, 3]
    sources[2] = passage(3, "Pumps want new filters, fresh oil, long hoses.")
    assert [span.passage.rank for span in Aligner(sources, "What is there?").sources(claim, [1, 2, 3])] == [1]
    assert Aligner([sources[1]], "What is there?").sources(claim, [2])[0].supported  # by itself it is one
    sources[0] = passage(1, "Red pumps want clean water, new filters, fresh oil.")  # of 9 words 6 are enough
    assert [span.passage.rank for span in Aligner(sources[:2], "What is there?").sources(claim, [1, 2])] == [1, 2]


@pytest.mark.parametrize(
    ("repeated", "right"),
    [("pump hall gate", True), ("pump hall gate yard roof", False)],  # 2 / (3 + .3 * 3) and 2 / (3 + .3 * 5)
)
def test_a_word_of_the_question_weighs_three_tenths_of_a_new_one(repeated: str, right: bool) -> None:
    aligner = Aligner([passage(1, "There is clean oil.")], f"What is in {repeated}?")
    [span] = aligner.sources(f"in {repeated} is clean oil daily", [1])
    assert span.supported is right


def test_what_only_repeats_the_question_and_stands_nowhere_cannot_be_checked() -> None:
    """The source has the value, and neither the name nor the amount of the question: nor any like it."""
    told = passage(1, "E-47 means that moisture was found at the probe connector.")
    question = "What does error E-47 on a FrostNode mean?"
    [claim] = cite(
        "Error E-47 on a FrostNode means that moisture was found at the probe connector [1].", [told], "en", question
    ).claims
    assert (claim.state, claim.reason) == ("unchecked", "asked")
    limits = passage(1, "The Chief Financial Officer approves a trip of more than the usual amount.")
    question = "Who approves a trip of EUR 6,000?"
    cited = cite("The Chief Financial Officer approves a trip of EUR 6,000 [1].", [limits], "en", question)
    assert (cited.claims[0].state, cited.claims[0].reason, cited.opposed) == ("unchecked", "asked", False)


@pytest.mark.parametrize(
    ("claim", "question", "text", "reason"),
    [
        ("Incident INC-2023-009 affected 94 customers [1].", "How many customers did INC-2023-009 affect?",
         "Incident INC-2025-017 affected 94 customers.", "name"),
        ("In 2024 the limit was 94 euros [1].", "What was the limit in 2024?", "The limit is 94 euros.", "number"),
        ("The limit for Rotterdam is 95 euros [1].", "What is the limit for Rotterdam?",
         "The limit is 94 euros.", "number"),
    ],
)  # fmt: skip
def test_another_code_a_year_or_a_value_of_its_own_is_not_excused(
    claim: str, question: str, text: str, reason: str
) -> None:
    cited = cite(claim, [passage(1, text)], "en", question)
    assert (cited.claims[0].reason, cited.opposed) == (reason, True)


def test_a_replaced_value_is_contradicted_by_whichever_passage_says_so() -> None:
    passages = [
        passage(1, "The move to the new hall will be finished before 30 September 2030."),
        passage(2, "The end of the move was changed from 30 September to 31 October 2030.", document="b.md"),
    ]
    for day, place, state, reason in (
        ("30 September", 1, "contradicted", "replaced"),
        ("31 October", 2, "confirmed", ""),
    ):
        found = cite(f"The end of the move is {day} 2030 [{place}].", passages, "en", "When is the move finished?")
        assert [(c.state, c.reason) for c in found.claims] == [(state, reason)]


def test_a_month_is_that_of_the_sentence_and_not_of_the_report() -> None:
    report = passage(1, "In April the rate of returns was 4 %.", document="minutes_2030-06.txt")
    for month, state in (("April", "confirmed"), ("June", "not_found")):
        question = f"What was the rate of returns in {month}?"
        found = cite(f"In {month} the rate of returns was 4 % [1].", [report], "en", question)
        assert [claim.state for claim in found.claims] == [state]


def test_across_languages_only_what_a_claim_cites_confirms_it() -> None:
    passages = [passage(1, "Nothing of the kind stands here."), passage(2, "汉堡的限额为 142 欧元。", document="b.md")]
    for markers, state in (("[2]", "confirmed"), ("", "confirmed"), ("[1]", "not_found")):
        found = cite(f"The limit is 142 euros {markers}", passages, "en", "What is the limit?", near)
        assert [claim.state for claim in found.claims] == [state], markers


def test_across_languages_a_name_is_the_same_by_pinyin_and_could_else_not_be_checked() -> None:
    parking = "苏州总部停车费每月 150 元。"
    cases = (
        ("Suzhou", parking, "confirmed"),
        ("Hangzhou", parking, "unchecked"),
        ("Hangzhou", "苏州总部停车费每月 15 元。", "not_found"),  # nothing here holds the number: not even that
    )
    for place, source, state in cases:
        said = f"The monthly parking fee in {place} is 150 yuan."
        found = cite(said, [passage(1, source)], "en", f"What does parking cost in {place}?", near)
        assert [claim.state for claim in found.claims] == [state], (place, source)


@pytest.mark.parametrize(("apart", "state"), [(0.008, "confirmed"), (0.016, "not_found")])
def test_across_languages_no_other_sentence_of_the_passage_is_nearer(apart: float, state: str) -> None:
    def cosines(claim: str, texts: Sequence[str]) -> Vectors:
        nearness = {"停车每天 8 欧元。": 0.85 + apart, "午餐每天 6 欧元。": 0.85}
        return np.array([nearness.get(text, 0.8) for text in texts], np.float32)

    source = passage(1, "停车每天 8 欧元。午餐每天 6 欧元。")
    found = cite("Parking costs 6 euros a day [1].", [source], "en", "What does parking cost?", cosines)
    assert [claim.state for claim in found.claims] == [state]


def test_what_is_said_of_one_place_is_not_said_of_another() -> None:
    told = passage(1, "苏州服务台：分机 6200，周一至周五 8:30 至 18:00。")
    question = "新加坡办公室服务台的分机号是多少？"
    cited = cite("新加坡办公室服务台的分机号是 6200 [1]。", [told], "zh", question)
    assert (cited.claims[0].reason, cited.opposed) == ("name", True)
    [without_a_place] = cite(
        "新加坡办公室服务台的分机号是 6200 [1]。", [passage(1, "服务台：分机 6200。")], "zh", question
    ).claims
    assert without_a_place.reason == "asked"


def test_an_answer_that_gives_no_amount_where_one_is_asked_is_an_echo_also_without_any_source() -> None:
    cited = cite("班车三号线途中停靠三站。", [passage(1, "食堂早餐六点半开始。")], "zh", "班车三号线途中停靠几站？")
    assert (cited.claims[0].reason, cited.opposed) == ("echo", True)


@pytest.mark.parametrize(
    ("language", "text", "question", "answer", "reason"),
    [
        ("en", "The Heron film opens in May.", "Who directs the Heron film?", "It is directed by Vera Lind.", "words"),
        ("en", "The Heron film opens in May.", "How many people came?", "Altogether 4,300 people came.", "words"),
        ("zh", "苍鹭号在码头展出。", "谁设计了苍鹭号？", "设计者是王小明。", "words"),
        ("zh", "The Heron lies in the harbour.", "谁设计了苍鹭号？", "设计者是王小明。", "words"),
        (
            "en",
            "On 3 May 2022 Heron was shown.",
            "When was Heron released?",
            "Heron was released on 3 May 2022.",
            "relation",
        ),
        (
            "en",
            "Analysts expect sales of 340 boats in 2022.",
            "How many boats were sold in 2022?",
            "340 boats were sold in 2022.",
            "forecast",
        ),
    ],
)
def test_an_answer_that_no_passage_gives_is_withheld(
    language: Language, text: str, question: str, answer: str, reason: ClaimReason
) -> None:
    cited = cite(f"{answer} [1]" if reason != "words" else answer, [passage(1, text)], language, question)
    assert (cited.claims[0].reason, cited.grounded, cited.opposed) == (reason, False, True)


def test_a_long_list_told_in_one_sentence_is_confirmed() -> None:
    wanted = [
        "Bachelor's degree in engineering or business",
        "Record of successful launches",
        "Strong presentation and negotiation skills",
        "Knowledge of pricing strategies",
        "Experience with market research",
        "Ability to coordinate suppliers abroad",
        "Fluency in Dutch and Mandarin",
        "Patience with difficult clients",
        "Willingness to travel often",
        "Talent for clear writing",
        "Interest in renewable energy",
        "Skill at drawing up contracts",
        "Courage in front of large audiences",
        "At least 5 years of product management",
        "At most 3 letters of reference",
    ]
    source = passage(1, "\n".join(f"- {each}" for each in wanted), section="What a manager must have")
    question = "What must a manager have?"
    cited = cite(f"A manager must have a {', '.join(wanted).lower()}.", [source], "en", question)
    assert cited.claims[0].supported
    elsewhere = (
        "A cook must know knives, ovens, spices, sauces, fish, poultry, bread, pastry, soups, salads, cheese, fruit"
    )
    other = cite(f"{elsewhere}, herbs, oils, vinegar, noodles, rice and tea.", [source], "en", question)
    assert other.opposed


def test_unused_leave_of_a_clause_is_no_denial() -> None:
    text = "当年未休完的年休假最多可以结转 5 天，须在次年 6 月 30 日前休完，逾期作废。"
    question = "现在当年没休完的年休假最多可以结转几天？"
    assert cite("当年没休完的年休假最多可以结转 5 天。", [passage(1, text)], "zh", question).claims[0].supported


def test_what_was_replaced_elsewhere_speaks_against_nothing_else() -> None:
    passages = [
        passage(1, "The payment term is 60 days."),
        passage(2, "夜班津贴由每班 60 元提高到 80 元。", document="b.md"),
    ]
    assert cite("The payment term is 60 days.", passages, "en", "What is the payment term?").claims[0].supported


GATE = "How does one get in?"


@pytest.mark.parametrize(
    ("question", "claim", "text", "state"),
    [
        (GATE, "A badge opens the gate on Sunday.", "A badge opens the gate. The office closes at six.", "not_found"),
        (GATE, "A badge opens the gate on Sundays.", "A badge opens the gate on Saturdays.", "not_found"),
        (GATE, "A badge opens the gate on Sundays.", "A badge opens the gate; on a Sunday, too.", "confirmed"),
        (GATE, "A badge opens the gate on Wednesday.", "A badge opens the gate from Mon to Fri.", "confirmed"),
        (GATE, "A badge opens the gate on weekends.", "A badge opens the gate on weekdays.", "not_found"),
        ("Does a badge open the gate on Sunday?", "On Sunday, a badge opens the gate.", "A badge opens the gate.",
         "confirmed"),
        ("What is paid for a tour on a Saturday?", "On Saturdays, a tour costs 95 euros.",
         "Tours are ordered the day before and cost 70 euros; on a Saturday 95 euros.", "confirmed"),
        ("怎么进门？", "周日刷卡可以开大门。", "周六刷卡可以开大门。", "not_found"),
        ("怎么进门？", "星期六刷卡可以开大门。", "周六刷卡可以开大门。", "confirmed"),
    ],
)  # fmt: skip
def test_a_day_of_the_week_stands_where_what_is_said_of_it_stands(
    question: str, claim: str, text: str, state: str
) -> None:
    cited = cite(f"{claim} [1]", [passage(1, text)], language_of(question), question)
    assert [each.state for each in cited.claims] == [state]
