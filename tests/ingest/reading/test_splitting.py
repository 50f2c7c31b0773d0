"""Splitting: chunks are exact cuts of the text, sized in tokens, and break where a reader would break."""

import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from tokenizers import Tokenizer

from ingest.document.parsed import Heading, Parsed, Table, TextBuilder
from ingest.plain.markdown_text import markdown
from ingest.reading.sentences import PARAGRAPH, SENTENCE, boundaries
from ingest.reading.splitting import split
from kb.config import SplittingSettings
from kb.schema import Chunk, PageSpan, StoredText
from kb.store.heading_paths import path_at

Count = Callable[[str], int]
SETTINGS = SplittingSettings()
SENTENCES_EN = [
    "The committee meets on the first Monday of each month.",
    "Dr. Lee reported a rise of 3.5 percent in Q2!",
    "Who approves travel above $1,200.50?",
    "Requests are answered within five working days, as the policy says; exceptions need a director's signature.",
]
SENTENCES_ZH = [
    "员工每年享有十五天带薪年假。",
    "请假超过三天的，须由部门经理和人事部共同批准！",
    "差旅费用如何报销？",
    "凭证应在返回后十个工作日内提交；逾期不予受理。",
]


@pytest.fixture
def count(tokenizer: Tokenizer) -> Count:
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def plain(text: str) -> Parsed:
    return Parsed(text, "", "text/plain")


def assert_sound(parsed: Parsed, chunks: list[Chunk]) -> None:
    covered = bytearray(len(parsed.text))
    for chunk in chunks:
        assert chunk.text == parsed.text[chunk.start : chunk.end]
        assert chunk.text
        assert chunk.text == chunk.text.strip()
        covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
        if chunk.page is not None:
            page = parsed.pages[chunk.page - 1]
            assert page.start <= chunk.start
            assert chunk.end <= page.end
    lost = [at for at, character in enumerate(parsed.text) if not character.isspace() and not covered[at]]
    assert not lost, f"not in any chunk: {lost[:10]}"
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)


def random_document(rng: random.Random) -> Parsed:
    """Prose in two languages, tables, headings, pages, and all that does not look like prose."""
    out = TextBuilder()
    paged = rng.random() < 0.5
    for page in range(1, rng.randint(2, 5)):
        if paged:
            out.begin_page(page)
        for _ in range(rng.randint(0, 6)):
            kind = rng.randrange(7)
            if kind == 0:
                out.heading(rng.choice(("Leave", "请假制度", "Costs " * rng.randint(1, 30))), rng.randint(1, 4))
            elif kind == 1:
                rows = [
                    [str(rng.randint(0, 10**6)) for _ in range(rng.randint(1, 6))] for _ in range(rng.randint(1, 60))
                ]
                out.table([["name", "数量"], *rows], header=rng.random() < 0.7)
            elif kind == 2:
                alphabet = "ab \n\t。.!?😀\u00ad\ufffe龘\u0301|#-1é\u3000\x0c"
                out.block("".join(rng.choices(alphabet, k=rng.randint(1, 3000))))
            elif kind == 3:
                out.block(rng.choice(("a", "好", "-", "word ", "𠮷")) * rng.randint(1, 6000))
            else:
                sentences = rng.choices(SENTENCES_EN + SENTENCES_ZH, k=rng.randint(1, 30))
                out.block(rng.choice((" ", "\n", "")).join(sentences))
    return out.build("Title", "text/plain")


@pytest.mark.parametrize("seed", range(40))
def test_every_character_of_any_text_is_in_a_chunk_that_is_an_exact_cut(
    seed: int, tokenizer: Tokenizer, count: Count
) -> None:
    parsed = random_document(random.Random(seed))

    chunks = split(parsed, "some/file.txt", tokenizer, SETTINGS)

    assert_sound(parsed, chunks)
    # A cut may divide what was one token, so a chunk counted on its own may hold a few more.
    assert all(count(chunk.text) <= SETTINGS.chunk_tokens + 16 for chunk in chunks)
    assert all(count(chunk.embedded_text) <= 320 for chunk in chunks)


def test_an_empty_text_has_no_chunks(tokenizer: Tokenizer) -> None:
    assert split(plain(" \n \n"), "a.txt", tokenizer, SETTINGS) == []


