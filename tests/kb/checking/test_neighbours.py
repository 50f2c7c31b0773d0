"""What a document says of one thing is not confirmed of its neighbour: documents made at random, each with sentences
that are right and the same with the value of a neighbour in its place."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from kb.checking.citations import cite
from kb.schema import Language
from tests.kb.passages import passage

# Language, text, question, claim, and whether the text states it of what was asked.
Trial = tuple[Language, str, str, str, bool]

_CITIES = ["Rotterdam", "Hamburg", "Lyon", "Oslo", "Madrid", "Vienna"]
_CITIES_ZH = ["苏州", "成都", "广州", "西安", "青岛", "厦门"]
_PEOPLE = ["Anna Berg", "Tom Keller", "Lucia Romano", "Erik Dahl", "Marta Silva", "Ivan Petrov"]
_PEOPLE_ZH = ["王芳", "李强", "陈静", "赵磊", "周敏", "孙浩"]
_THINGS = ["pump", "compressor", "scanner", "label printer", "forklift"]


def _sections(random: Random) -> Iterator[Trial]:
    names, amounts = random.sample(_CITIES, 3), random.sample(range(80, 300), 3)
    text = "\n\n".join(
        f"## {name}\n\nThe hotel limit is EUR {amount} a night. Breakfast is included."
        for name, amount in zip(names, amounts, strict=True)
    )
    for amount in amounts:
        claim = f"The hotel limit in {names[1]} is EUR {amount} a night."
        yield "en", text, f"What is the hotel limit in {names[1]}?", claim, amount == amounts[1]
    names = random.sample(_CITIES_ZH, 3)
    text = "\n\n".join(f"## {n}\n\n酒店上限为每晚 {a} 元，含早餐。" for n, a in zip(names, amounts, strict=True))
    for amount in amounts:
        claim = f"{names[1]}的酒店上限为每晚 {amount} 元。"
        yield "zh", text, f"{names[1]}的酒店上限是多少？", claim, amount == amounts[1]


def _responsible(random: Random) -> Iterator[Trial]:
    people, tasks = random.sample(_PEOPLE, 2), random.sample(["invoices", "complaints", "deliveries", "visas"], 2)
    text = f"{people[0]} handles {tasks[0]}, {people[1]} handles {tasks[1]}."
    for task, right in zip(tasks, people, strict=True):
        for person in people:
            yield "en", text, f"Who handles {task}?", f"{person} handles {task}.", person == right
    people, tasks = random.sample(_PEOPLE_ZH, 2), random.sample(["发票", "投诉", "差旅预订", "送货"], 2)
    text = f"{people[0]}负责{tasks[0]}，{people[1]}负责{tasks[1]}。"
    for task, right in zip(tasks, people, strict=True):
        for person in people:
            yield "zh", text, f"谁负责{task}？", f"{person}负责{task}。", person == right


def _places(random: Random) -> Iterator[Trial]:
    places = random.sample(["room 204", "the basement", "the main gate", "hall 3", "the second floor"], 3)
    text = (
        f"The first-aid kit is in {places[0]}. The fire extinguisher is in {places[1]}. "
        f"The spare keys are kept at {places[2]}."
    )
    for at, thing in enumerate(("first-aid kit", "fire extinguisher")):
        for place in places:
            yield "en", text, f"Where is the {thing}?", f"The {thing} is in {place}.", place == places[at]
    places = random.sample(["204 室", "地下室", "正门", "三号厅", "二楼茶水间"], 3)
    text = f"急救箱放在{places[0]}。灭火器放在{places[1]}。备用钥匙放在{places[2]}。"
    for at, thing in enumerate(("急救箱", "灭火器")):
        for place in places:
            yield "zh", text, f"{thing}放在哪里？", f"{thing}放在{place}。", place == places[at]


def _exceptions(random: Random) -> Iterator[Trial]:
    rule, other = random.sample(range(3, 28), 2)
    for days in (rule, other):
        text = f"The notice period is {rule} days; for managers it is {other} days."
        claim = f"The notice period for managers is {days} days."
        yield "en", text, "What is the notice period for managers?", claim, days == other
        text = f"通知期为 {rule} 天，经理的通知期为 {other} 天。"
        yield "zh", text, "经理的通知期是多少天？", f"经理的通知期为 {days} 天。", days == other
        text = f"商品可在 {rule} 天内退货，特价商品只能在 {other} 天内退货。"
        yield "zh", text, "特价商品几天内可以退货？", f"特价商品可在 {days} 天内退货。", days == other


def _changes(random: Random) -> Iterator[Trial]:
    old, new = random.sample(range(10, 90), 2)
    for amount in (old, new):
        text = f"The fee was raised from EUR {old} to EUR {new} on 1 July."
        yield "en", text, "What is the fee now?", f"The fee is now EUR {amount}.", amount == new
        yield "en", text, "What was the fee before July?", f"The fee was EUR {amount} before.", amount == old
        text = f"费用自 7 月 1 日起由 {old} 元调整为 {new} 元。"
        yield "zh", text, "现在的费用是多少？", f"现在的费用是 {amount} 元。", amount == new
        yield "zh", text, "调整前的费用是多少？", f"调整前的费用是 {amount} 元。", amount == old


def _denials(random: Random) -> Iterator[Trial]:
    first, second, out = random.sample(["牙科治疗", "视力检查", "理疗", "上门护理", "疫苗接种"], 3)
    text = f"本计划报销{first}和{second}，不报销{out}。"
    for thing, paid in ((first, True), (out, False)):
        yield "zh", text, f"本计划报销{thing}吗？", f"本计划报销{thing}。", paid
        yield "zh", text, f"本计划报销{thing}吗？", f"本计划不报销{thing}。", not paid


def _comparisons(random: Random) -> Iterator[Trial]:
    more, less = random.sample(_THINGS, 2)
    for first, second in ((more, less), (less, more)):
        claim, question = f"The {first} is heavier than the {second}.", f"Which is heavier, the {more} or the {less}?"
        yield "en", f"The {more} is heavier than the {less}.", question, claim, first == more


def _labels(random: Random) -> Iterator[Trial]:
    amounts = random.sample(range(20, 95), 3)
    labels = ("Weight", "Packing weight", "Maximum load")
    text = "Data of the pump PX-3\n" + "\n".join(f"- {n}: {a} kg" for n, a in zip(labels, amounts, strict=True))
    for at, label in enumerate(labels):
        for amount in amounts:
            claim = f"The {label.lower()} of the PX-3 is {amount} kg."
            yield "en", text, f"What is the {label.lower()} of the PX-3?", claim, amount == amounts[at]


def _codes(random: Random) -> Iterator[Trial]:
    meanings = random.sample(["电池没电", "传感器松动", "内存已满", "时钟停止"], 2)
    text = f"错误 E-12 表示{meanings[0]}。错误 E-17 表示{meanings[1]}。"
    for meaning in meanings:
        claim = f"错误 E-12 表示{meaning}。"
        yield "zh", text, "错误 E-12 是什么意思？", claim, meaning == meanings[0]


def _steps_of_work(random: Random) -> Iterator[Trial]:
    acts = random.sample(["长按绿色按钮五秒", "拔出电源插头", "打开盖子转动滚轮", "连按两次复位键"], 2)
    text = f"重启设备时，请{acts[0]}。恢复出厂设置时，请{acts[1]}。"
    for at, (question, begin) in enumerate(
        (("怎么重启设备？", "重启设备请"), ("怎么恢复出厂设置？", "恢复出厂设置请"))
    ):
        for act in acts:
            yield "zh", text, question, f"{begin}{act}。", act == acts[at]


def _authors(random: Random) -> Iterator[Trial]:
    titles = random.sample(["Safety Rules", "Travel Guide", "Price List", "Style Guide"], 3)
    people = random.sample(_PEOPLE, 3)
    text = "\n".join(f"- {title}, written by {person}" for title, person in zip(titles, people, strict=True))
    for title, right in zip(titles, people, strict=True):
        for person in people:
            claim = f"The {title} was written by {person}."
            yield "en", text, f"Who wrote the {title}?", claim, person == right


def _bins(random: Random) -> Iterator[Trial]:
    what = random.sample(["废纸", "玻璃", "电池", "纸箱", "金属"], 3)
    colours = ("蓝色", "绿色", "红色")
    text = "，".join(f"{colour}桶放{thing}" for colour, thing in zip(colours, what, strict=True)) + "。"
    for colour, right in zip(colours, what, strict=True):
        for thing in what:
            yield "zh", text, f"{colour}桶放什么？", f"{colour}桶放{thing}。", thing == right


def _quarters(random: Random) -> Iterator[Trial]:
    amounts, asked = random.sample(range(100, 999), 4), random.randrange(4)
    rows = "\n".join(f"第{'一二三四'[at]}季度 | {amount} | {amount - 50}" for at, amount in enumerate(amounts))
    name = f"第{'一二三四'[asked]}季度"
    for amount in amounts:
        claim = f"{name}的收入是 {amount} 万元。"
        yield (
            "zh",
            f"各季度（万元）\n\n季度 | 收入 | 成本\n{rows}",
            f"{name}的收入是多少？",
            claim,
            amount == amounts[asked],
        )


def _bounds(random: Random) -> Iterator[Trial]:
    low, high = sorted(random.sample(range(3, 60), 2))
    text, question = f"A password has at least {low} and at most {high} characters.", "How long may a password be?"
    for number in (low, high):
        yield "en", text, question, f"A password must have at least {number} characters.", number == low
        yield "en", text, question, f"A password may have at most {number} characters.", number == high


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "family",
    [
        _sections,
        _responsible,
        _places,
        _exceptions,
        _changes,
        _denials,
        _comparisons,
        _labels,
        _codes,
        _steps_of_work,
        _authors,
        _bins,
        _quarters,
        _bounds,
    ],
)
def test_the_value_of_a_neighbour_is_not_confirmed(family: Callable[[Random], Iterator[Trial]], seed: int) -> None:
    for language, text, question, claim, right in family(Random(seed)):
        found = cite(claim, [passage(1, text)], language, question).claims[0].supported
        assert found == right, (text, question, claim)


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        (  # what follows speaks of what was named before
            "The clock is slow in the cold. Workaround: synchronise it with the phone.",
            "What can be done about the slow clock?",
            "They should synchronise it with the phone.",
        ),
        (  # a question of the text heads its answer
            "**What if my badge is lost?** Block it in the portal, then ask for a new one at reception.",
            "My badge is lost, what now?",
            "Block it in the portal and ask for a new one at reception.",
        ),
        (  # "and" between two names parts no clauses
            "Staff in Ohio and Maine have paid leave by law. Other places leave it to the employer.",
            "Where is leave paid?",
            "Staff in Maine have paid leave.",
        ),
        (  # both parts of the sentence are said
            "**May I bring my dog?** You may not bring pets to work, guide dogs excepted.",
            "May I bring my cat?",
            "You may not bring pets to work, guide dogs excepted.",
        ),
        (  # the second sentence speaks of what the first names
            "In China desks are blue. It has no allowance, as Singapore, and there is no allowance for desks.",
            "Where is no allowance?",
            "There is no allowance in China for desks.",
        ),
        ("## Leave\n\nStaff get 25 days.\n\n## Pay\n\nPay comes on the 25th.", "How much leave is there?", "25 days."),
    ],
)
def test_what_is_said_of_the_same_stays_confirmed(text: str, question: str, claim: str) -> None:
    assert cite(claim, [passage(1, text)], "en", question).claims[0].supported


def test_a_city_whose_name_holds_a_quantifier_says_nothing_of_all() -> None:
    [claim] = cite(
        "成都的酒店上限为每晚 300 元。", [passage(1, "成都酒店上限：每晚 300 元")], "zh", "成都的酒店上限？"
    ).claims
    assert claim.supported


@pytest.mark.parametrize(
    ("title", "text", "question", "right"),
    [
        ("Post-mortem INC-2025-017", "1,860 gateways were affected.", "What did incident INC-2023-009 affect?", False),
        ("Post-mortem INC-2025-017", "1,860 gateways were affected.", "What did incident INC-2025-017 affect?", True),
        (  # the sentence before names it
            "Post-mortem INC-2025-017",
            "INC-2023-009 was like it. 1,860 gateways were affected.",
            "What did incident INC-2023-009 affect?",
            True,
        ),
        ("Incidents of a year", "1,860 gateways were affected.", "What did incident INC-2023-009 affect?", True),
        ("订单 AP-88317", "共交付 1,860 台。", "订单 AP-77120 交付了多少台？", False),
        ("订单 AP-88317", "共交付 1,860 台。", "订单 AP-88317 交付了多少台？", True),
    ],
)
def test_a_document_of_a_namesake_confirms_nothing(title: str, text: str, question: str, right: bool) -> None:
    language: Language = "en" if text.isascii() else "zh"
    claim = "共交付 1,860 台。" if language == "zh" else "1,860 gateways were affected."
    assert cite(claim, [passage(1, text, title=title)], language, question).claims[0].supported == right


@pytest.mark.parametrize(
    ("text", "question", "claim", "right"),
    [
        (  # the day of the announcement
            "On 13 September 2022 Orion was shown in Berlin.",
            "When was Orion released?",
            "Orion was released on 13 September 2022.",
            False,
        ),
        (
            "On 13 September 2022 Orion was released in Berlin.",
            "When was Orion released?",
            "Orion was released on 13 September 2022.",
            True,
        ),
        (  # under a heading that says it
            "## Released\n\nOrion: 13 September 2022.",
            "When was Orion released?",
            "Orion was released on 13 September 2022.",
            True,
        ),
        (
            "Anna Berg of Orion retires in May. The new director comes from Oslo.",
            "Who is the director of Orion?",
            "The director of Orion is Anna Berg.",
            False,
        ),
        ("The 2019 race was won by Anna Berg.", "Who won in 2020?", "Anna Berg won the 2019 race.", False),
        ("The 2020 race was won by Anna Berg.", "Who won in 2020?", "Anna Berg won the 2020 race.", True),
        ("The rule of 2019 ended in 2021.", "Until when did the rule of 2019 hold?", "It ended in 2021.", True),
    ],
)
def test_what_was_asked_must_be_said_of_the_value(text: str, question: str, claim: str, right: bool) -> None:
    assert cite(claim, [passage(1, text)], "en", question).claims[0].supported == right
