"""Documents that disagree are both cited, and it is said; what only looks alike is no disagreement."""

import pytest

from kb.checking.citations import cite
from kb.language.language import language_of
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