def test_chunks_end_at_sentences_and_overlap_by_whole_ones(tokenizer: Tokenizer, count: Count) -> None:
    text = " ".join(f"Rule {number} says that item {number} is kept for {number} years." for number in range(100))

    chunks = split(plain(text), "rules.txt", tokenizer, SETTINGS)

    assert len(chunks) > 4
    for chunk, following in pairwise(chunks):
        assert chunk.text.endswith("years.")
        assert following.text.startswith("Rule")
        overlap = text[following.start : chunk.end]
        assert 0 < count(overlap) <= SETTINGS.overlap_tokens


def test_chinese_is_cut_at_its_own_punctuation(tokenizer: Tokenizer) -> None:
    text = "".join(f"第{number}项规定适用于所有员工，包括试用期员工。" for number in range(120))

    chunks = split(plain(text), "rules.txt", tokenizer, SETTINGS)

    assert all(chunk.text.endswith("。") for chunk in chunks)


def test_abbreviations_numbers_and_initials_do_not_end_a_sentence() -> None:
    text = "Dr. J. Smith paid 3.14 e.g. for Fig. 2 in the U.S. market. Then he left. 1. Scope is next."

    ends = [offset for offset, _ in boundaries(text)]

    assert text[: ends[0]] == "Dr. J. Smith paid 3.14 e.g. for Fig. 2 in the U.S. market. "
    assert text[ends[0] : ends[1]] == "Then he left. "


def test_the_title_of_a_work_is_not_cut() -> None:
    text = "她主持《出发！去远方》和《明天见？》节目。然后休息。"

    assert [text[:end] for end, _ in boundaries(text)] == [text[: text.index("然")], text]


def test_behind_the_title_of_a_work_paragraphs_and_lines_end() -> None:
    paragraphs = "他推荐《出发！》\n\n第二章 请假制度。"
    assert [*boundaries(paragraphs)] == [(paragraphs.index("第"), PARAGRAPH), (len(paragraphs), SENTENCE)]
    listed = "书单：\n- 《怎么办？》\n- 《出发！》\n- 《谁之罪？》\n"
    assert [listed[end:].partition("\n")[0] for end, _ in boundaries(listed)] == [
        "- 《怎么办？》", "- 《出发！》", "- 《谁之罪？》", "",
    ]  # fmt: skip


def test_a_chunk_never_crosses_a_page(tokenizer: Tokenizer) -> None:
    first, second = "First page. " * 30, "Second page. " * 30
    text = f"{first}\n\n{second}"
    pages = (PageSpan(1, 0, len(first)), PageSpan(2, len(first) + 2, len(text)))

    chunks = split(Parsed(text, "", "application/pdf", pages), "a.pdf", tokenizer, SETTINGS)

    assert {chunk.page for chunk in chunks} == {1, 2}
    assert all("First" not in chunk.text or "Second" not in chunk.text for chunk in chunks)


def test_a_section_stands_in_its_own_chunk_with_its_heading_path(tokenizer: Tokenizer) -> None:
    body = " ".join(SENTENCES_EN * 2)
    parsed = markdown(f"# Handbook\n\n## Leave\n\n{body}\n\n## Travel\n\n### Flights\n\n{body}\n")

    chunks = split(parsed, "handbook.md", tokenizer, SETTINGS)

    assert [chunk.section for chunk in chunks] == ["Handbook > Leave", "Handbook > Travel > Flights"]
    assert chunks[1].text.startswith("## Travel")


def test_small_sections_under_one_parent_share_a_chunk(tokenizer: Tokenizer) -> None:
    parsed = markdown("# Terms\n\n" + "\n\n".join(f"## Term {n}\n\nIt means {n}." for n in range(8)))

    chunks = split(parsed, "terms.md", tokenizer, SETTINGS)

    assert len(chunks) == 1
    assert chunks[0].section == "Terms"


