"""A number in another unit, or as the opposite limit, is another number."""

import pytest

from kb.checking.unit_mismatch import (
    counts_other_things,
    has_no_such_rate,
    lacks_unit,
    other_bound,
    other_measure,
    other_rate,
    other_unit,
    turns_bound,
    units_named,
    units_of,
)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("within 2 days", "within 2 hours"),
        ("2天内", "within 2 hours"),
        ("试用期为6年", "试用期为六个月"),
        ("three weeks", "三个月"),
        ("每晚500美元", "每晚500元"),
        ("142 USD", "Berlin | EUR | 142 | 30"),
        ("150美元", "hotels up to €150"),
        ("婚假为一天", "婚假为一小时"),
    ],
)
def test_another_unit_is_told(claim: str, source: str) -> None:
    assert other_unit(claim, source)
    assert other_unit(source, claim)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("5天", "5个工作日"),
        ("five working days", "5个自然日"),
        ("6 months' notice", "六个月"),
        ("within 24 hours", "24 h"),
        ("18岁", "18 years old"),
        ("120 euros", "L3 | 120 EUR"),
        ("35欧元", "meals (EUR) | 35"),
        ("20美元", "US$20"),
        ("¥500", "500日元"),
        ("$3.2 million", "320万美元"),
        ("员工一年有15天年假", "每月1天，一年15天"),
        ("5 days", "5 hours, or 5 days of leave"),
        ("2 days", "2 of them"),
    ],
)
def test_the_same_unit_in_other_words_is_no_other(claim: str, source: str) -> None:
    assert not other_unit(claim, source)
    assert not other_unit(source, claim)


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        ("最多14个字符", "至少14个字符", True),
        ("at most 14 characters", "密码至少14位", True),
        ("Up to five days", "not less than 5 days", True),
        ("不得超过三天", "a minimum of 3 days", True),
        ("at least 14 characters", "密码不得少于14个字符", False),
        ("The maximum number of days is 5", "最多5天", False),
        ("cannot exceed 5000", "不超过5000元", False),
        ("at most 5 days", "at least 3 days", False),
        ("at most 5 days", "at least 5 and at most 5", False),
        ("at most 5 days", "5 days or more", False),
    ],
)
def test_a_lower_limit_is_no_upper_one(claim: str, source: str, other: bool) -> None:
    assert other_bound(claim, source) is other
    assert other_bound(source, claim) is other


def test_a_half_does_not_hide_the_unit_and_a_line_break_not_the_rate() -> None:
    assert other_unit("one and a half years of salary", "one and a half months of salary")
    assert not other_unit("one and a half years of salary", "one and a half years of salary")
    assert other_rate("每天 45 元", "每\n小时 45 元")
    assert not other_rate("每小时 45 元", "每\n小时 45 元")


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        ("每年至少采购 3,600 支", "把周交付量恢复到 3,600 支", True),
        ("每周交付 3,600 支", "把周交付量恢复到 3,600 支", False),
        ("每年的停车费是 150 元", "月租 150 元", True),
        ("每天的停车费是 150 元", "3 月费用 150 元", False),  # a month of the calendar
        ("The parking costs 150 a year", "The monthly parking fee is 150.", True),
        ("The parking costs 150 a month", "The monthly parking fee is 150.", False),
    ],
)
def test_an_amount_of_a_week_is_none_of_a_year(claim: str, source: str, other: bool) -> None:
    assert other_rate(claim, source) is other


@pytest.mark.parametrize(
    ("claim", "source", "lacks"),
    [
        ("新员工有 10 天年假", "10 | Bonus of one month's salary | Years of service", True),
        ("He gets 5 weeks", "5 | 一次性奖金", True),
        ("The deposit is 300 euros", "押金 300 元", True),
        ("每天 22 元", "CNY 22 per working day", False),
        ("24 months of base salary", "24 个月的基本工资", False),
        ("两小时内", "within 2 hours", False),
        ("价格为 ¥49", "49 yuan", False),
        ("占 20%", "20 % of sales", False),
        ("他有 10 天", "nothing of it here", False),  # the number itself is missed elsewhere
    ],
)
def test_a_unit_that_the_other_language_never_names(claim: str, source: str, lacks: bool) -> None:
    assert lacks_unit(claim, source) is lacks


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("5 kg of 3 kg, 5 km", {"5": {"kg", "km"}, "3": {"kg"}}),
        ("EUR 5, 6 €", {"5": {"EUR"}, "6": {"EUR"}}),
        ("Meals (EUR) | 35", {"35": {"EUR"}}),
        ("x | 1\nMeals (EUR) | 35", {"35": {"EUR"}}),
        # a lone "one" counts, and one beside other numbers is an article, but for one and a half
        ("one week", {"1": {"week"}}),
        ("5 days and one week", {"5": {"day"}}),
        ("one and a half years, 3 days", {"1": {"year"}, "3": {"day"}}),
        ("v5 days", {}),  # a code
    ],
)
def test_each_number_has_its_units(text: str, units: dict[str, set[str]]) -> None:
    assert units_of(text) == units


