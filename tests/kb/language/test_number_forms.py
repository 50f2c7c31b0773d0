"""Numbers and dates in any way of writing are one number."""

from pathlib import Path

import pytest

from kb.language.number_forms import missing_numbers, numbers_in, without_numbers

LONG = 8_000
WRITTEN = Path(__file__).parents[3] / "benchmarks" / "numbers_written"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("每年15天年假，工龄满十年为二十天", {"15", "10", "20"}),
        ("Fifteen days, $1,200.50, 12.5% and 3 million", {"15", "1200.5", "12.5%", "3000000"}),
        ("百分之十五点五，百分之5，12万元，三百五十人，一百二十万", {"15.5%", "5%", "120000", "350", "1200000"}),
        ("twenty-five people", {"25"}),
        ("九成，近两成，占三成半，7 成", {"90%", "20%", "35%", "70%"}),
        ("打九折，八五折，按 8.5 折，打 9 折", {"90%", "85%"}),
        ("三成员国，分成三成本，三折页，百折不挠", set()),
        (
            "a hundred and twenty, three hundred thousand, two hundred and three hundred",
            {"120", "300000", "200", "300"},
        ),
        ("half a million", set()),
        ("１５ 天", {"15"}),
        ("一些、统一、第三者、万一、十分重要、千万不要、进一步", set()),
        ("① 提交 ② 审批", set()),
        ("$3.2M, €1.4bn, 5m EUR; a file of 100M", {"3200000", "1400000000", "5000000", "100"}),
        ("5千万、3百万、3千元、5千克", {"50000000", "3000000", "3000", "5"}),
        ("5个百分点, 5 percentage points, five percent", {"5%"}),
        ("5-10%, 3至5万元; of 2024 -3%", {"5%", "10%", "30000", "50000", "2024", "3%"}),
        ("两三天，三分之二，三点五倍", {"2", "3", "3.5"}),
        ("10.20.30.40, v2.4, 2.4.1", {"10.20.30.40", "2.4", "2.4.1"}),
        ("BC-17, T5", set()),
        ("一亿两千万元，三亿五千万零六元，一万五千亿元", {"120000000", "350000006", "1500000000000"}),
        ("两万五元，三千五，一百二", {"25000", "3500", "120"}),
        ("三点五亿元，一点二万亿元，六点五零，一点一点地", {"350000000", "1200000000000", "6.5"}),
        ("需二至三周，统一到三层", {"2", "3"}),
        ("One million five hundred thousand visitors, two billion and five dollars", {"1500000", "2000000005"}),
    ],
)
def test_numbers_are_found_in_one_form(text: str, numbers: set[str]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_are_read_as_people_wrote_their_numbers_down(language: str) -> None:
    lines = (WRITTEN / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    wanted = [(sentence, set(values.split())) for sentence, _, values in (line.partition("\t") for line in lines)]
    assert len(wanted) >= 60
    assert sum(numbers_in(sentence) == values for sentence, values in wanted) >= 0.95 * len(wanted)


@pytest.mark.parametrize("text", ["一" * LONG + "天", "百分之" + "一" * LONG, "一" + "万" * LONG, "零点" + "一" * LONG])
def test_a_run_too_long_for_a_number_is_none(text: str) -> None:
    assert numbers_in(text) == set()


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        ("上限是 1,200 元", "上限 | 1200", set()),
        ("fifteen days", "15 天", set()),
        ("12 万元", "120,000", set()),
        ("It is 15.", "It was 2015.", {"15"}),
        ("from March 1", "from 1 March 2025", set()),
        ("in 2025", "on 2025-03-01", set()),
        ("6.8 %", "6.8", {"6.8%"}),
        ("6.8 %", "Rate (%) | 6.8", set()),
        ("on 2025-03-02", "on 2025-03-01", {"2025-03-02"}),
        ("10.20.99.40", "10.20.30.40", {"10.20.99.40"}),
        ("v2.4.9", "2.4.1", {"2.4.9"}),
        ("the rate rises by 5 percentage points", "上调5个百分点", set()),
        ("1、提交申请", "提交申请", set()),
    ],
)
def test_a_number_the_source_lacks_is_missing(claim: str, source: str, missing: set[str]) -> None:
    assert missing_numbers(claim, source) == missing


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        ("2次", "twice a year", set()),
        ("三次", "twice a year", {"3"}),
        ("5楼", "on the fifth floor", set()),
        ("6楼", "on the fifth floor", {"6"}),
        ("6个月", "half a year", set()),
        ("7个月", "半年", {"7"}),
        ("1小时内", "within an hour", set()),
        ("通知期1个月", "a month's notice", set()),
        ("1个小时", "3 hours of a day", {"1"}),
        ("0.5天", "半天", set()),
        ("3 days", "as a third party, once approved", {"3"}),
        ("1 day", "as a third party, once approved", {"1"}),
        ("on the fifth floor", "in room 12", set()),
    ],
)
def test_a_source_may_say_a_number_in_another_word(claim: str, source: str, missing: set[str]) -> None:
    assert missing_numbers(claim, source) == missing


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        ("员工一年有15天年假", "每年享有15天年假", set()),
        ("填写一份离职申请表", "填写离职申请表", set()),
        ("一次最多可以借五本图书", "最多借5本图书", set()),
        ("每年一次", "every year", set()),
        ("每月1次", "monthly", set()),
        ("One must lock the screen.", "The screen is locked.", set()),
        ("每人一台电脑", "每人两台电脑", {"1"}),
        # 个 counts anything
        ("一个机柜最多装24台交换机", "机柜可装24台交换机，共8个机房", set()),
        ("一个机柜最多装24台交换机", "3个大号机柜各装24台交换机", {"1"}),
        ("一个柜子", "共8个机房", {"1"}),
        # and is the number that answers
        ("系统保留一个备份", "系统保留的备份为3个", {"1"}),
        ("one laptop", "two laptops each", {"1"}),
        ("婚假为一天", "婚假为3天", {"1"}),
        ("合同期为一年", "合同期为6个月", {"1"}),
        ("within one day", "in half an hour", {"1"}),
        ("1天", "婚假", {"1"}),
        ("一月", "在职期间", {"--01"}),
    ],
)
def test_a_lone_one_counts_only_what_the_source_counts(claim: str, source: str, missing: set[str]) -> None:
    assert missing_numbers(claim, source) == missing


def test_a_text_without_its_numbers_keeps_its_words_and_codes() -> None:
    assert without_numbers("T5 用 15 天，five percent，三百五十人").split() == ["用", "天,", ",", "人", "T5"]