def test_a_place_in_a_chunk_of_several_sections_is_named_by_its_own(tokenizer: Tokenizer) -> None:
    parsed = markdown("# 第三章 交通标准\n\n坐二等座。\n\n# 第四章 伙食补助\n\n每天一百元。\n")
    (chunk,) = split(parsed, "travel.md", tokenizer, SETTINGS)
    stored = StoredText("docs", "travel.md", 1, "", "text/markdown", "0", parsed.text, ())
    assert chunk.section == path_at(stored, parsed.headings, chunk.start) == "第三章 交通标准"
    assert path_at(stored, parsed.headings, parsed.text.index("每天")) == "第四章 伙食补助"


def test_a_heading_stays_with_the_text_under_it(tokenizer: Tokenizer) -> None:
    body = " ".join(SENTENCES_EN * 8)
    parsed = markdown(f"# A\n\n{body}\n\n# B\n\n## C\n\n{body}\n")

    chunks = split(parsed, "x.md", tokenizer, SETTINGS)

    assert any(chunk.text.startswith("# B\n\n## C\n\nThe committee") for chunk in chunks)


def test_a_table_is_cut_between_rows_and_repeats_its_header(tokenizer: Tokenizer) -> None:
    header = "Product | Price | Stock"
    rows = "\n".join(f"Item number {n} | {n * 10} | {n * 3}" for n in range(80))
    text = f"{header}\n{rows}"
    parsed = Parsed(text, "", "text/csv", tables=(Table(0, len(text), header),))

    chunks = split(parsed, "stock.csv", tokenizer, SETTINGS)

    assert len(chunks) > 3
    assert chunks[0].text.startswith(header)
    assert chunks[0].header == ""
    for chunk in chunks[1:]:
        assert chunk.header == header
        assert f"\n{header}\nItem number" in chunk.embedded_text
        assert all(line.count(" | ") == 2 for line in chunk.text.split("\n"))


def test_a_table_may_carry_a_header_that_stands_above_it(tokenizer: Tokenizer) -> None:
    parsed = Parsed("a | 1\nb | 2", "", "text/csv", tables=(Table(0, 11, "Name | Count"),))

    (chunk,) = split(parsed, "x.csv", tokenizer, SETTINGS)

    assert chunk.header == "Name | Count"
    assert "Name | Count\na | 1" in chunk.embedded_text


def test_a_line_of_ten_thousand_characters_is_cut_by_tokens(tokenizer: Tokenizer, count: Count) -> None:
    for monster in ("x" * 10_000, "好" * 10_000, "0123456789" * 1_000, "word " * 2_000):
        chunks = split(plain(monster), "a.txt", tokenizer, SETTINGS)

        assert_sound(plain(monster), chunks)
        assert all(count(chunk.embedded_text) <= 320 for chunk in chunks)


def test_unmarked_rows_of_figures_are_cut_between_lines(tokenizer: Tokenizer) -> None:
    rows = [f"Segment {n} 1,204 {n * 31} (45) 7.5" for n in range(60)]

    chunks = split(plain("\n".join(rows)), "report.pdf", tokenizer, SETTINGS)

    assert len(chunks) > 2
    assert all(set(chunk.text.split("\n")) <= set(rows) for chunk in chunks)


def test_context_names_the_document_and_the_section_within_its_budget(tokenizer: Tokenizer, count: Count) -> None:
    text = "Some text."
    headings = (Heading(0, 1, "A very long heading " * 40), Heading(0, 2, "Sick leave"))
    parsed = Parsed(text, "Staff handbook", "text/markdown", headings=headings)

    (chunk,) = split(parsed, "HR/policies_2024/leave-rules.md", tokenizer, SETTINGS)

    context = chunk.embedded_text.removesuffix("\nSome text.")
    assert "leave rules" in context
    assert "Staff handbook" in context
    assert context.endswith("Sick leave")
    assert count(context) <= SETTINGS.context_tokens


def test_a_page_without_headings_is_introduced_by_its_first_lines(tokenizer: Tokenizer) -> None:
    text = "Balance sheet\nDecember 31, 2022\n" + "Assets are listed below. " * 100
    parsed = Parsed(text, "", "application/pdf", (PageSpan(1, 0, len(text)),))

    chunks = split(parsed, "report.pdf", tokenizer, SETTINGS)

    assert len(chunks) > 1
    assert all("Balance sheet December 31, 2022" in chunk.embedded_text for chunk in chunks)
    assert "Balance sheet" not in chunks[-1].text


