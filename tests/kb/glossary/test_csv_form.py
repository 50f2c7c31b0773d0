"""CSV: a glossary in and out, and what is wrong with one, with its line."""

from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.glossary.csv_form import MOST_MB, decoded, entries_of, text_of_new
from kb.glossary.entries import MOST_ENTRIES, NewEntry, check_together, checked

ROOT = Path(__file__).parents[3]
ENTRIES = [
    NewEntry("Paid Time Off", ("PTO", "带薪休假"), "Days off, with pay"),
    NewEntry("a|b", ("=1+1", "c\\d"), "-x", ("hr/a|b.md", "hr/c.md")),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_table_comes_back_as_it_went_in_whatever_its_encoding(encoding: str) -> None:
    text = text_of_new(ENTRIES)
    back = entries_of(decoded(text.removeprefix("\ufeff").encode(encoding)))
    assert back == ENTRIES
    assert [(b.sources, a.sources) for a, b in zip(ENTRIES, back, strict=True)] == [
        (None, None),
        (ENTRIES[1].sources,) * 2,
    ]


def test_no_cell_is_a_formula() -> None:
    assert "\n=1" not in text_of_new([NewEntry("=cmd()", ("x1",))])
    assert entries_of(text_of_new([NewEntry("=cmd()", ("x1",))]))[0].term == "=cmd()"


def test_columns_have_chinese_names_and_other_signs_between_them() -> None:
    assert entries_of("术语;简称;定义\n带薪休假;PTO|休假;有工资\n") == [NewEntry("带薪休假", ("PTO", "休假"), "有工资")]
    assert entries_of("term,forms,forms\nA b,C1,D1\n")[0].forms == ("C1", "D1")


@pytest.mark.parametrize(("text", "said"), [
    ("", "is empty"), ("\ufeff \n", "is empty"), ("word,forms\nA,B\n", "'word'"), ("forms\nB\n", "one column `term`"),
    ("term,forms\nOne,O1\n,X1\n", "no term in line 3"), ("term,forms\nOne,O1,more\n", "3 cells in line 2"),
    ('term,forms\n"One,O1\n', "no CSV in line"),
    ("term\n" + "".join(f"word {n}\n" for n in range(100_000)), f"more than {MOST_ENTRIES:,} rows"),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"glossary file") as raised:
        entries_of(text)
    assert said in str(raised.value)


@pytest.mark.parametrize("content", [b"term\n\xff\xff\xff", b"PK\x03\x04\x00\x00\x00", b"x" * (MOST_MB << 20) + b"x"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"no text in|larger than"):
        decoded(content)


def test_terms_that_stand_twice_or_in_a_circle_are_named() -> None:
    twice = entries_of("term,forms\nPaid Time Off,PTO\nLeave,AL\npaid time off,Vacation\n")
    with pytest.raises(UsageError, match=r"'paid time off' \(line 4\) is there twice, first as .*line 2"):
        check_together(twice)
    circle = entries_of("term,forms\nAlpha,Beta\nBeta,Gamma\nGamma,alpha\nDelta,Alpha\n")
    with pytest.raises(UsageError, match=r"circle: Alpha → Beta → Gamma → Alpha"):
        check_together(circle)
    check_together(circle[1:])  # a chain is none
    with pytest.raises(UsageError, match=r"circle"):
        check_together(circle[1:3], [("Alpha", ["Beta"])])


def test_a_long_chain_is_looked_through_in_time() -> None:
    check_together([NewEntry(f"term {n}", (f"term {n + 1}",)) for n in range(MOST_ENTRIES)])


def test_the_terms_of_the_benchmark_are_a_glossary() -> None:
    terms = entries_of(decoded((ROOT / "benchmarks" / "glossary_terms.csv").read_bytes()))
    check_together([checked(term) for term in terms])
    assert len(terms) == 20
