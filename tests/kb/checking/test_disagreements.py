"""Documents that disagree are both cited, and it is said; what only looks alike is no disagreement."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.checking import disagreements
from kb.checking.alignment import TAKEN
from kb.checking.citations import cite
from kb.checking.disagreements import (
    DISPUTES,
    JUDGED,
    MAY_DISPUTE,
    MOST_JUDGED,
    MOST_VERIFIED,
    OF_WORDS,
    SAME_ANSWER,
    Statement,
    disagrees,
    gives_another,
    gives_same,
    is_alike,
    may_disagree,
    names_more,
)
from kb.checking.objections import Similarities
from kb.checking.rival_values import Value
from kb.confidence.verdicts import Verdict, Verify
from kb.config import Settings
from kb.language.date_forms import months_in
from kb.language.language import language_of
from kb.models.embedders import open_embedder
from kb.schema import Language, Passage
from tests.kb.passages import passage

HOTELS = {"section": "Hotel limits", "header": "City | Currency | Hotel"}


def lease(text: str, title: str = "Lease") -> Passage:
    return passage(1, text, document="lease.md", title=title)


def rules(text: str, title: str = "House rules") -> Passage:
    return passage(2, text, document="rules.md", title=title)


@pytest.mark.parametrize(
    ("question", "claim", "own", "other", "quote"),
    [
        (
            "How many days of notice does a tenant give?",
            "A tenant gives 30 days of notice [1].",
            lease("A tenant gives 30 days of notice. The flat is returned clean."),
            rules("Keys are returned. A tenant gives 45 days of notice."),
            "A tenant gives 45 days of notice.",
        ),
        ("年假有几天？", "年假为 10 天[1]。", lease("年假为10天。病假为15天。"), rules("年假为12天。"), "年假为12天。"),
        (
            "When does the library open?",
            "The library opens at 8:30 [1].",
            lease("The library opens at 8:30 on weekdays."),
            rules("On weekdays the library opens at 9:00."),
            "On weekdays the library opens at 9:00.",
        ),
        (
            "When does the lease of the mill end?",
            "The lease of the mill ends on 30 June 2026 [1].",
            lease("The lease of the mill ends on 30 June 2026."),
            rules("The lease of the mill ends on 31 March 2027."),  # its year is its own, and none of an edition
            "The lease of the mill ends on 31 March 2027.",
        ),
        (
            "When was the bridge built?",
            "The bridge was built in 1932 [1].",
            lease("The bridge was built in 1932."),
            rules("The bridge was built in 1934."),
            "The bridge was built in 1934.",
        ),
        (
            "What is the hotel limit in Hamburg?",
            "The hotel limit in Hamburg is 142 EUR [1].",
            passage(1, "Hamburg | EUR | 142\nBerlin | EUR | 155", document="lease.md", title="Travel", **HOTELS),
            passage(2, "Rome | EUR | 120\nHamburg | EUR | 150", document="rules.md", title="Trips", **HOTELS),
            "Hamburg | EUR | 150",
        ),
    ],
)
def test_both_places_are_cited_and_the_reader_is_told(
    question: str, claim: str, own: Passage, other: Passage, quote: str
) -> None:
    cited = cite(claim, [own, other], language_of(question), question)
    [checked] = cited.claims
    assert (checked.supported, checked.state, checked.reason) == (False, "contradicted", "conflict")
    assert checked.markers == (1, 2)
    assert [c.quote for c in cited.citations][1:] == [quote]
    assert [notice.kind for notice in cited.notices] == ["disagreement"]
    assert "lease.md" in cited.notices[0].text
    assert "rules.md" in cited.notices[0].text
    assert cited.grounded


@pytest.mark.parametrize(
    ("question", "claim", "own", "other"),
    [
        # of some alone, of another flat, thing, year, city, document
        ("年假有几天？", "年假为 10 天[1]。", lease("年假为10天。"), rules("试用期员工年假为5天。")),
        (
            "How many days of notice are given for the flat in Bree Street?",
            "A tenant gives 30 days of notice [1].",
            lease("A tenant gives 30 days of notice.", "Flat in Bree Street"),
            rules("A tenant gives 45 days of notice.", "Flat in Dove Lane"),
        ),
        (
            "When is the audit?",
            "The audit is on 3 May 2024 [1].",
            lease("The audit is on 3 May 2024.", "Halls in 2024"),
            rules("The audit is on 4 June 2025.", "Budget of 2025"),
        ),
        (
            "How much is the fee?",
            "The fee is 5 euros [1].",
            lease("On 3 May 2024 the fee is 5 euros."),
            rules("On 3 May 2025 the fee is 6 euros."),
        ),
        ("How heavy is the T3?", "The T3 weighs 85 g [1].", lease("The T3 weighs 85 g."), rules("The T5 weighs 95 g.")),
        (
            "How heavy is the red lift of the hall?",
            "The red lift of the hall weighs 85 kg [1].",
            lease("The red lift of the hall weighs 85 kg."),
            rules("The red lift of the hall in Oslo weighs 95 kg."),
        ),
        (
            "How heavy is the logger?",
            "The logger weighs 85 g [1].",
            lease("The logger weighs 85 g.", "Logger T3"),
            rules("The logger weighs 95 g.", "Logger T5"),
        ),
        (
            "How many people worked there?",
            "120 people worked there [1].",
            lease("120 people worked there.", "Report 2023"),
            rules("130 people worked there.", "Report 2022"),
        ),
        (
            "What is the hotel limit in Hamburg?",
            "The hotel limit in Hamburg is 142 EUR [1].",
            passage(1, "Hamburg | EUR | 142\nBerlin | EUR | 155", document="lease.md", title="Travel", **HOTELS),
            passage(2, "Rome | EUR | 120\nBerlin | EUR | 150", document="rules.md", title="Trips", **HOTELS),
        ),
        (
            "How many days of notice does a tenant give?",
            "A tenant gives 30 days of notice [1].",
            lease("A tenant gives 30 days of notice."),
            passage(2, "A tenant gives 45 days of notice.", document="lease.md", title="Lease"),
        ),
    ],
)
def test_what_is_said_of_something_else_is_no_disagreement(
    question: str, claim: str, own: Passage, other: Passage
) -> None:
    cited = cite(claim, [own, other], language_of(question), question)
    assert [(each.state, each.markers) for each in cited.claims] == [("confirmed", (1,))]
    assert cited.notices == ()


@pytest.fixture(scope="module")
def similarities() -> Similarities:
    return open_embedder(Settings().embedding).similarities


IN_OTHER_WORDS = [
    (
        "How soon must a broken lift be mended?",
        "A broken lift must be mended within 6 hours [1].",
        lease("Lifts out of order are put right within 6 hours. Stairs are swept weekly."),
        rules("The landlord sees to it that a lift that is out of order runs again after 12 hours at the latest."),
    ),
    (
        "押金几天能拿回？",
        "押金 15 天内退还[1]。",
        lease("退租验收合格后，押金在15天内退还。"),
        rules("钥匙交还前台。验收通过以后，我们会在30天之内把押金退给租户。"),
    ),
    # of questions and answers the question says of what an answer is
    (
        "坐车上班，一天给多少钱补贴？",
        "坐车上班，一天补贴6元[1]。",
        lease("第八条 坐车上班的员工，补贴每人每天6元，包干使用，不再报销车票。"),
        rules("**问：坐地铁、坐车上班怎么补贴？**\n按天包干，每天补8元，不用贴票。"),
    ),
    (
        "How often must the lift be serviced?",
        "The lift must be serviced every 180 days [1].",
        lease("Every lift must be serviced at intervals of 180 days."),
        rules("**How often must the lift be serviced?**\nThe firm comes every 90 days."),
    ),
]


@pytest.mark.parametrize(("question", "claim", "own", "other"), IN_OTHER_WORDS)
def test_what_another_document_says_in_other_words_is_a_disagreement(
    question: str, claim: str, own: Passage, other: Passage, similarities: Similarities
) -> None:
    for read, beside in (([own, other], []), ([own], [other])):  # also where the model did not read it
        cited = cite(claim, read, language_of(question), question, similarities, None, beside.copy)
        [checked] = cited.claims
        assert (checked.state, checked.reason, checked.markers) == ("contradicted", "conflict", (1, 2))
        assert [citation.document for citation in cited.citations] == ["lease.md", "rules.md"]
        assert [notice.kind for notice in cited.notices] == ["disagreement"]
        assert cited.beside == tuple(beside)


def test_what_is_cited_beside_is_numbered_after_what_was_read(similarities: Similarities) -> None:
    question, claim, own, other = IN_OTHER_WORDS[0]
    unrelated = passage(2, "The hall is heated to 18 degrees. Its lamp burns for 2 hours.", document="hall.md")
    other = passage(3, other.text, document=other.document, title=other.title)
    cited = cite(claim, [own], language_of(question), question, similarities, None, lambda: [unrelated, other])
    assert [each.markers for each in cited.claims] == [(1, 2)]
    assert [(each.rank, each.document) for each in cited.beside] == [(2, "rules.md")]
    assert cited.citations[1].marker == 2


@pytest.mark.parametrize(
    ("question", "claim", "own", "other"),
    [
        (
            "How soon must a broken lift be mended?",
            "A broken lift must be mended within 6 hours [1].",
            lease("Lifts out of order are put right within 6 hours."),
            rules("A visitor's badge is valid for 12 hours. Bicycles are taken away after 3 hours in the hall."),
        ),
        (
            "How many loggers passed in June?",
            "98 % of the loggers passed in June [1].",
            lease("In June 98 % of the loggers passed the test."),
            rules("In May 97 % of the loggers passed the test."),
        ),
        (
            "退租后押金多久退还？",
            "退租后押金 15 天内退还[1]。",
            lease("退租验收合格后，押金在15天内退还。"),
            rules("访客证30天内有效。快递在前台存放7天。"),
        ),
    ],
)
def test_another_value_of_something_else_is_none(
    question: str, claim: str, own: Passage, other: Passage, similarities: Similarities
) -> None:
    for read, beside in (([own, other], []), ([own], [other])):
        cited = cite(claim, read, language_of(question), question, similarities, None, beside.copy)
        assert [each.markers for each in cited.claims] == [(1,)]
        assert cited.notices == ()


def test_months_are_told() -> None:
    assert months_in("6 月份合格率，2025年12月") == {"month 6", "month 12"}
    assert months_in("passed in June, from March on") == {"month 6", "month 3"}
    assert months_in("on 3 June and 6月3日; it may be so") == set()


def value(number: str, kind: str = "day", sentence: int = 0, text: str = "") -> Value:
    return Value(number, kind, kind, {}, sentence, text)


def statement(words: str, *values: Value, heads: str = "", names: str = "", editions: str = "") -> Statement:
    told = dict.fromkeys([*words.split(), *(f"#{each.number}" for each in values)], 1.0)
    return Statement(told, set(heads.split()), values, set(names.split()), set(editions.split()))


def differ(own: Statement, other: Statement, asked: str = "a b c d e", names: str = "") -> bool:
    of_same = not names_more(own, other, set(names.split())) and disagrees(
        own, other, dict.fromkeys(asked.split(), 1.0)
    )
    return gives_another(own, other, {"10"}) and of_same


OWN = statement("a b c d e", value("10"))


@pytest.mark.parametrize(
    ("own", "other", "asked", "apart"),
    [
        (OWN, statement("a b c d e", value("12")), "a b c d e", True),
        # four fifths of either's words, and of what the question asks of the first
        (OWN, statement("a b c d x", value("12")), "a b c d e", True),
        (OWN, statement("a b c x y", value("12")), "a b c d e", False),
        (OWN, statement("a b c d x y", value("12")), "a b c d", False),
        (statement("a b c d x y", value("10")), statement("a b c d", value("12")), "a b c d", False),
        (OWN, statement("b c d", value("12"), heads="a e"), "a b c d e", True),
        (statement("b c d", value("10"), heads="a e"), statement("a b c d e", value("12")), "a b c d e", True),
        (statement("a b c d e f", value("10")), statement("a b c d e g", value("12")), "f g", False),
        (OWN, statement("a b c d e", value("12")), "z", True),  # the question has none of the words
        # the same value, no value, or one of another kind
        (OWN, statement("a b c d e", value("10")), "a b c d e", False),
        (OWN, statement("a b c d e", value("12"), value("10")), "a b c d e", False),
        (OWN, statement("a b c d e"), "a b c d e", False),
        (OWN, statement("a b c d e", value("12", "week")), "a b c d e", False),
        (statement("a b", value("10", "")), statement("a b", value("12", "")), "a b", False),
        (statement("a b", value("11")), statement("a b", value("12")), "a b", False),  # the claim's is not there
    ],
)
def test_statements_disagree_where_nearly_all_words_are_the_same(
    own: Statement, other: Statement, asked: str, apart: bool
) -> None:
    assert differ(own, other, asked) is apart


def test_numbers_alone_say_the_same_of_nothing() -> None:
    assert not differ(statement("", value("10")), statement("", value("12")), "")


def test_cells_disagree_in_the_same_row_and_column() -> None:
    own = statement("a b", value("10", "", -1, "a limit: 10"))
    assert differ(own, statement("a b", value("12", "", -3, "a limit: 12")))
    assert not differ(own, statement("a b", value("12", "", -3, "a meals: 12")))
    assert not differ(own, statement("a b", value("12", "", 0, "a limit: 12")))
    assert differ(
        statement("a b", value("10", "day", -1, "x: 10")), statement("a b", value("12", "day", 0, "y"))
    )  # a cell and a sentence, by their unit


def test_another_name_or_edition_is_of_something_else() -> None:
    assert not differ(OWN, statement("a b c d e", value("12"), names="t5"))
    assert differ(OWN, statement("a b c d e", value("12"), names="t5"), names="t5")
    assert differ(statement("a b", value("10"), names="t5"), statement("a b", value("12"), names="t5"))
    assert differ(statement("a b", value("10"), names="t5"), statement("a b", value("12")))
    of_2023 = statement("a b", value("10"), editions="2023")
    assert not differ(of_2023, statement("a b", value("12"), editions="2024"))
    assert differ(of_2023, statement("a b", value("12"), editions="2023"))
    assert differ(of_2023, statement("a b", value("12")))
    assert differ(statement("a b", value("10")), statement("a b", value("12"), editions="2023"))
    # a year that is the value itself is no edition
    year = statement("a b", value("10", "date"), editions="10")
    assert differ(year, statement("a b", value("12", "date"), editions="12"))
    assert differ(statement("a b", value("10", "date"), editions="10 2023"),
                  statement("a b", value("12", "date"), editions="12 2023"))  # fmt: skip


def test_in_other_words_six_tenths_of_what_is_asked_must_stand_there() -> None:
    def may(other: str) -> bool:
        return may_disagree(OWN, statement(other, value("12")), dict.fromkeys("a b c d e".split(), 1.0))

    assert may("a b c x y z")
    assert not may("a b x y z")


@pytest.mark.parametrize(
    ("language", "second", "each_other", "alike"),
    [
        ("en", 0.876, 0.87, True),
        ("en", 0.874, 0.87, False),  # further from the question by more than .025
        ("en", 0.95, 0.87, True),
        ("en", 0.9, 0.85, False),
        ("zh", 0.9, 0.93, True),
        ("zh", 0.9, 0.92, False),
    ],
)
def test_sentences_say_the_same_where_they_are_alike(
    language: Language, second: float, each_other: float, alike: bool
) -> None:
    assert is_alike(language, (0.9, second), each_other) is alike


def test_each_of_several_that_disagree_beside_has_a_number_of_its_own() -> None:
    own = lease("A tenant gives 30 days of notice. A tenant pays a deposit of 900 euros.")
    beside = [
        passage(2, "A tenant pays a deposit of 700 euros.", document="b.md", title="House rules"),
        passage(3, "A tenant gives 45 days of notice.", document="c.md", title="House rules"),
        passage(4, "A tenant gives 60 days of notice.", document="d.md", title="House rules"),
    ]
    claims = "A tenant gives 30 days of notice [1]. A tenant pays a deposit of 900 euros [1]. 30 days of notice [1]."
    question = "What does a tenant give and pay?"
    cited = cite(claims, [own], "en", question, None, None, beside.copy)
    assert [(each.rank, each.document) for each in cited.beside] == [(2, "c.md"), (3, "b.md")]
    assert [each.markers for each in cited.claims][:2] == [(1, 2), (1, 3)]
    assert [citation.document for citation in cited.citations][:4] == ["lease.md", "c.md", "lease.md", "b.md"]
    assert len([notice for notice in cited.notices if notice.kind == "disagreement"]) == 2


def nearness(cosines: dict[str, float]) -> Similarities:
    """Cosines of texts with whatever they are compared with; .5 where none is given."""

    def similarities(_: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array(
            [max((c for of, c in cosines.items() if of in text), default=0.5) for text in texts], np.float32
        )

    return similarities


WARRANTY = lease("Repairs are free for 24 months.")
CARD = rules("Bring the card. Whoever shows the card within 36 months of the purchase pays nothing. It weighs 5 g.")
REPAIR = ("Repairs are free for 24 months [1].", "How long are repairs free?")
NOTICE = ("A tenant gives 30 days of notice [1].", "How many days of notice does a tenant give?")
NOTICES = [lease("A tenant gives 30 days of notice."), rules("A tenant gives 45 days of notice.")]
# Claims, each with its place, and sentences of others beside them: more than a model reads of one answer.
MANY = " ".join(f"Repair {n} is free for {n + 20} months [1]." for n in range(1, 9))
MANY_BESIDE = [
    lease("\n".join(f"Repair {n} is free for {n + 20} months." for n in range(1, 9))),
    *(
        replace(rules(f"Whoever shows card {n} within {n + 40} months pays nothing."), rank=n, document=f"{n}.md")
        for n in range(2, 14)
    ),
]


@pytest.mark.parametrize(
    ("cosines", "answering", "told"),
    [
        ({"24 months": 0.9, "36 months": 0.88}, "36 months", True),
        ({"24 months": 0.9, "36 months": 0.88}, "", False),  # the model takes it for no answer
        ({"24 months": 0.9, "36 months": 0.81}, "36 months", False),  # too far from the question to be asked about
    ],
)
def test_the_model_tells_whether_another_sentence_answers_too(
    cosines: dict[str, float], answering: str, told: bool
) -> None:
    asked: list[str] = []

    def answers(text: str) -> float:
        asked.append(text)
        return 0.0 if "24 months" in text or (answering and answering in text) else -0.1

    claim, question = REPAIR
    cited = cite(claim, [WARRANTY, CARD], "en", question, nearness(cosines), answers=answers)
    assert ([claim.reason for claim in cited.claims] == ["conflict"]) is told
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told
    assert all("months" in text for text in asked)  # what has no value of the kind is not put to it


@pytest.mark.parametrize(
    ("value", "other", "told"),
    [
        ("24 months", "36 months", True),
        ("24 months", "2 years", False),
        ("24 months", "18 to 30 months", False),
        ("24 months", "30 to 36 months", True),
        ("18 to 30 months", "24 months", False),
        ("1.5 km", "1,500 m", False),
        ("1.5 km", "1,600 m", True),
    ],
)
def test_the_same_in_another_unit_or_within_a_range_is_no_other_value(value: str, other: str, told: bool) -> None:
    claim = f"Repairs are free for {value} [1]."
    sources = [lease(claim.replace(" [1]", "")), rules(f"Whoever shows the card pays nothing for {other}.")]
    cited = cite(claim, sources, "en", REPAIR[1], nearness({value: 0.9, other: 0.88}), answers=lambda _: 0.0)
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


@pytest.mark.parametrize(
    ("claim", "same"),
    [
        ("What comes from stock is here in 5 to 10 days.", True),
        ("It was prolonged from 5 to 10 days.", False),
        ("It was prolonged from five to ten days.", False),
        ("It was prolonged from about 5 to 10 days.", False),
        ("From 2025 on, orders from shops take 5 to 10 days.", True),
        ("交货期为5至10天，由门店通知。", True),
        ("交货期由5天延至10天。", False),
        ("交货期由原来的5至10天改为14天。", False),
        ("自2025年起，交货期为5至10天。", True),
    ],
)
def test_a_change_from_one_value_to_another_is_no_range(claim: str, same: bool) -> None:
    assert gives_same(claim, "", "We needed 7 days." if claim.isascii() else "用了7天。") is same


def test_without_a_model_another_sentence_in_other_words_is_not_told() -> None:
    claim, question = REPAIR
    cited = cite(claim, [WARRANTY, CARD], "en", question, nearness({"24 months": 0.9, "36 months": 0.9}))
    assert cited.notices == ()


def test_no_more_sentences_are_put_to_the_model_than_the_nearest() -> None:
    asked: list[str] = []

    def answers(text: str) -> float:
        asked.append(text)
        return 0.1 if "24 months" in text else -0.1

    many = [rules(f"Whoever shows the card within {30 + n} months pays nothing.") for n in range(JUDGED + 3)]
    claim, question = REPAIR
    cosines = {f"{30 + n} months": 0.9 + n / 1000 for n in range(JUDGED + 3)}
    passages = [WARRANTY, *(replace(p, rank=at, document=f"{at}.md") for at, p in enumerate(many, 2))]
    cite(claim, passages, "en", question, nearness(cosines), answers=answers)
    assert [text.split()[5] for text in asked[1:]] == ["35", "34", "33"]


def test_the_model_is_not_asked_about_what_is_in_the_other_language() -> None:
    chinese = rules("自购买之日起36个月内免费维修。", title="保修")
    claim, question = REPAIR
    cosines = nearness({"24 months": 0.9, "36个月": 0.9})
    assert cite(claim, [WARRANTY, chinese], "en", question, cosines, answers=lambda _: 0.1).notices == ()


def test_for_the_model_another_sentence_may_name_more() -> None:
    claim, question = REPAIR
    named = rules("Whoever shows the Alder card within 36 months pays nothing.")
    cosines = nearness({"24 months": 0.9, "36 months": 0.85})
    assert cite(claim, [WARRANTY, named], "en", question, cosines, answers=lambda _: 0.1).notices
    assert not cite(claim, [WARRANTY, named], "en", question, cosines).notices


def test_of_several_sentences_the_one_of_which_the_model_is_surest_is_cited() -> None:
    claim, question = REPAIR
    beside = rules("A receipt is kept for 12 months. Whoever shows the card within 36 months pays nothing.")
    cosines = nearness({"24 months": 0.9, "12 months": 0.9, "36 months": 0.88})
    sure = {"24": 0.1, "12": 0.02, "36": 0.1}
    found = cite(
        claim, [WARRANTY, beside], "en", question, cosines,
        answers=lambda text: next(value for number, value in sure.items() if number in text),
    )  # fmt: skip
    assert "36 months" in found.citations[1].quote


@pytest.mark.parametrize("told", [True, False])
def test_what_perhaps_is_of_something_else_is_disputed_only_where_the_model_takes_it_for_an_answer(told: bool) -> None:
    own = lease("Bikes are repaired free for 24 months. Repairs of cars are free for 18 months.")
    claim, question = "Repairs of cars are free for 24 months [1].", "How long are repairs of cars free?"
    other = rules("Whoever shows the card within 36 months pays nothing.")
    cosines = nearness({"24 months": 0.9, "36 months": 0.88})
    assert cite(claim, [own, other], "en", question, cosines).claims[0].reason == "rival"
    answers = {"24 months": 0.1 if told else -0.1, "36 months": 0.1}
    cited = cite(
        claim, [own, other], "en", question, cosines,
        answers=lambda text: next(sure for of, sure in answers.items() if of in text),
    )  # fmt: skip
    assert cited.claims[0].reason == ("conflict" if told else "rival")


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Whoever shows the card within two years pays nothing.", False),  # the same in another unit
        ("Whoever shows the card within 3 years pays nothing.", True),
    ],
)
def test_the_same_value_in_another_unit_is_no_other(sentence: str, told: bool) -> None:
    claim, question = REPAIR
    cosines = nearness({"24 months": 0.9, "years": 0.9})
    cited = cite(claim, [WARRANTY, rules(sentence)], "en", question, cosines, answers=lambda _: 0.1)
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


def test_however_many_claims_there_are_the_model_judges_few_sentences_and_each_once() -> None:
    asked: list[str] = []

    def answers(text: str) -> float:
        asked.append(text)
        return 0.1 if "Repair" in text else -0.1

    cosines = nearness({f"{n} months": 0.9 for n in range(20, 60)})
    cite(MANY, MANY_BESIDE, "en", REPAIR[1], cosines, answers=answers)
    assert len(asked) == len(set(asked)) <= MOST_JUDGED


@pytest.mark.parametrize(
    ("own", "claim", "other"),
    [
        # what the other says the claim's own document says, too, of something else
        (
            "Repairs are free for 24 months. The defect is reported within 10 days.",
            "The defect is reported within 10 days [1].",
            "Whoever shows the card within 24 months pays nothing.",
        ),
        (
            "Bikes are repaired free for 24 months. Repairs of cars are free for 18 months.",
            "Repairs of cars are free for 24 months [1].",
            "Whoever has a card for the car pays nothing within 18 months.",
        ),
        # and the claim's value the other document
        (
            "Repairs are free for 24 months.",
            "Repairs are free for 24 months [1].",
            "Whoever has a card pays for no repairs that are free within 24 months. A lamp is changed for 6 months.",
        ),
    ],
)
def test_documents_that_say_the_same_elsewhere_do_not_disagree(own: str, claim: str, other: str) -> None:
    cosines = nearness({"months": 0.85, "days": 0.85})
    cited = cite(claim, [lease(own), rules(other)], "en", "How long are repairs free?", cosines, answers=lambda _: 0.1)
    assert cited.notices == ()


def test_a_claim_that_does_not_answer_is_not_disputed_by_the_model() -> None:
    own = lease("Repairs are free for 24 months. The defect is reported within 10 days.")
    other = rules("Whoever shows the card within 36 months pays nothing.")
    cited = cite(
        "The defect is reported within 10 days [1].", [own, other], "en", "How long are repairs free?",
        nearness({"months": 0.85, "days": 0.85}), answers=lambda text: 0.1 if "36" in text else -0.1,
    )  # fmt: skip
    assert cited.notices == ()


def test_a_pair_of_documents_is_told_once() -> None:
    own = lease("A tenant gives 30 days of notice.")
    other = rules("A tenant gives 45 days of notice.")
    text = "A tenant gives 30 days of notice [1]. A tenant gives 45 days of notice [2]."
    cited = cite(text, [own, other], "en", "How many days of notice does a tenant give?")
    assert [notice.kind for notice in cited.notices] == ["disagreement"]


def test_a_day_of_the_month_is_no_number_of_days() -> None:
    claim, question = "公司每月10日发薪[1]。", "公司哪天发工资？"
    sources = [lease("公司每月10日发薪。"), rules("公司为同事们提供每月一天带薪假。")]
    cited = cite(claim, sources, "zh", question, nearness({"10日": 0.95, "一天": 0.95}), answers=lambda _: 0.0)
    assert cited.notices == ()


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("They must be used up by June.", "Up to five days of the leave move on. They must be used up by June."),
        ("Days of leave must be used up by June.", "Days of leave must be used up by June."),
    ],
)
def test_a_sentence_is_read_behind_the_one_from_which_it_goes_on(sentence: str, read: str) -> None:
    claim, question = "Leave is to be used by March [1].", "By when is leave to be used?"
    own = lease("Leave is to be used by March. Who is ill calls.")
    other = rules(f"The office is closed today. Up to five days of the leave move on. {sentence}")
    verified: list[str] = []
    confirmed: list[str] = []

    def verify(text: str, *_: str) -> Verdict:
        verified.append(text)
        return Verdict(0.0, 0.9 * ("June" in text))

    def confirm_by(_: Passage, said: str) -> float:
        confirmed.append(said)
        return 0.9 * ("June" in said and len(confirmed) == 1)

    cited = cite(claim, [own, other], "en", question, nearness({}), verify=verify, confirm_by=confirm_by)
    assert f"House rules\n{read}" in verified
    assert confirmed == [read, read]  # as the answer by its own passage, and by the claim's
    assert cited.citations[1].quote == sentence


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The buyer orders film of up to 900 euros [1].", True),  # only the question's number
        ("The buyer orders film within 900 hours [1].", False),
    ],
)
def test_a_number_of_the_question_makes_no_answer_the_same(claim: str, told: bool) -> None:
    question = "Who orders film of up to 900 euros?" if told else "How soon is film ordered?"
    own = lease(claim.replace(" [1]", ""))
    other = rules("The foreman orders it, up to 900 euros." if told else "The foreman orders it within 900 hours.")
    cited = cite(claim, [own, other], "en", question, nearness({}), verify=verifying({"foreman": 0.9}))
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- Take a warm coat [1].\n- Repairs are free for 24 months [1].", ["36 months"]),
        ("1. Take a warm coat [1].\n2. Ask at the gate [1].", []),
        ("Take a warm coat [1].", ["Take an umbrella and boots."]),
        ("Take a warm coat [1].\nAsk at the gate [1].", ["Take an umbrella and boots."]),
        ("- Take a warm coat [1].", ["Take an umbrella and boots."]),
        ("**Take** a warm coat [1].\nAsk at the gate [1].", ["Take an umbrella and boots."]),  # no mark of a list
    ],
)
def test_one_of_several_things_in_a_list_is_disputed_only_by_its_values(text: str, told: list[str]) -> None:
    own = lease("Take a warm coat. Ask at the gate. Repairs are free for 24 months.")
    other = rules("Take an umbrella and boots. Whoever shows the card within 36 months pays nothing.")
    cited = cite(
        text, [own, other], "en", "What is there to know?", nearness({}),
        verify=lambda said, claim, _: Verdict(
            0.0, 0.9 * (("umbrella" in said and "coat" in claim) or ("36" in said and "24" in claim))
        ),
    )  # fmt: skip
    quotes = [citation.quote for citation in cited.citations if citation.document == "rules.md"]
    assert len(quotes) == len(told)
    assert all(words in quote for words, quote in zip(told, quotes, strict=True))


def verifying(sure: dict[str, float], asked: list[tuple[str, str]] | None = None) -> Verify:
    """Verdicts: how probable it is that a text with these words gives another answer; whatever it says is stated, but
    for what has these words itself."""

    def verify(text: str, claim: str, _: str) -> Verdict:
        if asked is not None:
            asked.append((text, claim))
        otherwise = max((value for of, value in sure.items() if of in text), default=0.0)
        return Verdict(0.0 if any(of in claim for of in sure) else 0.95 * (1.0 - otherwise), otherwise)

    return verify


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("Whoever shows the card pays nothing for three years.", True),
        ("Repairs are never free of charge for a tenant.", True),  # no number stands against it
        ("Repairs are done by Ms Lin.", False),  # nor does what tells no amount
        ("保修期为三年。", True),  # in the other language
        ("Whoever shows the card pays nothing for 24 months.", False),  # the same value, whatever the verdict
        ("In 2019 repairs were free for 36 months.", False),  # of another year
        ("36 months", False),  # no sentence
    ],
)
def test_with_a_verifier_any_sentence_of_another_document_may_disagree(other: str, told: bool) -> None:
    claim, question = "In 2024 repairs are free for 24 months [1].", "How long are repairs free in 2024?"
    own = lease("In 2024 repairs are free for 24 months.")
    cited = cite(claim, [own, rules(other)], "en", question, nearness({}), verify=verifying({other: 0.9}))
    assert ([claim.reason for claim in cited.claims] == ["conflict"]) is told
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


@pytest.mark.parametrize(
    ("otherwise", "answers", "told"),
    [
        (DISPUTES, None, True),  # without a confirmer
        (DISPUTES - 0.01, None, False),
        (DISPUTES - 0.01, 0.6, True),
        (DISPUTES + 0.01, 0.4, False),
        (MAY_DISPUTE, 0.98, True),
        (MAY_DISPUTE - 0.01, 1.0, False),  # however surely it is an answer
        (0.9, 0.01, True),
        (0.5, 0.01, False),
    ],
)
def test_from_a_floor_on_a_sentence_gives_another_answer(otherwise: float, answers: float | None, told: bool) -> None:
    claim, question = REPAIR
    read: list[tuple[str, str]] = []
    sentence = "Whoever shows the card within 36 months of the purchase pays nothing."

    def confirm_by(passage: Passage, said: str) -> float | None:
        read.append((passage.document, said))
        return answers if passage.document == CARD.document else 0.0

    cited = cite(
        claim, [WARRANTY, CARD], "en", question, nearness({}), confirm_by=confirm_by,
        verify=lambda text, *_: Verdict(0.0, otherwise if "36 months" in text else 0.0),
    )  # fmt: skip
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told
    own, other = (WARRANTY.document, sentence), (CARD.document, sentence)
    assert read == [other] * (otherwise >= MAY_DISPUTE) + [own] * told


def test_the_verifier_is_asked_of_the_sentences_most_like_question_and_claim() -> None:
    asked: list[tuple[str, str]] = []
    claim, question = REPAIR
    english = [f"Whoever shows card {n} within {30 + n} months pays nothing." for n in range(7)]
    chinese = [f"出示第{n}张卡的人在{40 + n}个月内免费维修。" for n in range(4)]
    others = [replace(rules(text), rank=at, document=f"{at}.md") for at, text in enumerate([*english, *chinese], 2)]
    cosines = nearness({f"{30 + n}": 0.8 + n / 100 for n in range(14)})
    cite(claim, [WARRANTY, *others], "en", question, cosines, verify=verifying({}, asked))
    told = [text.rpartition("\n")[2] for text, _ in asked if "24 months" not in text]
    assert told == [*english[:-4:-1], *chinese[:-3:-1]]


def test_a_sentence_may_be_found_by_the_one_before_it() -> None:
    asked: list[tuple[str, str]] = []
    claim, question = REPAIR
    behind = "Nothing is paid within 36 months."
    others = [
        f"Mending bikes. {behind}",
        *(f"Whoever shows card {n} within {50 + n} months is lucky." for n in range(3)),
    ]
    cosines = nearness({f"Mending bikes. {behind}": 0.95, behind: 0.8, "lucky": 0.81})
    beside = [replace(rules(text), rank=at, document=f"{at}.md") for at, text in enumerate(others, 2)]
    cite(claim, [WARRANTY, *beside], "en", question, cosines, verify=verifying({}, asked))
    assert asked[0][0].endswith(f"\n{behind}")


@pytest.mark.parametrize(
    ("line", "read"), [("5. Repairs of old red bicycles", False), ("5. Repairs of old red bicycles in 36 months", True)]
)
def test_the_number_of_a_heading_is_no_amount(line: str, read: bool) -> None:
    asked: list[tuple[str, str]] = []
    claim, question = REPAIR
    cite(claim, [WARRANTY, rules(line)], "en", question, nearness({}), verify=verifying({}, asked))
    assert any(line in text for text, _ in asked) is read


@pytest.mark.parametrize(
    "text",
    [
        "Not to be kept here:\n- heaters;\n- cards of tenants.",  # two words
        "Free of charge for 36 months:\n- repairs of whatever kind for any tenant.",  # whose amount leads in to it
    ],
)
def test_an_item_is_read_behind_what_leads_in_to_its_list(text: str) -> None:
    lead, *_, item = text.splitlines()
    claim, question = ("Cards of tenants are kept here [1].", "What is kept here?") if "kept" in text else REPAIR
    own = lease("Cards of tenants are kept here.") if "kept" in text else WARRANTY
    asked: list[tuple[str, str]] = []
    cite(claim, [own, rules(text)], "en", question, nearness({}), verify=verifying({}, asked))
    assert f"House rules\n{lead} {item.removeprefix('- ')}" in [said for said, _ in asked]


@pytest.mark.parametrize(("nearer", "first"), [(0.005, "Repairs"), (0.1, "Whoever")])
def test_of_sentences_that_mean_it_alike_those_with_its_words_go_first(nearer: float, first: str) -> None:
    asked: list[tuple[str, str]] = []
    claim, question = REPAIR
    worded = "Repairs are never free of charge for a tenant."
    others = [worded, *(f"Whoever shows card {n} within {50 + n} months pays nothing." for n in range(3))]
    cosines = nearness({"never": 0.8, **{f"{50 + n} months": 0.8 + nearer for n in range(3)}})
    beside = [replace(rules(text), rank=at, document=f"{at}.md") for at, text in enumerate(others, 2)]
    cite(claim, [WARRANTY, *beside], "en", question, cosines, verify=verifying({}, asked))
    told = [text.rpartition("\n")[2] for text, _ in asked if "24 months" not in text]
    assert told[0].startswith(first)
    assert OF_WORDS < 0.2


def test_however_many_claims_there_are_the_verifier_reads_few_sentences() -> None:
    asked: list[tuple[str, str]] = []
    cite(MANY, MANY_BESIDE, "en", REPAIR[1], nearness({}), verify=verifying({}, asked))
    assert sum("card" in text for text, _ in asked) == MOST_VERIFIED


def test_first_comes_what_is_in_the_language_of_the_claim() -> None:
    claim, question = REPAIR
    chinese = replace(rules("出示会员卡的人在36个月内免费维修。"), rank=3, document="卡.md")
    for english, document in ((0.5, CARD.document), (0.1, "卡.md")):
        cited = cite(
            claim, [WARRANTY, CARD, chinese], "en", question, nearness({}),
            verify=lambda text, *_, english=english: Verdict(0.0, english if "Who" in text else 0.9 * ("卡" in text)),
        )  # fmt: skip
        assert [each.document for each in cited.citations] == [WARRANTY.document, document]


def test_what_words_tell_is_read_however_many_sentences_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disagreements, "MOST_VERIFIED", 0)
    claim, question = NOTICE
    cited = cite(claim, NOTICES, "en", question, nearness({}), verify=verifying({"45 days": 0.9}))
    assert [claim.reason for claim in cited.claims] == ["conflict"]
    claim, question = REPAIR
    assert cite(claim, [WARRANTY, CARD], "en", question, nearness({}), verify=verifying({"36": 0.9})).notices == ()


def test_where_the_surest_is_stated_by_the_claims_own_place_the_next_one_is_told() -> None:
    claim, question = REPAIR
    others = [
        replace(rules(f"Whoever shows the card within {n} months pays nothing."), rank=rank, document=f"{n}.md")
        for rank, n in enumerate((60, 36), 2)
    ]

    def verify(text: str, said: str, _: str) -> Verdict:
        if "24 months" in text:
            return Verdict(float("24" in said or "60" in said), 0.0)
        return Verdict(0.0, 0.9 if "60" in text else 0.8)

    cited = cite(claim, [WARRANTY, *others], "en", question, nearness({}), verify=verify)
    assert [each.document for each in cited.citations] == [WARRANTY.document, "36.md"]


def test_where_the_confirmer_does_not_tell_the_verifier_does() -> None:
    claim, question = REPAIR
    cited = cite(
        claim, [WARRANTY, CARD], "en", question, nearness({}), confirm_by=lambda *_: None,
        verify=lambda text, *_: Verdict(0.9, 0.0) if "24 months" in text else Verdict(0.0, 0.9),
    )  # fmt: skip
    assert cited.notices == ()


def test_a_document_that_states_the_claim_in_one_language_does_not_disagree_in_the_other() -> None:
    claim, question = REPAIR
    both = rules("Nobody pays in the first two years. 出示会员卡的人在36个月内免费维修。")
    cited = cite(claim, [WARRANTY, both], "en", question, nearness({}), verify=verifying({"36个月": 0.9}))
    assert cited.notices == ()


@pytest.mark.parametrize(
    ("verify", "told"),
    [
        (None, True),
        (lambda *_: None, True),  # where it cannot tell, the words stand
        (verifying({"45 days": 0.9}), True),
        (verifying({"45 days": 0.1}), False),
    ],
)
def test_what_words_tell_the_verifier_must_confirm(verify: Verify | None, told: bool) -> None:
    claim, question = NOTICE
    cited = cite(claim, NOTICES, "en", question, nearness({}), verify=verify)
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told
    assert ([claim.reason for claim in cited.claims] == ["conflict"]) is told


@pytest.mark.parametrize(("otherwise", "grounded"), [(0.9, True), (0.1, False)])
def test_what_is_disputed_is_an_answer(otherwise: float, grounded: bool) -> None:
    claim, question = REPAIR[0], "How long are repairs free at Mayfield, Norwood and Utrecht?"  # named nowhere
    cited = cite(
        claim, [WARRANTY, CARD], "en", question, nearness({}), verify=verifying({"36 months": otherwise}),
    )  # fmt: skip
    assert cited.grounded is grounded
    assert not cite(claim, [WARRANTY, rules("Repairs are free for 36 months.")], "en", question).grounded  # unread


def test_of_two_sentences_that_disagree_the_surer_one_is_cited() -> None:
    claim, question = REPAIR
    beside = rules("Whoever shows the card within 12 months pays nothing. Whoever asks within 36 months, neither.")
    cited = cite(
        claim, [WARRANTY, beside], "en", question, nearness({}), verify=verifying({"12 months": 0.9, "36 months": 0.95})
    )
    assert "36 months" in cited.citations[1].quote


def test_a_verdict_that_fails_disputes_nothing() -> None:
    claim, question = REPAIR
    cited = cite(claim, [WARRANTY, CARD], "en", question, nearness({}), verify=lambda *_: None)
    assert (cited.notices, [claim.reason for claim in cited.claims]) == ((), [""])  # by its wording alone


@pytest.mark.parametrize(("own", "told"), [(TAKEN, True), (TAKEN - 0.01, False)])
def test_with_a_verifier_what_is_of_something_else_is_disputed_only_where_it_may_answer(own: float, told: bool) -> None:
    mine = lease("Bikes are repaired free for 24 months. Repairs of cars are free for 18 months.")
    claim, question = "Repairs of cars are free for 24 months [1].", "How long are repairs of cars free?"
    other = rules("Whoever shows the card pays nothing for three years.")
    cited = cite(
        claim, [mine, other], "en", question, nearness({}),
        verify=lambda text, *_: Verdict(0.0, 0.9) if "card" in text else Verdict(own, 0.0),
    )  # fmt: skip
    assert cited.claims[0].reason == ("conflict" if told else "rival")


@pytest.mark.parametrize("confirmed", [TAKEN, TAKEN - 0.01, None])
def test_what_the_confirmer_takes_for_the_answer_may_be_disputed(confirmed: float | None) -> None:
    mine = lease("Bikes are repaired free for 24 months. Repairs of cars are free for 18 months.")
    claim, question = "Repairs of cars are free for 24 months [1].", "How long are repairs of cars free?"
    other = rules("Whoever shows the card pays nothing for three years.")
    cited = cite(
        claim, [mine, other], "en", question, nearness({}), confirm=lambda _: confirmed,
        verify=lambda text, *_: Verdict(0.0, 0.9) if "card" in text else Verdict(0.0, 0.0),
    )  # fmt: skip
    assert cited.claims[0].reason == ("conflict" if confirmed == TAKEN else "rival")


@pytest.mark.parametrize(
    ("own", "claim", "other", "told"),
    [
        ("The lease of the mill ends on 30 June 2026.", "", "The mill is ours until 31 March 2027.", True),
        ("The lease of the mill ends in May.", "", "The mill is ours until June, and no longer.", True),
        (
            "In 2026 the lease of the mill costs 900 euros.",
            "The lease costs 900 euros.",
            "In 2027 the mill is free.",
            False,
        ),
    ],
)
def test_periods_that_are_the_answer_are_no_other_edition(own: str, claim: str, other: str, told: bool) -> None:
    text = f"{claim or own} [1]"
    question = "When does the lease of the mill end?" if told else "What does the lease of the mill cost in 2026?"
    cited = cite(
        text,
        [lease(own), rules(other)],
        "en",
        question,
        nearness({}),
        verify=verifying({"The mill": 0.9, "the mill is": 0.9}),
    )
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


def test_a_document_that_states_the_claim_elsewhere_does_not_disagree() -> None:
    claim, question = REPAIR
    other = rules("Nothing is paid by card holders for two years. Whoever shows the card pays for everything else.")
    cited = cite(claim, [WARRANTY, other], "en", question, nearness({}), verify=verifying({"everything": 0.9}))
    assert cited.notices == ()


@pytest.mark.parametrize(
    ("titles", "text", "told"),
    [
        (("HR-04 Leave", "HB-12 Handbook"), "Whoever shows the card pays nothing for three years.", True),  # numbers
        (("T5 data sheet", "T6 data sheet"), "Whoever shows the card pays nothing for three years.", False),  # things
        (("Handbook 2025", "Minutes of September 2025"), "We pay repairs for 36 months.", True),
        (("Report 2023", "Review 2023"), "In 2022 repairs were free for 36 months.", False),
        (("Report 2023", "Review 2024"), "In 2023 repairs were free for 36 months.", True),
        (("Report 2023, 2024", "Review 2024, 2025"), "Repairs were free for 36 months.", False),
        (("Report 2023", "Minutes"), "Repairs were free for 36 months, it was said in June.", True),  # of any year
        (("Report Q1 2023", "Review Q1"), "Repairs were free for 36 months.", True),
        (("Report Q1 2023", "Review Q2"), "Repairs were free for 36 months.", False),
        (("Report Q1", "Review Q2 2023"), "Repairs were free for 36 months.", False),
        (("Report 2023", "Review 2024"), "In June repairs were free for 36 months.", False),  # of its title's year
        (("Report Q1", "Minutes"), "Repairs were free for 36 months in September.", False),
        (("Report Q1", "Minutes"), "Repairs were free for 36 months in February.", True),
    ],
)
def test_titles_tell_of_which_thing_and_time_a_sentence_is(titles: tuple[str, str], text: str, told: bool) -> None:
    claim, question = REPAIR
    own, other = replace(WARRANTY, title=titles[0]), replace(rules(text), title=titles[1])
    cited = cite(claim, [own, other], "en", question, nearness({}), verify=verifying({text: 0.9}))
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


def test_rows_may_disagree_and_questions_and_the_heads_of_columns_may_not() -> None:
    asked: list[tuple[str, str]] = []
    claim, question = REPAIR
    table = "| Kind | Free for | Asked at |\n|---|---|---|\n| Repairs | 36 months | gate |"
    other = rules(f"How long are repairs free?\n{table}")
    cited = cite(claim, [WARRANTY, other], "en", question, nearness({}), verify=verifying({"36 months": 0.9}, asked))
    assert "| Repairs |" in cited.citations[1].quote
    assert [text.rpartition("\n")[2] for text, _ in asked if "24" not in text] == [table.rpartition("\n")[2]]


@pytest.mark.parametrize("with_confirmer", [False, True])
@pytest.mark.parametrize(("states", "told"), [(SAME_ANSWER, False), (SAME_ANSWER - 0.01, True)])
def test_what_the_claims_own_place_states_too_does_not_disagree(
    states: float, told: bool, with_confirmer: bool
) -> None:
    claim, question = REPAIR
    cited = cite(
        claim, [WARRANTY, CARD], "en", question, nearness({}),
        verify=lambda text, said, _: (
            Verdict(1.0 if "24" in said else states, 0.0) if "24" in text else Verdict(0.0, 0.95)
        ),
        confirm_by=(lambda passage, _: states if "24" in passage.text else 1.0) if with_confirmer else None,
    )  # fmt: skip
    assert [notice.kind for notice in cited.notices] == ["disagreement"] * told


def test_a_time_that_begins_alike_is_not_the_same() -> None:
    question, own = "When may the wards of our 3 wings be visited?", lease("Wards may be visited from 14:00 to 19:30.")
    for other, told in (
        ("Our wards welcome guests from 14:00 to 20:00.", True),
        ("Our wards welcome guests from 14:00 on.", False),
        ("Our wards welcome guests from 14:00 to 19:30, and to 20:00 in June.", False),
        ("In all 3 wings guests are welcome from 14:00 on.", False),  # as asked
    ):
        cited = cite(
            "Wards may be visited from 14:00 to 19:30 [1].", [own, rules(other)], "en", question, nearness({}),
            verify=verifying({"guests": 0.9}),
        )  # fmt: skip
        assert [notice.kind for notice in cited.notices] == ["disagreement"] * told, other
