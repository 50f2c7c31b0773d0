"""Names: what a document is called when it says so itself, and when it does not."""

import pytest

from ingest.document.titles import chosen_title, cleaned_name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leave-policy_v2.docx", "leave policy v2"),
        ("HR/PerksPlus.pdf", "Perks Plus"),
        ("ACME_2023Q4_10-K.pdf", "ACME 2023Q4 10 K"),
        ("本地运行DeepSeek-R1指南.md", "本地运行DeepSeek R1指南"),
        ("员工手册（2024版）.pdf", "员工手册（2024版）"),
        ("report.2024-03-05.md", "report.2024-03-05"),
        ("10.1234", "10.1234"),
        ("Makefile", "Makefile"),
    ],
)
def test_a_file_name_is_read_as_words(name: str, words: str) -> None:
    assert cleaned_name(name) == words


def test_folders_come_before_the_name_where_they_are_asked_for() -> None:
    assert cleaned_name("HR/travel-and-leave/overtime.md", folders=True) == "HR / travel and leave / overtime"


@pytest.mark.parametrize(
    "junk", ["", "untitled", "Document1", "PowerPoint Presentation", "无标题", "a.docx", "1234", "标题"]
)
def test_a_title_that_a_program_left_gives_way_to_the_name(junk: str) -> None:
    assert chosen_title(junk, "x/annual-report.pdf") == "annual report"


def test_a_title_of_ones_own_is_kept_on_one_line() -> None:
    assert chosen_title(" Annual\n report ", "x.pdf") == "Annual report"
