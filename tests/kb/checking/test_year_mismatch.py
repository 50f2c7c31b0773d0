"""An older edition does not answer where a newer one is shown, unless it is asked for."""

import pytest

from kb.checking.year_mismatch import (
    NONE,
    Edition,
    edition,
    gives_way,
    is_of_other_period,
    is_of_other_year,
    is_other_edition,
    of_other_periods,
)

OLD, NEW = "Travel policy 2023\nMeals", "Travel policy 2025\nMeals"
OLD_ZH, NEW_ZH = "差旅费报销办法（2023年版）", "差旅费报销办法（2025年版）"


@pytest.mark.parametrize(
    ("question", "heading", "others", "superseded"),
    [
        ("What is the meal allowance?", OLD, [OLD, NEW], True),
        ("What is the meal allowance?", NEW, [OLD, NEW], False),
        ("What is the meal allowance?", OLD, [OLD], False),
        ("What is the meal allowance?", OLD, [OLD, "Leave policy 2025"], False),
        ("What was the meal allowance in 2023?", OLD, [OLD, NEW], False),
        ("What does the 2023 policy say?", OLD, [OLD, NEW], False),
        ("What was decided on March 5, 2023?", OLD, [OLD, NEW], False),
        ("Revenue FY2023?", OLD, [OLD, NEW], False),
        ("Is a hotel for 2023 CNY allowed?", OLD, [OLD, NEW], True),
        ("What was planned for 2022-2024?", OLD, [OLD, NEW], False),
        ("伙食补助多少？", OLD_ZH, [OLD_ZH, NEW_ZH], True),
        ("2023年版的伙食补助？", OLD_ZH, [OLD_ZH, NEW_ZH], False),
        ("费用2023元能报吗？", OLD_ZH, [OLD_ZH, NEW_ZH], True),
        ("What is the allowance?", "", ["", NEW], False),
        # by the number of the edition, which stands in the title or in the name of the file
        ("保存几年？", "档案管理规程（第三版）\na.md", ["档案管理规程（第四版）\nb.md"], True),
        ("保存几年？", "档案管理规程（第四版）\nb.md", ["档案管理规程（第三版）\na.md"], False),
        ("第三版里保存几年？", "档案管理规程（第三版）\na.md", ["档案管理规程（第四版）\nb.md"], False),
        ("第三版里保存几年？", "档案管理规程（第四版）\nb.md", ["档案管理规程（第三版）\na.md"], True),
        ("保存几年？", "档案管理办法（2022年）\na.md", ["档案管理办法（2024修订）\nb.md"], True),
        ("How long?", "Crane manual – 4th edition (2020)\na", ["Crane manual – 5th edition (2024)\nb"], True),
        ("How long?", "Crane manual, Third Edition\na", ["Crane manual, rev. 4\nb"], True),
        ("How long?", "crane rules v2\na", ["crane rules v3\nb"], True),
        ("How long?", "Crane rules\ncrane_v2.md", ["Crane rules\ncrane_v10.md"], True),
        ("How long did it take in version 2?", "crane rules v2\na", ["crane rules v3\nb"], False),
        ("How long?", "crane rules v1.2\na", ["crane rules v1.10\nb"], True),
        # a program's versions, meetings and products stand beside each other
        ("Which flags are new?", "Loader v2 release notes\na", ["Loader v3 release notes\nb"], False),
        ("What was decided?", "Board – Minutes of 3 May 2025\na", ["Board – Minutes of 7 June 2025\nb"], False),
        ("How heavy is it?", "Logger T3\na", ["Logger T5\nb"], False),
    ],
)
def test_an_older_edition_is_told(question: str, heading: str, others: list[str], superseded: bool) -> None:
    assert is_other_edition(question, heading, others) is superseded


@pytest.mark.parametrize(
    ("claim", "quote", "other"),
    [
        ("The share of June was 81 %.", "The share was 81 % in May. On 20 June there is a meeting.", True),
        ("The share of June was 81 %.", "The share was 90 % in May, and 81 % in June.", False),
        ("The share of June was 81 %.", "It was 81 %.", False),
        ("The share of June was 81 %.", "It was 81 % on 3 May.", False),  # of a day
        ("6月份的到货率是81%。", "到货率5月份只有81%，比合同低。6月20日开会。", True),
        ("6月份的到货率是81%。", "5月份到货率90%，6月份81%。", False),
        ("到货率是81%。", "5月份到货率81%。", True),  # the question asks of June
    ],
)
def test_a_value_of_another_month_is_told(claim: str, quote: str, other: bool) -> None:
    assert is_of_other_period(claim, "6月份的到货率是多少？", quote) is other


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        ("Travel policy", NONE),
        ("Travel policy 2023", (2023, ())),
        ("Rules 2019-2021", (2021, ())),
        ("Crane manual, 5th edition (2024)\na", (2024, (5,))),
        ("Crane rules, second edition", (0, (2,))),
        ("Crane manual, rev. 4", (0, (4,))),
        ("Crane rules v1.10", (0, (1, 10))),
        ("Crane rules\ncrane_rules_v2-1.pdf", (0, (2, 1))),
        ("Crane rules\ncrane_rules_v2_2021.pdf", (2021, (2,))),
        ("Crane rules 2.1\ncrane.pdf", (0, (2, 1))),
        ("档案管理规程（第十二版）", (0, (12,))),
        ("档案管理规程（版本 2.3）", (0, (2, 3))),
        # nothing is told by a date, by a program's version, or by a third line
        ("Minutes of 2025-07-10", NONE),
        ("Loader v3", NONE),
        ("Crane rules\nv3\nv9", (0, (3,))),
        ("Crane rules\ncare\nv9", NONE),
    ],
)
def test_a_heading_names_its_edition(heading: str, named: Edition) -> None:
    assert edition(heading) == named