def test_hidden_hyphens_stay_in_the_text_and_are_gone_from_what_is_embedded(tokenizer: Tokenizer) -> None:
    (chunk,) = split(plain("The depart\ufffement of soft\u00adware."), "a.txt", tokenizer, SETTINGS)

    assert chunk.text == "The depart\ufffement of soft\u00adware."
    assert chunk.embedded_text.endswith("The department of software.")


def test_the_ends_of_lines_part_no_chinese_words_of_what_is_embedded(tokenizer: Tokenizer) -> None:
    lines = (
        "核电厂应当每隔十年进行一次全面的安",
        "全审查，结果报主管部门备案。",
        "请假须知",
        "员工每年享有十五天带薪年休假",
        "（一）另行",
    )
    rows = "甲部门负责的年度工作事项说明 | 备注\n乙部门负责的年度工作事项说明 | 无"
    (chunk,) = split(plain("\n".join([*lines, rows])), "a.txt", tokenizer, SETTINGS)

    assert chunk.text == "\n".join([*lines, rows])
    assert "全面的安全审查，结果报主管部门备案。\n请假须知\n员工" in chunk.embedded_text
    assert chunk.embedded_text.endswith(f"年休假\n（一）另行\n{rows}")


def test_xml_is_embedded_without_its_tags_and_kept_with_them(tokenizer: Tokenizer) -> None:
    source = "<country><name>Canada</name></country>"

    (chunk,) = split(Parsed(source, "", "application/xml"), "a.xml", tokenizer, SETTINGS)

    assert chunk.text == source
    assert chunk.embedded_text == "a\nname: Canada"


def test_settings_are_respected_down_to_no_context_and_no_overlap(tokenizer: Tokenizer, count: Count) -> None:
    settings = SplittingSettings(chunk_tokens=32, overlap_tokens=0, context_tokens=0)
    text = " ".join(SENTENCES_EN * 10)

    chunks = split(plain(text), "a.txt", tokenizer, settings)

    assert_sound(plain(text), chunks)
    assert all(chunk.embedded_text == chunk.text and count(chunk.text) <= 40 for chunk in chunks)
    assert all(first.end <= second.start for first, second in pairwise(chunks))


def test_splitting_is_fast(tokenizer: Tokenizer) -> None:
    parsed = plain("\n\n".join(" ".join(SENTENCES_EN + SENTENCES_ZH) for _ in range(1_000)))  # 400,000 characters
    started = time.process_time()

    split(parsed, "a.txt", tokenizer, SETTINGS)

    assert time.process_time() - started < 10


def test_a_piece_of_a_wide_row_has_its_label_and_the_header_of_its_own_columns(tokenizer: Tokenizer) -> None:
    header = " | ".join(f"heading of column {number}" for number in range(120))
    row = " | ".join(["the label", *(f"value {number * 7}" for number in range(1, 120))])
    text = f"{header}\n{row}"
    parsed = Parsed(text, "", "text/csv", tables=(Table(0, len(text), header),))

    chunks = split(parsed, "wide.csv", tokenizer, SplittingSettings())

    pieces = [chunk for chunk in chunks if chunk.start > text.index("value 210")]
    assert len(pieces) >= 2
    for chunk in pieces:
        number = int(chunk.text.removeprefix("| ").split(" | ")[0].removeprefix("value ")) // 7
        assert f"\nheading of column 0 | heading of column {number} | " in chunk.embedded_text
        assert f"\nthe label | value {number * 7} | " in chunk.embedded_text
        assert chunk.header == header


def test_a_row_that_goes_on_in_another_chunk_has_its_label_there_without_a_header_too(tokenizer: Tokenizer) -> None:
    rows = [" | ".join([f"label {row}", *(f"value {row}-{number}" for number in range(60))]) for row in range(3)]
    text = "\n".join(rows)

    chunks = split(Parsed(text, "", "text/csv", tables=(Table(0, len(text), ""),)), "a.csv", tokenizer, SETTINGS)

    assert len(chunks) > 3
    for chunk in chunks:
        row = text[: chunk.start].count("\n")
        assert f"label {row} | " in chunk.embedded_text