def test_units_are_named_without_numbers_too() -> None:
    assert units_named("Price in EUR a week, by weight") == {"EUR", "week"}
    assert units_named("Sort of it") == set()


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        ("It holds 20 pieces.", "It holds 20 kg.", True),
        ("It holds 20 pieces.", "It holds 20.", False),  # no unit there
        ("It holds 20 pieces.", "It holds 20 kg, or 30 pieces.", True),  # so many pieces are 30
        ("It holds 20 pieces.", "It holds 20 kg, which are 20 pieces.", False),
        ("It holds 20 pieces, 20 kg.", "It holds 20 kg.", False),
        ("It holds 20 pieces and 5 lamps.", "It holds 20 pieces, and 5 m of cable.", True),
        ("It costs 20 times as much.", "It holds 20 kg.", False),
    ],
)
def test_things_are_not_a_measure(claim: str, source: str, other: bool) -> None:
    assert counts_other_things(claim, source) is other


@pytest.mark.parametrize(
    ("claim", "header", "other"),
    [
        ("It costs 5 USD.", "Price in EUR", True),
        ("It costs 5 EUR.", "Price in EUR", False),
        ("It costs 5.", "Price in EUR", False),
        ("It costs 5 USD.", "Price", False),
        ("It costs 5 EUR a week.", "Price in EUR per day", True),
        ("It is 5 kg.", "Price in EUR", False),
    ],
)
def test_a_head_names_currency_and_rate(claim: str, header: str, other: bool) -> None:
    assert other_measure(claim, header) is other


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        ("5 euros per person and day", "5 euros per person", False),
        ("5 euros per person", "5 euros per unit", True),
        ("5 euros per day per person", "5 euros per week per person", True),
        ("5 euros per day per person", "5 euros per day per unit", True),
        ("5 euros per person", "5 euros per day", True),
        ("5 euros", "5 euros per day", False),
        ("5 euros per day, weekly", "5 euros per day, monthly", True),
        ("每天 5 元", "5 euros a day", False),
        ("每人 5 元", "5 euros per person", False),
        ("每人 5 元", "5 euros per unit", True),
    ],
)
def test_what_it_is_counted_by_is_the_same(claim: str, source: str, other: bool) -> None:
    assert other_rate(claim, source) is other


@pytest.mark.parametrize(
    ("claim", "question", "turned"),
    [
        ("At least 5 kg.", "What is the maximum weight?", True),
        ("At most 5 kg.", "What is the maximum weight?", False),
        ("5 kg.", "What is the maximum weight?", False),
        ("At most 5 kg.", "What is the minimum weight?", True),
        ("At least 5 kg.", "What is the minimum weight?", False),
        ("At most 5 kg.", "What is the weight?", False),
        # both are said, or asked for
        ("At least 5 and at most 9 kg.", "What is the maximum weight?", False),
        ("At least 5 and at most 9 kg.", "What is the minimum weight?", False),
        ("At least 5 kg.", "What are the minimum and the maximum weight?", False),
        ("At most 5 kg.", "What are the minimum and the maximum weight?", False),
        # a limit is an upper one
        ("At least 5 kg.", "What is the weight limit?", True),
        ("At most 5 kg.", "What is the weight limit?", False),
        ("至少 5 公斤。", "重量上限是多少？", True),
        ("不超过 5 公斤。", "重量上限是多少？", False),
        ("不超过 5 公斤。", "最低重量是多少？", True),
        # one that the question gives is not asked for
        ("不满 3 年的每月 1 天。", "工作满 2 年的员工每月有几天？", False),
        ("Those of at most 3 years get 1 day.", "What do those get who worked for at least 2 years?", False),
        ("At most 5 kg.", "What is the minimum weight for at least 2 people?", True),
    ],
)
def test_a_bound_is_the_one_that_was_asked_for(claim: str, question: str, turned: bool) -> None:
    assert turns_bound(claim, question) is turned


