"""The language of a text, its sentences, and its compatibility form."""

import pytest

from kb.language.language import language_of, languages_within, nfkc, sentences


@pytest.mark.parametrize(
    "text",
    [
        "CEO是谁？",
        "WiFi 密码？",
        "HR 电话",
        "PTO政策",
        "用 Git 吗",
        "ERP 和 CRM 区别？",
        "如何 reset password？",
        "产假多少天？",
    ],
)
def test_a_short_question_with_foreign_names_is_chinese(text: str) -> None:
    assert language_of(text) == "zh"


@pytest.mark.parametrize("text", ["Who is 张伟?", "What does 年假 mean?", "Is 王芳 in Berlin?", "42", ""])
def test_english_grammar_with_a_chinese_name_is_english(text: str) -> None:
    assert language_of(text) == "en"


def test_a_figure_set_above_another_stays_apart() -> None:
    assert nfkc("５００¹ ms, 25 m²") == "500  ms, 25 m2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("No. At most 5 days.", ["No.", "At most 5 days."]),
        ("See no. 5 and No. BC-17 there.", ["See no. 5 and No. BC-17 there."]),
        ("The fee is 2 %, min. 5.00, max. 40.", ["The fee is 2 %, min. 5.00, max. 40."]),
        ("Press it for 5 min. 20 bar are enough.", ["Press it for 5 min.", "20 bar are enough."]),
        ("Really?! Yes... it is 2.5.", ["Really?!", "Yes...", "it is 2.5."]),
        ('He said "no." Then', ['He said "no."', "Then"]),
        ("她主持《出发！去远方》和〈明天见？〉。每周一次！", ["她主持《出发！去远方》和〈明天见？〉。", "每周一次！"]),
        ("她主持《出发！》节目。", ["她主持《出发！》节目。"]),
        ("她说《出发！\n真好》。", ["她说《出发！", "真好》。"]),  # no title goes over a line
    ],
)
def test_sentences_end_where_they_end(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == found


def test_a_title_is_no_longer_than_titles_are() -> None:
    long = "很" * 90
    assert len(sentences(f"她说《{long}！{long}》。再见。")) == 3
    assert len(sentences("《" * 300_000 + "！》")) == 1


def test_a_long_run_of_dots_is_read_in_one_pass() -> None:
    text = "see " + "." * 300_000 + "5"
    assert sentences(text) == [(0, len(text))]


SQL = "SELECT c.name, c.city FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total IN (1, 2);"
OUTPUT = (
    "+------+-------------+\n| Field | Type |\n+------+-------------+\n| city | varchar(20) |\nERROR 1048 (23000): Bad"
)
PROSE = "This policy applies to all of the people who work in the office. You may ask the front desk if it is closed."


def test_code_in_a_chinese_document_is_chinese_and_a_section_in_english_is_not() -> None:
    manual = ["在集群中执行以下语句。", SQL, OUTPUT, "该列不能为空。", PROSE, "42"]
    assert languages_within(manual) == ["zh", "zh", "zh", "zh", "en", "zh"]


@pytest.mark.parametrize("chinese", [0, 1])
def test_a_document_that_is_hardly_chinese_keeps_its_languages(chinese: int) -> None:
    parts = ["公司的地址在上海。"] * chinese + [SQL] * 5
    assert languages_within(parts) == [language_of(part) for part in parts]


def test_a_document_of_one_fifth_chinese_parts_is_chinese() -> None:
    assert languages_within(["公司的地址在上海。", *[SQL] * 4]) == ["zh"] * 5
    assert languages_within([]) == []


@pytest.mark.parametrize(("share", "language"), [(0.07, "zh"), (0.14, "en")])
def test_prose_is_told_by_the_words_that_only_sentences_have(share: float, language: str) -> None:
    words = ["the"] * round(share * 100) + ["table"] * round((1 - share) * 100)
    assert languages_within(["公司的地址在上海。", " ".join(words)]) == ["zh", language]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("She won the U.S. Open on Tuesday.", 1),
        ("It will be held on Nov. 18, 2020.", 1),
        ("He lives in the U.S. The weather is fine.", 2),
        ("It closes in Nov. Then it opens.", 2),
    ],
)
def test_initials_and_months_before_a_number_end_no_sentence(text: str, parts: int) -> None:
    assert len(sentences(text)) == parts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is 45 m. Keep away.", ["It is 45 m.", "Keep away."]),
        ("It is 45m. Keep away.", ["It is 45m.", "Keep away."]),
        ("It needs 5 V. Do not touch.", ["It needs 5 V.", "Do not touch."]),
        # in small letters, or before a number, the sentence goes on, and an initial ends none
        ("It is 45 m. long.", ["It is 45 m. long."]),
        ("It is 45 m. 3 are red.", ["It is 45 m. 3 are red."]),
        ("J. Keller is here.", ["J. Keller is here."]),
    ],
)
def test_a_unit_of_one_letter_ends_a_sentence(text: str, found: list[str]) -> None:
    assert [text[start:end].strip() for start, end in sentences(text)] == found
