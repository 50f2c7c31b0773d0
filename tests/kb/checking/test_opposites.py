"""Before is not after, and A pays B is not B pays A: rules made at random, claimed the other way round, too; and what
structured texts say, line by line."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from kb.checking import unit_mismatch
from kb.checking.citations import cite
from kb.checking.fragments import is_quotation
from kb.checking.opposites import exchanges, says_opposite, turns_direction
from kb.checking.sources import over_lines
from kb.language.language import language_of
from tests.kb.passages import passage

# Text, question, claim, and whether the text states it of what was asked.
Trial = tuple[str, str, str, bool]

_PARTIES = [("landlord", "tenant"), ("supplier", "buyer"), ("lender", "borrower"), ("agency", "client")]
_PARTIES_ZH = [("出租方", "承租方"), ("供应商", "采购方"), ("委托人", "受托人"), ("买家", "卖家")]
_THINGS = ["the report", "the application", "the inventory list"]
_THINGS_ZH = ["报告", "申请", "清单"]


def _sides_in_time(random: Random) -> Iterator[Trial]:
    days, thing = random.randint(2, 28), random.choice(_THINGS)
    event = random.choice(["the inspection", "the meeting", "the delivery"])
    question = f"When must {thing} be handed in?"
    for side in ("before", "after"):
        text = f"General rules. {thing.capitalize()} must be handed in {days} days {side} {event}. Copies are archived."
        for said in ("before", "after"):
            yield text, question, f"{thing.capitalize()} must be handed in {days} days {said} {event}.", said == side
    thing, event = random.choice(_THINGS_ZH), random.choice(["验收", "会议", "交货"])
    for side in ("前", "后"):
        text = f"一般规定。{thing}应在{event}{days}日{side}提交。副本存档。"
        for said in ("前", "后"):
            yield text, f"{thing}什么时候提交？", f"{thing}应在{event}{days}日{said}提交。", said == side


def _limits(random: Random) -> Iterator[Trial]:
    amount, thing = random.randint(20, 900), random.choice(["attachment", "message", "backup file"])
    question = f"How large may an {thing} be?" if thing[0] == "a" else f"How large may a {thing} be?"
    text = f"Limits of the mail system. The maximum size of each {thing} is {amount} MB. Old items are removed."
    yield text, question, f"The maximum size of each {thing} is {amount} MB.", True
    yield text, question, f"The minimum size of each {thing} is {amount} MB.", False
    yield text, question, f"The maximum size of each {thing} is {amount} GB.", False
    text = f"系统限制。单个附件的上限为{amount}兆。旧邮件会被清理。"
    yield text, "单个附件有多大限制？", f"单个附件的上限为{amount}兆。", True
    yield text, "单个附件有多大限制？", f"单个附件的下限为{amount}兆。", False


def _changes(random: Random) -> Iterator[Trial]:
    share, what = random.randint(3, 40), random.choice(["Revenue", "The staff turnover", "Water consumption"])
    for verb, other in (("rose", "fell"), ("fell", "rose")):
        text = f"Report of the year. {what} {verb} by {share}% this year. The board took note."
        question = f"How did {what[0].lower() + what[1:]} develop?"
        yield text, question, f"{what} {verb} by {share}% this year.", True
        yield text, question, f"{what} {other} by {share}% this year.", False
        yield text, question, f"{what} {verb} by {share}% last year.", False
    what = random.choice(["营业收入", "人员流失率", "用水量"])
    for verb, other in (("上升", "下降"), ("下降", "上升")):
        text = f"年度报告。本年{what}{verb}{share}%。董事会已审阅。"
        yield text, f"{what}变化如何？", f"本年{what}{verb}{share}%。", True
        yield text, f"{what}变化如何？", f"本年{what}{other}{share}%。", False


def _parties(random: Random) -> Iterator[Trial]:
    days, (one, other) = random.randint(5, 90), random.choice(_PARTIES)
    text = f"Notice. The {one} informs the {other} in writing {days} days in advance. Letters are sent by post."
    question = f"How many days in advance does the {one} inform the {other}?"
    yield text, question, f"The {one} informs the {other} in writing {days} days in advance.", True
    yield text, question, f"The {other} informs the {one} in writing {days} days in advance.", False
    one, other = random.choice(_PARTIES_ZH)
    text = f"通知条款。{one}应当提前{days}日书面通知{other}。信件以邮寄方式送达。"
    yield text, f"{one}要提前多少天通知{other}？", f"{one}应当提前{days}日书面通知{other}。", True
    yield text, f"{one}要提前多少天通知{other}？", f"{other}应当提前{days}日书面通知{one}。", False


def _labelled_lines(random: Random) -> Iterator[Trial]:
    names = random.sample(["Lisbon store", "Porto store", "Faro store", "Braga store"], 3)
    days = random.sample(range(2, 28), 3)
    lines = [f"{name}: closed over the holidays, reopens {day} January" for name, day in zip(names, days, strict=True)]
    text = "Opening of our stores over the holidays\n" + "\n".join(lines)
    for name, right in zip(names, days, strict=True):
        for day in days:
            asked = f"On what day does the {name} open again?"
            yield text, asked, f"The {name} reopens on {day} January.", day == right
    versions, sizes = random.sample(["V3.4", "V3.5", "V4.0"], 2), random.sample(range(100, 900), 2)
    text = "更新日志\n" + "\n".join(
        f"{version}（2024-01-19）：批量导出单次最多{size}条；新增深色模式。"
        for version, size in zip(versions, sizes, strict=True)
    )
    for version, right in zip(versions, sizes, strict=True):
        for size in sizes:
            yield text, f"{version} 版一次最多能导出多少条？", f"{version} 版单次最多导出{size}条。", size == right


def _captions(random: Random) -> Iterator[Trial]:
    year, regions = random.randint(2015, 2024), random.sample(["Nordics", "Iberia", "Benelux", "Alps"], 3)
    cells = {region: [f"{random.randint(21, 190) / 10}" for _ in range(4)] for region in regions}
    rows = "\n".join(f"| {region} | {' | '.join(cells[region])} |" for region in regions)
    heads = "| Region | Q1 | Q2 | Q3 | Q4 |\n|---|---|---|---|---|"
    text = f"Revenue by region, fiscal {year}, in € million:\n\n{heads}\n{rows}"
    region = random.choice(regions)
    question = f"What was the revenue of {region} in the third quarter of fiscal {year}?"
    for at, value in enumerate(cells[region]):
        right = value == cells[region][2]
        yield text, question, f"{region}'s revenue in Q3 of fiscal {year} was €{value} million.", right or at == 2


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("family", [_sides_in_time, _limits, _changes, _parties, _labelled_lines, _captions])
def test_what_is_turned_round_is_not_confirmed(family: Callable[[Random], Iterator[Trial]], seed: int) -> None:
    for text, question, claim, right in family(Random(seed)):
        found = cite(claim, [passage(1, text)], language_of(question), question).claims[0].supported
        assert found == right, (text, question, claim)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It is due before the exam.", "It is not due after the exam."),
        ("It is due 7 days before the exam.", "It is due 7 days before the exam, and may be looked at after it."),
        ("Profit rose by 5 %.", "Profit was 5 % higher."),
        ("会前提交。", "会前提交，会后归档。"),
        ("The machine is cleaned after the filter is changed.", "The filter is changed before the machine is cleaned."),
        ("付款之后验收。", "验收之前付款。"),
    ],
)
def test_no_opposite_where_both_sides_are_told_or_one_is_denied(claim: str, source: str) -> None:
    assert not says_opposite(claim, source)


def test_what_and_joins_stands_in_either_order() -> None:
    text = "The pump and the scanner are tested by the technician every year."
    assert not exchanges("The scanner and the pump are tested by the technician every year.", [text])
    assert exchanges("The technician is tested by the pump yearly.", ["The pump is tested by the technician yearly."])
    both = [text, "The tenant pays the landlord in March.", "The landlord pays the tenant in June."]
    assert not exchanges("The landlord pays the tenant in March.", both)


@pytest.mark.parametrize(
    ("claim", "sentence", "right"),
    [
        ("The other parent receives 8 weeks.", "The other parent receives 8 weeks, in up to three blocks.", True),
        ("The other parent receives 8 weeks.", "The other parent receives 8 weeks on full pay.", False),
        ("接种后须留观30分钟。", "接种后须留观30分钟，无异常方可离开。", True),
        ("接种后须留观30分钟。", "接种后须留观30分钟以上。", False),
        ("Eight weeks, in three blocks of days", "Eight weeks, in three blocks of days, and more.", False),
    ],
)  # fmt: skip
def test_a_quotation_is_of_whole_clauses(claim: str, sentence: str, right: bool) -> None:
    assert is_quotation(claim, [sentence]) == right


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The nitrate content is 18 g/l.", "Nitrate: 18 mg/l"),
        ("It may be charged at 0 to 50 °F.", "Charging temperature 0 to 50 °C"),
        ("年产3600公斤。", "年产3600吨。"),
        ("The file may have 25 GB.", "The file may have 25 MB."),
    ],
)
def test_another_unit_of_measure_is_told(claim: str, source: str) -> None:
    assert unit_mismatch.other_unit(claim, source)
    assert not unit_mismatch.other_unit(claim, claim)


@pytest.mark.parametrize(
    ("claim", "source", "right"),
    [
        ("The group handled 14.6 million containers.", "The group handled 14.6 million tonnes of cargo.", True),
        ("金卡可以托运20件行李。", "金卡额外托运行李20公斤。", True),
        ("The shed may have 6 square metres.", "Sheds may have 6 m².", False),
        ("It takes 20 sessions.", "The course has 20 sessions of 45 minutes.", False),
        ("The bag holds 20 kilos.", "The bag holds 20 kg.", False),
    ],
)
def test_what_is_measured_is_not_counted(claim: str, source: str, right: bool) -> None:
    assert unit_mismatch.counts_other_things(claim, source) == right


@pytest.mark.parametrize(
    ("claim", "right"),
    [("It costs $210 per hour.", True), ("It costs $210 per day.", False), ("It costs EUR 210 per day.", True)],
)
def test_the_head_of_a_column_says_how_it_counts(claim: str, right: bool) -> None:
    assert unit_mismatch.other_measure(claim, "Room | Price per day in $") == right


def test_a_value_of_another_numbered_column_is_not_confirmed() -> None:
    text = "| Trade | 1st year | 2nd year | 3rd year |\n|---|---|---|---|\n| Clerk | €1,080 | €1,150 | €1,230 |"
    question = "What does a clerk earn in the second year?"
    for value, right in (("1,150", True), ("1,230", False), ("1,080", False)):
        claim = f"A clerk earns €{value} in the second year."
        assert cite(claim, [passage(1, text)], "en", question).claims[0].supported == right


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        (
            "Answer calls within 45 minutes.",
            "How soon are calls answered?",
            "Calls are answered after at least 45 minutes.",
        ),
        (
            "The pool is open from June to July only.",
            "When is the pool open?",
            "The pool is not open from June to July.",
        ),
        (
            "Yellow dogs are walked only by trained people.",
            "Who may walk yellow dogs?",
            "All people may walk yellow dogs.",
        ),
        ("样机测试推迟，由原定的9月改为10月。", "样机测试改到什么时候？", "样机测试推迟，由原定的。"),
    ],
)
def test_limits_denials_quantifiers_and_fragments_are_told(text: str, question: str, claim: str) -> None:
    assert not cite(claim, [passage(1, text)], language_of(question), question).claims[0].supported


def test_a_list_of_many_lines_told_in_one_sentence_is_confirmed() -> None:
    duties = ["answer calls", "register visitors", "sort incoming mail", "order paper and toner", "book meeting rooms",
              "keep the key cabinet", "water the plants", "report broken lamps"]  # fmt: skip
    text = "Duties of the front desk:\n" + "\n".join(f"- {duty}" for duty in duties)
    claim = f"The duties of the front desk are to {', '.join(duties[:-1])} and {duties[-1]}."
    question = "What are the duties of the front desk?"
    assert cite(claim, [passage(1, text)], "en", question).claims[0].supported
    assert not cite(f"{claim[:-1]} and 12 dogs.", [passage(1, text)], "en", question).claims[0].supported


def test_a_time_of_day_ends_no_label() -> None:
    line = "The office in the old mill on the hill opens every day"
    assert over_lines(f"{line}\nat 9:30 and closes at 17:00.") == [(0, len(line) + 29)]
    assert len(over_lines(f"{line}\nClosed: Mondays and holidays of the town.")) == 2


def test_a_sentence_may_end_in_a_small_word_where_its_source_does() -> None:
    text = "When choosing a hospital, keep in mind the type of care you are looking for. Ask your doctor."
    question = "What should be kept in mind when choosing a hospital?"
    claim = "When choosing a hospital, keep in mind the type of care you are looking for."
    assert cite(claim, [passage(1, text)], "en", question).claims[0].supported
    assert (
        not cite("Revenue came in at.", [passage(1, "Revenue came in at. Nothing.")], "en", "What was the revenue?")
        .claims[0]
        .supported
    )


def test_shares_of_ten_are_not_of_one() -> None:
    assert unit_mismatch.other_rate("每股派现金3.5元。", "每10股派现金3.5元。")
    assert not unit_mismatch.other_rate("每10股派现金3.5元。", "每10股派现金3.5元。")


@pytest.mark.parametrize(
    ("text", "question", "claim"),
    [
        (
            "| 星期 | 主菜 | 汤 |\n|---|---|---|\n| 周三 | 清蒸鲈鱼 | 番茄蛋汤 |\n| 周四 | 土豆牛腩 | 玉米排骨汤 |",
            "星期四食堂是什么汤？",
            "食堂星期四供应玉米排骨汤。",
        ),
        (
            "Mobile teams visit Colby (Wednesdays) and Stoke (Fridays), from 2 pm to 6 pm.",
            "On which day is the mobile team in Colby?",
            "The mobile team visits Colby every Wednesday.",
        ),
        ("到货验收：冷鲜肉的温度上限为7℃。", "冷鲜肉验收时温度最高几度？", "验收冷鲜肉时，温度上限是7度。"),
        (
            "Minutes. Apologies: M. Quist. The committee chose the offer from Norvik Elevators (£186,400).",
            "Which supplier was chosen?",
            "The committee chose the offer from Norvik Elevators.",
        ),
    ],
)
def test_the_same_in_another_form_is_confirmed(text: str, question: str, claim: str) -> None:
    assert cite(claim, [passage(1, text)], language_of(question), question).claims[0].supported


_STATES = [
    ("The request of Lena Park was {} on 3 May.", "What became of the request of Lena Park?", "approved", "rejected"),
    ("Attendance at the summer party is {}.", "Is attendance at the summer party required?", "optional", "mandatory"),
    ("Wearing a helmet is {} in hall 3.", "Must a helmet be worn in hall 3?", "recommended", "required"),
    ("Employees {} attend the safety training.", "What about the safety training?", "may", "must"),
    ("Port 8443 is {} on the firewall.", "What about port 8443?", "closed", "open"),
    ("The audit log is {} by default.", "What about the audit log?", "enabled", "disabled"),
    ("Smoking in the yard is {}.", "What about smoking in the yard?", "forbidden", "permitted"),
    ("Breakfast is {} in the price.", "What about breakfast?", "included", "excluded"),
    ("The {} audit takes place in May.", "Which audit is in May?", "internal", "external"),
    ("Her contract is {}.", "What kind of contract has she?", "temporary", "permanent"),
    ("The post is {}.", "What kind of post is it?", "part-time", "full-time"),
    ("Overtime is {}.", "What about overtime?", "unpaid", "paid"),
    ("The backup runs {}.", "How does the backup run?", "automatically", "manually"),
    ("The bonus is stated as {} pay.", "How is the bonus stated?", "gross", "net"),
    ("The night shift starts at 10 {}.", "When does the night shift start?", "pm", "am"),
    ("王芳的申请于5月3日{}。", "王芳的申请怎么样了？", "被驳回", "获批准"),
    ("年会{}参加。", "年会怎么参加？", "自愿", "必须"),
    ("三号厂房{}佩戴安全帽。", "三号厂房要戴安全帽吗？", "建议", "必须"),
    ("防火墙上8443端口{}。", "8443端口的状态是什么？", "关闭", "开放"),
    ("院内{}吸烟。", "院内吸烟有什么规定？", "禁止", "允许"),
    ("她的合同是{}合同。", "她的合同是什么合同？", "临时", "长期"),
    ("该岗位为{}。", "该岗位是什么性质？", "兼职", "全职"),
    ("备份{}进行。", "备份怎么进行？", "自动", "手动"),
    ("奖金为{}金额。", "奖金是什么金额？", "税前", "税后"),
    ("价格{}。", "价格有什么规定？", "不含税", "含税"),
    ("夜班{}10点开始。", "夜班几点开始？", "晚上", "早上"),
]


@pytest.mark.parametrize(("told", "question", "one", "other"), _STATES)
def test_a_state_is_not_its_opposite(told: str, question: str, one: str, other: str) -> None:
    for state, contrary in ((one, other), (other, one)):
        text, language = told.format(state), language_of(told)
        confirmed = [
            cite(told.format(said), [passage(1, text)], language, question).claims[0].supported
            for said in (state, contrary)
        ]
        assert confirmed == [True, False], (state, contrary)


@pytest.mark.parametrize(
    ("text", "question", "claim", "right"),
    [
        ("The outage was caused by a certificate, not by the power failure.", "What caused the outage?",
         "The outage was caused by a certificate.", True),
        ("The outage was caused by a certificate, not by the power failure.", "What caused the outage?",
         "The outage was caused by the power failure.", False),
        ("The office gives feedback within three months. Reports on the board are handled by the committee, not by the "
         "office.", "When is feedback given?", "The office gives feedback within three months.", True),
        ("Overtime is approved by Anna Berg. In her absence Tom Keller decides.", "Who approves overtime?",
         "Overtime is approved by Anna Berg.", True),
        ("Overtime is approved by Anna Berg. In her absence Tom Keller decides.", "Who approves overtime?",
         "Tom Keller approves overtime.", False),
    ],
)  # fmt: skip
def test_what_a_sentence_sets_aside_is_not_what_it_says(text: str, question: str, claim: str, right: bool) -> None:
    assert cite(claim, [passage(1, text)], "en", question).claims[0].supported is right


@pytest.mark.parametrize(
    ("text", "question", "right", "wrong"),
    [
        ("No deposit is required for members.", "Do members pay a deposit?", "No deposit is required for members.",
         "A deposit is required for members."),
        ("If the alarm sounds, leave the building; do not use the lift.", "What do I do if the alarm sounds?",
         "Do not use the lift.", "Use the lift."),
        ("The password has at least 12 characters.", "How long is the password?",
         "The password has at least 12 characters.", "The password has exactly 12 characters."),
        ("密码至少12个字符。", "密码有多少个字符？", "密码至少12个字符。", "密码恰好12个字符。"),
        ("工龄满5年的员工可申请学术假。", "谁可以申请学术假？", "工龄满5年的员工可申请学术假。",
         "工龄不满5年的员工可申请学术假。"),
        ("Visitors park in lot B; staff park in lot C.", "Where do visitors park?", "Visitors park in lot B.",
         "Visitors park in lot C."),
        ("First unplug the probe, then dry the connector.", "What do I do first with the probe?",
         "First unplug the probe.", "First dry the connector."),
    ],
)  # fmt: skip
def test_what_is_denied_bounded_or_said_of_others_is_told_apart(
    text: str, question: str, right: str, wrong: str
) -> None:
    for claim, expected in ((right, True), (wrong, False)):
        assert cite(claim, [passage(1, text)], language_of(text), question).claims[0].supported is expected, claim


PAYS, PAID = "The landlord pays the tenant every month.", "The tenant pays the landlord every month."


@pytest.mark.parametrize(
    ("claim", "sentences", "exchanged"),
    [
        (PAYS, [PAID], True),
        (PAYS, [PAYS], False),
        (PAYS, [PAID, PAYS], False),  # one of them says it so
        (PAYS, ["Nothing else.", PAID], True),
        # what "and" joins may stand in either order
        ("The red and blue lamps burn all night.", ["The blue and red lamps burn all night."], False),
        # five words at least, and four fifths of them
        ("Landlord pays tenant monthly.", ["Tenant pays landlord monthly."], False),
        ("Landlord pays tenant 5 monthly.", ["Tenant pays landlord 5 monthly."], True),
        ("Landlord pays tenant 5 monthly.", ["Tenant pays landlord 5 euros."], True),
        ("Landlord pays tenant 5 monthly.", ["Tenant pays landlord 6 euros."], False),
        ("出租方应当提前30日书面通知承租方。", ["承租方应当提前30日书面通知出租方。"], True),
    ],
)
def test_who_does_what_to_whom_is_not_exchanged(claim: str, sentences: list[str], exchanged: bool) -> None:
    assert exchanges(claim, sentences) is exchanged


@pytest.mark.parametrize(
    ("claim", "source", "opposite"),
    [
        ("The meeting is before lunch.", "The meeting is after lunch.", True),
        ("The meeting is after lunch.", "The meeting is before lunch.", True),
        ("The meeting is before lunch.", "Lunch is served after the meeting.", False),  # the other way round
        ("The meeting is before lunch.", "The lunch meeting is after noon.", True),
        # a denial in either may turn it round, but for that of a limit
        ("It is not before the meeting.", "It is after the meeting.", False),
        ("It is before the meeting.", "It is not after the meeting.", False),
        ("It is not later than 5, before the meeting.", "It is after the meeting.", True),
        # one of them has both
        ("It is before and after.", "It is after.", False),
        ("It is before.", "It is before or after.", False),
        ("The gate is red.", "The gate is open.", False),
    ],
)
def test_of_two_opposite_words_each_has_one_alone(claim: str, source: str, opposite: bool) -> None:
    assert says_opposite(claim, source) is opposite


CHOSEN = "The director is appointed by the council."


@pytest.mark.parametrize(
    ("claim", "text", "turned"),
    [
        ("The council appoints the director.", CHOSEN, False),
        ("The director appoints the council.", CHOSEN, True),
        ("The director is appointed by the council.", CHOSEN, False),
        ("The director fears the council.", CHOSEN, False),
        ("The director appoints the members.", CHOSEN, False),
        # each clause for itself
        ("The council meets daily, the director appoints the council.", CHOSEN, True),
        ("The director resigned, the council appoints the council.", CHOSEN, False),
        ("主管向员工报告。", "员工向主管报告。", True),
        ("员工向主管报告。", "员工向主管报告。", False),
        ("组长向员工报告。", "员工向主管报告。", False),
        ("主管向员工报告。", "员工向主管报告，主管向员工通报。", False),
    ],
)
def test_who_does_it_is_not_whom_it_is_done_to(claim: str, text: str, turned: bool) -> None:
    assert turns_direction(claim, text) is turned


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Staff are obliged to wear a badge.", "Staff may wear a badge."),
        ("Staff must take a break.", "Staff are entitled to a break."),
        ("Staff are required to speak.", "Staff are free to speak."),
        ("员工必须休假。", "员工享有休假。"),
        ("员工必须休假。", "员工有权休假。"),
    ],
)
def test_a_right_is_no_duty(claim: str, source: str) -> None:
    assert says_opposite(claim, source)
    assert says_opposite(source, claim)
    assert not says_opposite(claim, claim)


@pytest.mark.parametrize(
    ("claim", "source", "opposite"),
    [
        # one may do the one, and must do the other
        ("A tenant has to pay a deposit to use the garden.", "You can use the garden. A deposit is paid first.", False),
        ("A tenant must lock the shed.", "A tenant may lock the shed.", True),
        ("A tenant must always lock the shed.", "A tenant may lock the shed.", True),
        ("Tenants have to lock the shed.", "Tenants can, when it rains, lock the shed.", False),
        ("Locking the shed is left to tenants, who may stay.", "Tenants must lock the shed.", True),
        ("租户必须锁门。", "租户可以锁门。", True),
        ("租户必须交押金。", "租户可以使用花园，先交押金。", False),
        # words that are no verbs stand for themselves
        ("The course is mandatory.", "Staff may take the course, it is voluntary.", True),
        # what stands on its sides is exchanged, in other words, too
        ("取样品之前锅炉先排水6分钟。", "打开锅炉排水6分钟后再取。", False),
        ("Before the audit the report is printed.", "The report is printed after the audit.", True),
        ("The report is printed before the audit.", "The report is printed after the audit.", True),
        ("The report is printed before the audit.", "The audit takes place after the report was printed.", False),
    ],
)
def test_a_modal_verb_goes_with_its_verb_and_before_with_its_sides(claim: str, source: str, opposite: bool) -> None:
    assert says_opposite(claim, source) is opposite