@pytest.mark.parametrize(
    ("claim", "question", "other"),
    [
        ("In 2023 it was 5.", "What was it in 2022?", True),
        ("In 2023 it was 5.", "What was it in 2023?", False),
        ("In 2023 it was 5.", "What was it?", False),
        ("It was 5.", "What was it in 2022?", False),
        ("In 2023 it was 5.", "When was it, in 2022?", False),
        ("It was 5 in 2021-2023.", "What was it in 2021?", False),
        ("It was 5 in 2021-2023.", "What was it in 2022?", False),
        ("It was 5 in 2021-2023.", "What was it in 2023?", False),
        ("It was 5 in 2021-2023.", "What was it in 2020?", True),
        ("It was 5 in 2021-2023.", "What was it in 2024?", True),
        ("It was 5 in 2023/24.", "What was it in 2024?", False),
        ("It was 5 in 2023/24.", "What was it in 2025?", True),
        ("From 2021 to 2023 it was 5.", "What was it in 2022?", False),
        ("In 2023 it was 5.", "What was it in March 2022?", True),
        ("In 2023 it was 5.", "What was it in the 2022 report?", True),
        ("In 2023 it was 5.", "What was it by a 2022 report?", True),
        ("In 2023 it was 5.", "Were there 2022 guests?", False),  # no year
        ("2023年为5。", "2022年是多少？", True),
        ("2023年为5。", "2022年以来是多少？", False),
    ],
)
def test_a_claim_of_another_year_is_told(claim: str, question: str, other: bool) -> None:
    assert is_of_other_year(claim, question) is other


@pytest.mark.parametrize(
    ("question", "text", "numbers"),
    [
        ("What was it in June?", "It was 5 in May, and 6 in June.", "5"),
        ("What was it?", "It was 5 in May, and 6 in June.", ""),
        ("What was it in June?", "It was 5 in May. It was 5 in June.", ""),
        # what stands in front of a sentence is said of all of it, if it is short
        ("What was it in June?", "In May, it was 5, and 6. It was 7.", "5 6"),
        ("What was it in June?", "In May, as all of us still very well know, it was 5, in June, it was 6.", "5"),
        ("What was it in June?", "It was, as we all saw in May, five, and it was 6.", "5 6"),
        ("What was it in June?", "It was, as we all once saw in May, five, and it was 6.", ""),
        # of a whole year nothing is told by a part of it
        ("What was it in 2021?", "In the first quarter of 2021 it was 5; in 2021 it was 9.", "5"),
        ("What was it in the first quarter of 2021?", "In the first quarter of 2021 it was 5.", ""),
        ("What was it in the first quarter of 2021?", "In the second quarter of 2021 it was 5.", "5"),
        ("2021年上半年是多少？", "2021年下半年为5。", "5"),
        ("2021年上半年是多少？", "2021年上半年为5。", ""),
    ],
)
def test_the_numbers_of_other_months_and_years_are_told(question: str, text: str, numbers: str) -> None:
    told = of_other_periods(question, text)
    assert {number for number in told if len(number) < 3} == set(numbers.split())


@pytest.mark.parametrize(
    ("claim", "question", "quote", "other"),
    [
        ("It was 5 in 2022.", "What was it?", "It was 5 in 2021.", True),
        ("It was 5 in 2022 and 4 in 2021.", "What was it?", "In 2021 it was 4, in 2022 it was 5.", False),
        ("It was 5.", "What was it in 2022, not 4?", "It was 4 in 2021.", False),  # the 4 is the question's
        ("It was 5 in 2021.", "What was it?", "In the first quarter of 2021 it was 5.", True),
        ("It was 5 in the first quarter.", "What was it in 2021?", "In the first quarter of 2021 it was 5.", False),
        ("It was 5.", "What was it in Q1 2021?", "In the first quarter of 2021 it was 5.", False),
    ],
)
def test_a_value_of_another_year_or_part_of_it_is_told(claim: str, question: str, quote: str, other: bool) -> None:
    assert is_of_other_period(claim, question, quote) is other


FEBRUARY = "Minutes of 11 February 2025\nminutes_2025-02-11.md"
MAY = "Minutes of 20 May 2025\nminutes_2025-05-20.md"


@pytest.mark.parametrize(
    ("heading", "other", "question", "gives"),
    [
        (FEBRUARY, MAY, "When does it begin?", True),
        (MAY, FEBRUARY, "When does it begin?", False),
        # the one that is asked for holds
        (FEBRUARY, MAY, "What was decided in February 2025?", False),
        (MAY, FEBRUARY, "What was decided in February 2025?", True),
        (MAY, FEBRUARY, "What was decided in February?", True),
        (MAY, FEBRUARY, "What was decided on 11 February?", True),
        (MAY, FEBRUARY, "What was decided on 12 February?", False),
        (FEBRUARY, MAY, "What was decided in March 2025?", True),
        (FEBRUARY, MAY, "What changed from February to May 2025?", True),
        # a series by its title, dated in the title or the path
        ("Minutes\nminutes_2025-02-11.md", "Minutes\nminutes_2025-05-20.md", "When?", True),
        ("周报 2025年3月4日", "周报 2025年3月11日", "什么时候？", True),
        ("Minutes of 11 February 2025", "Plan of 20 May 2025", "When?", False),
        ("Minutes of 11 February 2025", "Minutes", "When?", False),
        ("Minutes", "Minutes of 11 February 2025", "When?", False),
        (FEBRUARY, FEBRUARY, "When?", False),
    ],
)
def test_of_a_series_the_later_holds_or_the_one_that_is_asked_for(
    heading: str, other: str, question: str, gives: bool
) -> None:
    assert gives_way(heading, other, question) is gives
