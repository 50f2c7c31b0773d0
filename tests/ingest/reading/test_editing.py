"""Corrections as a function of what was read: what they did not touch stays the same words in its place."""

from random import Random

import pytest

from ingest.reading.editing import cut, with_correction, with_edits
from ingest.reading.messages import ReadDocument
from kb.editing.passages import Edit
from kb.editing.shifts import shift_between
from kb.schema import Chunk, DocumentText, Heading, PageSpan, RecognisedPage, WordBox

PAGES = 4
LINES = 12
LINE = "Line {0} of page {1} says that the pump number {0}{1} is red."


def document() -> ReadDocument:
    """Pages with a heading each, whose lines were recognised, cut into overlapping chunks of three lines."""
    text, pages, headings, recognised, chunks = "", [], [], [], list[Chunk]()
    for page in range(1, PAGES + 1):
        text += "\n\n" if text else ""
        start, boxes, lines = len(text), [], list[tuple[int, int]]()
        headings.append(Heading(start, 1, f"Part {page}"))
        for number, line in enumerate([f"Part {page}", *(LINE.format(n, page) for n in range(LINES))]):
            text += "\n" if number else ""
            lines.append((len(text), len(text) + len(line)))
            boxes.append(WordBox(len(text) - start, len(text) - start + len(line), 0, number * 9, 100, number * 9 + 8))
            text += line
        pages.append(PageSpan(page, start, len(text)))
        recognised.append(RecognisedPage(page, 0, tuple(boxes)))
        for at in range(0, len(lines) - 1, 2):
            first, last = lines[at][0], lines[min(at + 2, len(lines) - 1)][1]
            words = text[first:last]
            chunks.append(Chunk(first, last, words, f"scan > Part {page}\n{words}", page, f"Part {page}"))
    content = DocumentText(text, "Scan", "application/pdf", tuple(pages), tuple(headings), tuple(recognised))
    return ReadDocument("scan.pdf", "ab" * 32, 10, content, tuple(chunks), tuple(c.text for c in chunks))


def some_correction(random: Random, text: str) -> str:
    """Another text: a word changed, put in or taken out, at the beginning, within or at the end; or all of it."""
    words = text.split(" ")
    at = random.choice([0, len(words) - 1, random.randrange(len(words))])
    kind = random.choice(["change", "insert", "append", "delete", "lines", "all"])
    if kind == "change":
        words[at] = "蓝色的泵 blue"
    elif kind == "insert":
        words.insert(at, "very")
    elif kind == "append":
        words.append("And it is 3 m high.")
    elif kind == "delete" and len(words) > 1:
        del words[at]
    elif kind == "lines":
        words.insert(at, "one\ntwo\n\nthree")
    else:
        words = ["Nothing", "of", "it."]
    return " ".join(words).strip()


def boxes_of(read: ReadDocument) -> list[tuple[int, int, str]]:
    """Where in the text the words of each box stand, and which they are."""
    begins = {page.number: page.start for page in read.content.pages}
    found = [(begins[page.number], box) for page in read.content.recognised for box in page.places]
    spans = [(first + box.start, first + box.end) for first, box in found]
    return [(start, end, read.content.text[start:end]) for start, end in spans]


def check_places(read: ReadDocument) -> None:
    """Everything lies within the text, in order, and each chunk is what stands there, on its page."""
    text, at = read.content.text, 0
    for page in read.content.pages:
        assert at <= page.start <= page.end <= len(text)
        at = page.end
    assert [h.start for h in read.content.headings] == sorted(h.start for h in read.content.headings)
    for chunk in read.chunks:
        assert chunk.text == text[chunk.start : chunk.end] == chunk.text.strip()
        assert chunk.embedded_text == f"scan > {chunk.section}\n{chunk.text}"
        page = read.content.pages[(chunk.page or 1) - 1]
        assert page.start <= chunk.start < chunk.end <= page.end


@pytest.mark.parametrize("seed", range(60))
def test_what_is_not_corrected_stays_the_same_words(seed: int) -> None:
    random, read = Random(seed), document()
    for _ in range(6):
        chunk = random.choice(read.chunks)
        after = some_correction(random, chunk.text)
        if not after or after == chunk.text:
            continue
        now = with_correction(read, chunk.start, chunk.text, after)
        check_places(now)
        shift = shift_between(chunk.start, chunk.text, after)
        assert now.content.text == read.content.text[: chunk.start] + after + read.content.text[chunk.end :]
        untouched = [c for c in read.chunks if c.end <= shift.start or c.start >= shift.end]
        kept = {(c.text, c.embedded_text, c.page) for c in now.chunks}
        assert {(c.text, c.embedded_text, c.page) for c in untouched} <= kept
        by = len(now.content.text) - len(read.content.text)
        assert {(c.start, c.end) for c in now.chunks} >= {
            (c.start, c.end) if c.end <= shift.start else (c.start + by, c.end + by) for c in untouched
        }
        assert any(c.text == after for c in now.chunks)
        for (start, end, words), (_, _, later_words) in zip(boxes_of(read), boxes_of(now), strict=True):
            if end <= shift.start or start >= shift.end:
                assert later_words == words
        later = {heading.start: heading for heading in now.content.headings}
        for heading in later.values():
            assert now.content.text[heading.start :].startswith(heading.text)
        for heading in read.content.headings:
            if shift.end <= heading.start or shift.start > heading.start + len(heading.text):
                assert later[shift.begin(heading.start)].text == heading.text
        read = now


