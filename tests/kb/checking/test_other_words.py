"""What a sentence says in other words than the claim is confirmed where no other sentence means it more nearly."""

import pytest

from kb.checking.citations import cite
from kb.checking.objections import Similarities
from kb.config import Settings
from kb.language.language import language_of
from kb.models.embedders import open_embedder
from tests.kb.passages import passage

BOILER = "1. 点火以前把阀门打开，排水6分钟。\n2. 关好炉门。\n3. 记录表保存9年。"
PRICES = "Repair of clock face | each | 180 | free in the first year\nNew strap | each | 25 | leather"


@pytest.fixture(scope="module")
def similarities() -> Similarities:
    return open_embedder(Settings().embedding).similarities


@pytest.mark.parametrize(
    ("question", "claim", "text", "quote"),
    [
        (
            "锅炉点着之前要先放几分钟的水？",
            "锅炉点着之前要先放6分钟的水[1]。",
            BOILER,
            "1. 点火以前把阀门打开，排水6分钟。",
        ),
        (
            "A customer brings a clock whose dial is scratched. What do we charge?",
            "The repair of its dial is charged at 180 euros apiece [1].",
            PRICES,
            "Repair of clock face | each | 180 | free in the first year",
        ),
    ],
)
def test_it_is_confirmed(question: str, claim: str, text: str, quote: str, similarities: Similarities) -> None:
    passages = [passage(1, text)]
    assert cite(claim, passages, language_of(question), question).claims[0].state == "not_found"  # by words alone
    cited = cite(claim, passages, language_of(question), question, similarities)
    assert [each.state for each in cited.claims] == ["confirmed"]
    assert [each.quote for each in cited.citations] == [quote]


@pytest.mark.parametrize(
    ("question", "claim", "text"),
    [
        ("锅炉点着之前要先放几分钟的水？", "锅炉点着之前要先放9分钟的水[1]。", BOILER),  # a value of something else
        ("锅炉点着之前要先放几分钟的水？", "锅炉点着之前要先放7分钟的水[1]。", BOILER),  # a value of nothing
        (
            "A customer brings a clock whose dial is scratched. What do we charge?",
            "The repair of its dial is charged at 25 euros apiece [1].",
            PRICES,
        ),
    ],
)
def test_it_is_not(question: str, claim: str, text: str, similarities: Similarities) -> None:
    cited = cite(claim, [passage(1, text)], language_of(question), question, similarities)
    assert [each.supported for each in cited.claims] in ([False], [])
