"""Decoding: short texts and whole documents come out as they were written, in whatever encoding they were saved."""

import re
from pathlib import Path

import pytest

from ingest.document.decoding import actual_encoding, decode

ROOT = Path(__file__).parents[3]
WESTERN = [
    "Hans Müller", "£500", "25 °C", "it’s", "naïve", "5 €", "Item;Price\nTea;£5\n", "“Yes”, she said – twice…",
    "São João, informação", "Größe 36", "één of meer", "a été créé à l’école", "10 × 12 µm ± ½", "«\xa0oui\xa0»",
    "¿Qué?",
]  # fmt: skip
SIMPLIFIED = [
    "├── 合同\n│   └── 2024", "联系人：陈喆", "审批 OK", "登录", "①总则", "￥500", "姓名,年龄\n张三,20", "价格：500元",
    "礼貌地拒绝登录",
]  # fmt: skip
TRADITIONAL = ["報價單 2024\n單價 120 元", "合約編號：A-12", "聯絡人 王小明", "公司員工享有年假"]
JAPANESE = ["カタログ", "こんにちは", "価格は500円です", "請求書の件"]
KOREAN = ["안녕하세요", "회사 휴가 규정", "직원은 연차를 사용할 수 있습니다."]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (encoding, text)
        for encodings, texts in (
            (("cp1252", "utf-8"), WESTERN),
            (("gb18030", "utf-8", "utf-16"), SIMPLIFIED),
            (("cp950", "utf-8"), TRADITIONAL),
            (("cp932", "euc_jp"), JAPANESE),
            (("cp949",), KOREAN),
        )
        for encoding in encodings
        for text in texts
    ],
)
def test_a_few_words_tell_their_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["gb18030", "cp1252", "utf-8", "utf-16"])
def test_each_paragraph_of_the_samples_and_the_manual_is_read_in_every_encoding(encoding: str) -> None:
    files = [path for folder in ("sample_docs", "docs") for path in (ROOT / folder).rglob("*.*")]
    files = [path for path in files if path.suffix in (".md", ".txt", ".csv", ".html")]
    parts = {part.strip() for path in files for part in re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))}
    texts = [part for part in parts if not part.isascii() and part.encode(encoding, "ignore").decode(encoding) == part]

    assert texts
    assert [text for text in texts if decode(text.encode(encoding)) != text] == []


@pytest.mark.parametrize("end", [b"\xe5\xa4", b"\xff"])
def test_utf8_that_ends_in_the_middle_of_a_character_loses_that_one_only(end: bytes) -> None:
    assert decode("年假十五".encode() + end) == "年假十五"


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("iso-8859-1", "cp1252", "It’s €100"),
        ("gb2312", "gbk", "联系人：陈喆"),
        ("x-gbk", "gb18030", "𠮷野家"),
        ("Shift_JIS", "cp932", "①髙島"),
        ("big5", "cp950", "€ 碁盤"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("windows-1251", "windows-1251", "Отпуск"),
        ("no-such-charset", "cp1252", "café"),
        ("hex", "cp1252", "café"),
    ],
)
def test_a_declared_encoding_stands_for_what_programs_write_under_its_name(
    declared: str, encoding: str, text: str
) -> None:
    assert decode(text.encode(encoding), declared) == text


def test_an_encoding_that_is_not_known_is_none() -> None:
    assert actual_encoding("no-such-charset") == actual_encoding("") == actual_encoding("a\0") == ""
