"""Documents that disagree are both cited, and it is said; what only looks alike is no disagreement."""

import pytest

from kb.checking.alignment import Similarities
from kb.checking.citations import cite
from kb.config import Settings
from kb.language.date_forms import months_in
from kb.language.language import language_of
from kb.models.embedders import open_embedder
from kb.schema import Passage
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
        ("How heavy is the T3?", "The T3 weighs 85 g [1].", lease("The T3 weighs 85 g."), rules("The T5 weighs 95 g.")),
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
