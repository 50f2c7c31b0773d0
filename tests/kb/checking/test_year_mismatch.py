"""An older edition does not answer where a newer one is shown, unless it is asked for."""

import pytest

from kb.checking.year_mismatch import is_of_other_period, is_other_edition

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