@pytest.mark.parametrize(
    ("claim", "text", "lacks"),
    [
        ("It costs 5 euros per month.", "It costs 60 euros per year.", True),
        ("It costs 60 euros per year.", "It costs 60 euros per year.", False),
        # one of both counts by no time, or there is such a time elsewhere
        ("It costs 5 euros.", "It costs 60 euros per year.", False),
        ("It costs 5 euros per month.", "It costs 60 euros.", False),
        ("It costs 5 euros per month.", "It costs 60 euros per year. Lunch is 30 euros per month.", False),
        ("It costs 5 euros per person.", "It costs 60 euros per year.", False),
        ("The pump moves 5 l/min.", "The pump moves 5 l/s.", True),
        ("The pump moves 5 l/min.", "The pump moves 5 l/h.", True),
        ("The pump moves 5 l/min.", "The pump moves 5 litres per minute.", False),
        ("The pump moves 5 l/h.", "The pump moves 5 l/hr.", False),
        ("5元/天", "5元/月", True),
        ("5元/天", "5元/日", False),
        ("租金按月支付。", "租金按季度支付。", True),
        ("租金按月支付。", "租金按月缴。", False),
    ],
)
def test_a_time_by_which_nothing_is_counted(claim: str, text: str, lacks: bool) -> None:
    assert has_no_such_rate(claim, text) is lacks


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        ("It rose by 3 percentage points.", "It rose by 3 %.", True),
        ("It rose by 3 %.", "It rose by 3 percentage points.", True),
        ("It rose by 3 per cent.", "It rose by 3 percentage points.", True),
        ("It rose by 3 percentage points.", "It rose by 3 per cent points.", False),
        ("It rose by 3 percentage points.", "It rose by 4 %.", False),
        ("It rose by 3 %.", "It rose by 3 %, 3 percentage points.", False),
        ("上升3个百分点。", "上升3%。", True),
        ("上升3个百分点。", "上升3百分点。", False),
        ("5 ft", "5 m", True),
        ("5 feet", "5 ft", False),
        ("5 lbs", "5 kg", True),
        ("5 inches", "5 cm", True),
        ("5英里", "5公里", True),
        ("5 miles", "5英里", False),
    ],
)
def test_points_are_no_shares_and_feet_no_metres(claim: str, source: str, other: bool) -> None:
    assert other_unit(claim, source) is other


@pytest.mark.parametrize(
    ("claim", "header", "other"),
    [
        ("It is 5 kg.", "Weight in g", True),
        ("It is 5 kg.", "Weight in lb", True),
        ("It is 5 kg.", "Weight in kg", False),
        ("It is 5 kg.", "Weight in kg or g", False),
        ("It is 5 ml.", "Volume (l)", True),
        ("It is 5 GB.", "Size (MB)", True),
        ("It is 5 kW.", "Power (W)", True),
        ("It is 5 USD.", "Price (EUR)", True),
        # of another family it is another column
        ("It is 5 kg.", "Size (MB)", False),
        ("It is 5 kg and 9 GB.", "Weight in kg | Size (MB)", True),
        ("It is 5 kg and 9 MB.", "Weight in kg | Size (MB)", False),
    ],
)
def test_a_head_names_the_measure_of_its_family(claim: str, header: str, other: bool) -> None:
    assert other_measure(claim, header) is other


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        # the noun must stand behind that number, and not anywhere
        ("20 boxes", "20 kg of boxes", True),
        ("20 boxes", "30 boxes of 20 kg", True),
        ("20 boxes", "20 boxes of 20 kg", False),
        ("20 boxes", "30 kg", False),
        ("20页", "20公斤", True),
        ("20杯", "20毫升", True),
        ("20本", "20本，20公斤", False),
        ("20名", "20天", True),
    ],
)
def test_what_is_counted_stands_behind_its_own_number(claim: str, source: str, other: bool) -> None:
    assert counts_other_things(claim, source) is other


@pytest.mark.parametrize(
    ("claim", "source", "other"),
    [
        ("It costs 52 pounds.", "It costs £52.", False),
        ("It weighs 52 pounds.", "It weighs 52 lbs.", False),
        ("It costs 52 pounds.", "It costs €52.", True),
        ("It weighs 52 pounds.", "It weighs 52 kg.", True),
        ("It costs 52 pounds.", "It costs 52 GBP.", False),
    ],
)
def test_pounds_are_of_money_or_weight(claim: str, source: str, other: bool) -> None:
    assert other_unit(claim, source) is other
    assert not counts_other_things(claim, source)
