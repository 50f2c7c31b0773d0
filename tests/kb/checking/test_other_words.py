"""What a sentence says in other words than the claim is confirmed where no other sentence means it more nearly."""

import pytest

from kb.checking.alignment import Aligner
from kb.checking.citations import cite
from kb.checking.objections import Similarities
from kb.config import Settings
from kb.language.language import language_of
from kb.models.embedders import open_embedder
from tests.kb.passages import passage

BOILER = "1. 点火以前把阀门打开，排水6分钟。\n2. 关好炉门。\n3. 记录表保存9年。"
ASKED = (
    "# 常见问题\n\n**问：坐地铁、打车上班怎么算？**\n按天包干，每天补8元，不用贴票。\n\n"
    "**问：午饭呢？**\n食堂里吃，每餐补5元。"
)
APPEALS = (
    "记过有效期两年。\n员工对处分不服的，可在收到通知后5日内向工会提出申诉，委员会在10日内作出书面答复。\n"
    "加班由班长批准。"
)
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
        # what stands in place of the word that asks is words
        (
            "挨了处分心里不服，应该找谁去申诉？",
            "挨了处分心里不服，应该找工会去申诉[1]。",
            APPEALS,
            "员工对处分不服的，可在收到通知后5日内向工会提出申诉，委员会在10日内作出书面答复。",
        ),
        # with the question of the text that it answers
        (
            "上班坐车，一天给多少钱补贴？",
            "上班坐车，一天给8元补贴[1]。",
            ASKED,
            "**问：坐地铁、打车上班怎么算？**\n按天包干，每天补8元，不用贴票。",
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
        ("挨了处分心里不服，应该找谁去申诉？", "挨了处分心里不服，应该找班长去申诉[1]。", APPEALS),
        ("挨了处分心里不服，应该找谁去申诉？", "挨了处分心里不服，应该找经理去申诉[1]。", APPEALS),
        (
            "A customer brings a clock whose dial is scratched. What do we charge?",
            "The repair of its dial is charged at 25 euros apiece [1].",
            PRICES,
        ),
        ("上班坐车，一天给多少钱补贴？", "上班坐车，一天给5元补贴[1]。", ASKED),  # of another question of the text
    ],
)
def test_it_is_not(question: str, claim: str, text: str, similarities: Similarities) -> None:
    cited = cite(claim, [passage(1, text)], language_of(question), question, similarities)
    assert [each.supported for each in cited.claims] in ([False], [])


def test_what_lacks_a_name_of_the_question_is_told_as_that(similarities: Similarities) -> None:
    question = "住在奥斯陆、都柏林这样的一线城市，旅馆一晚最多报多少？"
    claim = "住在奥斯陆、都柏林这样的一线城市，旅馆一晚最多报550元。"
    text = "第四条 交通费实报实销。第五条 住宿费上限：一线城市每晚550元，其他城市每晚380元。"
    [checked] = cite(claim, [passage(1, text)], "zh", question, similarities).claims
    assert (checked.state, checked.reason, checked.markers) == ("unchecked", "asked", (1,))


MOVES = "## Moving house\nTell us five days before you move and send a photo of the meter."


@pytest.mark.parametrize(
    ("own", "confirmed"),
    [
        (
            "计划停水我们会在48小时之前通过短信、小区公告和公众号通知居民。",
            False,
        ),  # speaks of it, in the claim's language
        ("食堂中午开放，凭卡就餐。", True),  # speaks of something else
    ],
)
def test_between_languages_nothing_is_confirmed_of_which_the_own_language_speaks(
    own: str, confirmed: bool, similarities: Similarities
) -> None:
    question, claim = "计划停水要提前多久告诉居民？", "计划停水要提前5天告诉居民。"
    aligner = Aligner([passage(1, own), passage(2, MOVES)], question, similarities)
    assert [span.passage.rank for span in aligner.sources(claim, ()) if span.supported] == ([2] if confirmed else [])
    assert [span.passage.rank for span in aligner.sources(claim, (2,)) if span.supported] == ([2] if confirmed else [])