@pytest.mark.parametrize(
    ("before", "after", "headings"),
    [
        ("## Hours\n\nAt 7:45.", "## Hours of work\n\nAt 7:45.", [(5, "Hours of work")]),
        ("## Hours\n\nAt 7:45.", "## Opening Hours\n\nAt 7:45.", [(5, "Opening Hours")]),
        ("## Hours\n\nAt 7:45.", "### Times\n\nAt 8:15.", [(5, "Times")]),
        ("## Hours\n\nAt 7:45.", "## Hours\n\nAt 8:15.", [(5, "Hours")]),
        ("## Hours\n\nAt 7:45.", "At 7:45.", []),
        ("## Hours\n\nAt 7:45.", "One.\nTwo.\n## Hours\n\nAt 7:45.", [(15, "Hours")]),
        ("## Hours\n\nAt 7:45.", "\n\nAt 7:45.", []),
    ],
)
def test_a_heading_has_the_words_of_its_line(before: str, after: str, headings: list[tuple[int, str]]) -> None:
    content = DocumentText(f"# A\n\n{before}\n\n# B\n", "", "text/markdown", (), (
        Heading(0, 1, "A"), Heading(5, 2, "Hours"), Heading(5 + len(before) + 2, 1, "B")
    ))  # fmt: skip
    now = shift_between(5, before, after).content(content)
    assert now.text == f"# A\n\n{after}\n\n# B\n"
    found = [(heading.start, heading.text) for heading in now.headings]
    assert found == [(0, "A"), *headings, (5 + len(after) + 2, "B")]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_edits_of_the_same_text_give_the_same(seed: int) -> None:
    """One after the other, as editors did them, or all at once when the file is read again."""
    random, base = Random(seed), document()
    read, edits = base, list[Edit]()
    for number in range(5):
        chunk = random.choice(read.chunks)
        after = some_correction(random, chunk.text)
        if after and after != chunk.text:
            edits.append(Edit(number, "corrected", chunk.start, chunk.end, chunk.text, after, "ed"))
            read = with_correction(read, chunk.start, chunk.text, after)
    done = with_edits(base, edits)
    assert done.lost == 0
    assert done.document.content == read.content
    assert done.document.chunks == read.chunks
    again = with_edits(read, edits, has_corrections=True)
    assert again.document.chunks == read.chunks


def test_a_word_changed_is_all_that_is_embedded_anew() -> None:
    read = document()
    chunk = read.chunks[1]
    now = with_correction(read, chunk.start, chunk.text, chunk.text.replace("pump number 21", "pump number 99"))
    before = {c.embedded_text for c in read.chunks}
    assert 1 <= len({c.embedded_text for c in now.chunks} - before) <= 2  # with the one that repeats the line


def test_an_edit_whose_words_moved_is_carried_out_where_they_stand_and_lost_where_they_do_not() -> None:
    read = document()
    chunk = read.chunks[3]
    moved = Edit(1, "left_out", chunk.start + 5, chunk.end + 5, chunk.text, "", "ed")
    gone = Edit(2, "left_out", 0, 4, "No such words", "", "ed")
    done = with_edits(read, [moved, gone])
    assert (done.left_out, done.lost) == (frozenset({3}), 1)
    wrong = Edit(3, "corrected", 0, 4, "No such words", "x", "ed")
    assert with_edits(read, [wrong]).document == read


def test_a_part_of_a_row_keeps_its_label_and_the_next_one_has_none() -> None:
    text = "| 5 | red |\n| 6 | blue |"
    chunk = Chunk(0, len(text), text, "sheet > Pumps\nNo | Colour\nNorth | 5 | red |\n| 6 | blue |", None, "Pumps")
    first, second = cut(chunk, [12], "text/csv")
    assert first.embedded_text == "sheet > Pumps\nNo | Colour\nNorth | 5 | red |"
    assert second.embedded_text == "sheet > Pumps\nNo | Colour\n| 6 | blue |"
    assert (second.start, second.end, second.text) == (12, len(text), "| 6 | blue |")
