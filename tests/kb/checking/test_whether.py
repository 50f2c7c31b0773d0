"""A yes is confirmed where one place says all of what was asked and denies none of it: documents made at random, each
with a question that yes or no answers."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from kb.checking.citations import cite
from kb.checking.contradictions import assents_to_denied
from kb.checking.forms import asks_whether
from kb.checking.opposites import says_opposite_of_it
from kb.schema import Language
from tests.kb.passages import passage

# Language, text, question, and claims: whether the text states each of what was asked.
Trial = tuple[Language, str, str, dict[str, bool]]


def _provided(random: Random) -> Iterator[Trial]:
    given, other, lacking = random.sample(["laptop", "headset", "monitor", "desk", "chair", "lamp"], 3)
    text = (
        f"Work at home. The company provides a {given}. A {other} is supplied on request; {lacking}s are not provided."
    )
    yield (
        "en",
        text,
        f"Does the company provide a {lacking} for the home?",
        {
            f"Yes, the company provides a {lacking} for the home.": False,
            f"No, the company does not provide a {lacking}.": True,
            f"No, {lacking}s are not provided.": True,
        },
    )
    given, lacking = random.sample(["笔记本电脑", "耳机", "显示器", "办公桌", "台灯"], 2)
    yield (
        "zh",
        f"居家办公由公司提供{given}。显示屏可以申请；公司不提供{lacking}。",
        f"公司提供{lacking}吗？",
        {f"是的，公司提供{lacking}。": False, f"不提供，公司不提供{lacking}。": True},
    )


def _free(random: Random) -> Iterator[Trial]:
    (free, paying), price = (
        random.sample(["employees", "visitors", "contractors", "trainees"], 2),
        random.randint(5, 60),
    )
    text = f"The vaccination is voluntary and free of charge for {free}; {paying} pay {price} euros."
    yield (
        "en",
        text,
        f"Is the vaccination free for {paying}?",
        {
            f"Yes, the vaccination is free of charge for {paying}.": False,
            f"No, {paying} pay {price} euros.": True,
            f"Yes, the vaccination is free of charge for {free}.": True,
        },
    )


def _open(random: Random) -> Iterator[Trial]:
    day, place = random.choice(["周日", "周一"]), random.choice(["阅览中心", "档案馆", "健身房"])
    text = f"{place}周二至周五开放时间为8:30至21:30，周六9:00至17:00，{day}闭馆。"
    yield "zh", text, f"{place}{day}开放吗？", {f"是的，{place}{day}开放。": False, f"不开放，{place}{day}闭馆。": True}


def _forbidden(random: Random) -> Iterator[Trial]:
    who, others = random.sample(["试用期员工", "实习生", "外包人员", "兼职人员"], 2)
    what = random.choice(["远程办公", "停车补贴", "宿舍"])
    text = f"{others}经批准可申请{what}，每周至多2天。{who}不得申请。"
    yield (
        "zh",
        text,
        f"{who}可以申请{what}吗？",
        {f"可以，{who}可以申请{what}。": False, f"不可以，{who}不得申请{what}。": True},
    )


def _due(random: Random) -> Iterator[Trial]:
    first, second = random.sample(["Data Protection", "Export Control", "Fire Safety", "First Aid"], 2)
    early, late = random.sample(range(5, 60), 2)
    text = f"{first} must be completed by day {early}, {second} by day {late}."
    yield (
        "en",
        text,
        f"Does {second} have to be completed by day {early}?",
        {
            f"Yes, {second} has to be completed by day {early}.": False,
            f"No, {second} has to be completed by day {late}.": True,
        },
    )


def _pooled(random: Random) -> Iterator[Trial]:
    one, other = random.sample(["lockers", "bicycles", "parcels", "printers"], 2)
    text = (
        f"Visitors sign in at the desk. {one.title()} are checked each Friday. The guard keeps the keys of the {other}."
    )
    yield "en", text, f"Does the guard check the {one}?", {f"Yes, the guard checks the {one}.": False}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("family", [_provided, _free, _open, _forbidden, _due, _pooled])
def test_a_yes_needs_what_was_asked_in_one_place_that_does_not_deny_it(
    family: Callable[[Random], Iterator[Trial]], seed: int
) -> None:
    for language, text, question, claims in family(Random(seed)):
        for claim, right in claims.items():
            found = cite(claim, [passage(1, text)], language, question).claims[0].supported
            assert found == right, (text, question, claim)


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("Can I bring my dog?", True),
        ("If I am ill on a Monday, do I need a certificate?", True),
        ("Is the ward informed when samples are discarded?", True),
        ("Isn't the garage open on Sundays?", True),
        ("Hi! Can't I bring my dog?", True),
        ("能带狗不？", True),
        ("有无停车补贴？", True),
        ("可以带宠物吗？", True),
        ("试用期员工是否可以申请？", True),
        ("住宿标准含不含税？", True),
        ("有没有补助？", True),
        ("What can I bring?", False),
        ("How long, is it said, does it take?", False),
        ("Can you tell me when the garage opens?", False),
        ("Do you know who signs?", False),
        ("Is it blue or green?", False),
        ("如何判断是否已同步？", False),
        ("你能告诉我什么时候开门吗？", False),
        ("为什么不能申请？", False),
        ("时不时停电怎么办？", False),
    ],
)
def test_questions_of_yes_or_no(question: str, whether: bool) -> None:
    assert asks_whether(question) is whether


@pytest.mark.parametrize(
    ("claim", "sentence", "denied"),
    [
        ("Desks are provided.", "Laptops are provided; desks are not provided.", True),
        ("Desks are provided.", "Desks and chairs are not provided.", True),
        ("Desks are not provided.", "Laptops are provided; desks are not provided.", False),
        ("Laptops are provided.", "Laptops are provided; desks are not provided.", False),
        ("Nothing may be stored here.", "Nothing may be stored here.", False),
        ("Bikes may be stored here.", "Nothing may be stored here.", True),
        ("The Friday lunch is refused to guests.", "The Friday lunch is refused to guests.", False),
        ("劳务费可以支付给在编人员。", "劳务费不得支付给在编人员。", True),
        ("监事有表决权。", "监事无表决权。", True),
        ("升级前需要迁移。", "升级前必须迁移，否则无法启动。", False),
        ("至少 8 位。", "口令不少于 8 位。", False),
    ],
)
def test_what_a_sentence_denies_is_no_yes(claim: str, sentence: str, denied: bool) -> None:
    assert assents_to_denied(claim, [sentence]) is denied


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        ("You can cancel the plan at any time without giving reasons.", "Can I cancel the plan at any time?",
         "Yes, you can cancel the plan at any time."),
        ("The tool is free and does not need a licence.", "Is the tool free?", "Yes, the tool is free."),
        ("Backups are encrypted and never leave the country.", "Are backups encrypted?", "Yes, backups are encrypted."),
        ("Returns are accepted within 30 days if the goods have not been used.", "Are returns accepted within 30 days?",
         "Yes, returns are accepted within 30 days."),
        ("The allowance is paid even if the employee does not travel.", "Is the allowance paid?",
         "Yes, the allowance is paid."),
        ("Customers can return goods at no cost within 14 days.", "Can customers return goods within 14 days?",
         "Yes, customers can return goods within 14 days."),
        ("Room No. 5 can be booked by all employees on Mondays.", "Can employees book room 5 on Mondays?",
         "Yes, room 5 can be booked by all employees on Mondays."),
        ("Rejected applications can be submitted again after one month.", "Can applications be submitted again?",
         "Yes, applications can be submitted again after one month."),
        ("The meeting room has no projector but a large screen.", "Does the meeting room have a screen?",
         "Yes, the meeting room has a large screen."),
        ("There is a nurse on site who does not work on Fridays.", "Is there a nurse on site?",
         "Yes, there is a nurse on site."),
        ("The server is in Berlin. It is backed up every night.", "Is the server backed up?",
         "Yes, the server is backed up every night."),
        ("公司免费提供班车。", "公司提供班车吗？", "提供，公司提供班车。"),
        ("会议室提供无线网络和投影仪。", "会议室提供投影仪吗？", "是的，会议室提供投影仪。"),
        ("门禁卡可以补办。", "门禁卡可以补办吗？", "可以补办。"),
        ("非工作时间可以通过侧门进入大楼。", "可以通过侧门进入大楼吗？", "可以，可以通过侧门进入大楼。"),
        ("用户无需登录即可查看公告。", "用户可以查看公告吗？", "可以，用户可以查看公告。"),
        ("设备采用不锈钢外壳并支持防水。", "设备支持防水吗？", "支持，设备支持防水。"),
        ("员工在无法打卡时可以补卡。", "员工可以补卡吗？", "可以，员工可以补卡。"),
        ("数据库不停机也能升级。", "数据库能升级吗？", "能，数据库能升级。"),
        ("没有工牌的员工可以在前台登记后进入。", "没有工牌可以进入吗？", "可以，在前台登记后进入。"),
        ("禁用账号后数据仍保留30天。", "禁用账号后数据保留吗？", "会，数据仍保留30天。"),
        ("不管工龄长短，员工都可以申请培训。", "员工可以申请培训吗？", "可以，员工都可以申请培训。"),
    ],
)  # fmt: skip
def test_what_is_denied_of_something_else_leaves_a_yes_confirmed(text: str, question: str, claim: str) -> None:
    language: Language = "en" if claim.isascii() else "zh"
    assert [each.state for each in cite(claim, [passage(1, text)], language, question).claims] == ["confirmed"]


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        ("入职满一年的员工年假10天；不满一年的员工年假5天。", "年假有几天？", "不满一年，年假10天。"),
        ("含税价格为120元，不含税价格为100元。", "价格是多少？", "不含税，价格为120元。"),
        ("住校生每月补贴800元，走读生每月补贴300元。", "补贴是多少？", "不住校，每月补贴800元。"),
    ],
)
def test_a_condition_is_no_answer_that_is_cut_off(text: str, question: str, claim: str) -> None:
    [found] = cite(claim, [passage(1, text)], "zh", question).claims
    assert not found.supported


@pytest.mark.parametrize(
    ("claim", "sentence", "opposite"),
    [
        ("Parking is free for guests.", "Parking is free for staff; guests pay 4 euros.", True),
        ("Parking is free for staff.", "Parking is free for staff; guests pay 4 euros.", False),
        ("Guests pay 4 euros.", "Parking is free for staff; guests pay 4 euros.", False),
        ("Staff pay 4 euros.", "Parking is free for staff; guests pay 4 euros.", True),
        ("字段 note 必填。", "字段 reason 必填，note 可选。", True),
        ("字段 reason 必填。", "字段 reason 必填，note 可选。", False),
        ("展厅周一闭馆。", "展厅周末开放，周一闭馆。", False),
        ("展厅周一开放。", "展厅周末开放，周一闭馆。", True),
        ("Parking is free for guests.", "Parking is free for staff; guests do not pay.", False),
    ],
)
def test_a_state_of_another_clause_is_the_opposite(claim: str, sentence: str, opposite: bool) -> None:
    assert says_opposite_of_it(claim, [sentence]) is opposite


def test_a_no_that_follows_from_what_is_said_is_not_found_and_not_contradicted() -> None:
    text = "Data Protection must be completed by day 14, Export Control by day 30."
    question = "Does Export Control have to be completed by day 14?"
    [claim] = cite(
        "No, Export Control does not have to be completed by day 14.", [passage(1, text)], "en", question
    ).claims
    assert (claim.state, claim.reason) == ("not_found", "words")


def test_a_denial_that_the_text_has_contradicts_nothing() -> None:
    text = "研发岗位每周可远程办公至多2天，运营岗位至多1天。试用期员工不得申请。"
    for question in ("试用期员工可以申请远程办公吗？", "谁不得申请远程办公？"):
        [claim] = cite("试用期员工不得申请远程办公。", [passage(1, text)], "zh", question).claims
        assert claim.state != "contradicted"
