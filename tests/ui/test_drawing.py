"""Drawing pages: the words are marked on scans and images too, and a hostile file costs no more than its picture."""

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from ingest.reading import read_bytes
from kb.config import IngestSettings
from kb.schema import PageSpan, StoredText
from tests.ingest.test_ocr import LINES, picture, saved
from ui import drawing, image_page
from ui.drawing import Drawings, is_drawn
from ui.picture import PageError, PageRequest


@pytest.fixture(scope="module")
def drawings() -> Iterator[Drawings]:
    drawings = Drawings()
    yield drawings
    drawings.close()
    assert drawings.pids == []


def stored_as(path: Path, content: bytes) -> StoredText:
    path.write_bytes(content)
    parsed = read_bytes(content, IngestSettings(), name=path.name)
    return StoredText("c", path.name, 1, "", parsed.media_type, path.name, parsed.text, parsed.pages)


def rows(marks: Sequence[tuple[float, ...]], height: int) -> list[int]:
    """Which of the lines of `picture` are under the marks."""
    return [round(((mark[1] + mark[3]) / 2 * height - 55) / 60) for mark in marks]


@pytest.mark.parametrize(("form", "turned"), [("PDF", 0), ("PNG", 90)])
def test_the_words_of_a_scan_are_marked_where_they_stand(
    drawings: Drawings, tmp_path: Path, form: str, turned: int
) -> None:
    path = tmp_path / f"scan.{form}"
    stored = stored_as(path, saved(picture(LINES).rotate(turned, expand=True), form))
    start, end = stored.text.index("3 days"), stored.text.index("Costs") + 5

    drawn = drawings.draw(path, stored, 1, start, end)

    assert rows(drawn.marks, 400) == [1, 2]
    (left, *_), (_, _, right, _) = drawn.marks
    assert left > 0.25  # "The office decides in" is not marked
    assert right < 0.3  # nor "up to 1,250 EUR are paid"


def test_an_image_is_drawn_upright_and_a_page_without_the_words_is_bare(drawings: Drawings, tmp_path: Path) -> None:
    path = tmp_path / "note.png"
    stored = stored_as(path, saved(picture(LINES[:1]), "PNG"))
    bare, marked = (drawings.draw(path, stored, 1, 0, end) for end in (0, 7))
    assert bare.marks == ()
    assert len(marked.marks) == 1
    assert drawings.draw(path, stored, 1, 0, 7) is marked  # kept
    other = StoredText(
        "c", "b.png", 1, "", "image/png", "b", "Words it does not hold", (PageSpan(1, 0, 22, 0.9, True),)
    )
    assert drawings.draw(path, other, 1, 0, 5).marks == ()
    with pytest.raises(PageError, match="no page 2"):
        drawings.draw(path, stored, 2, 0, 0)


def test_a_file_that_is_none_is_told(drawings: Drawings, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"no file of any kind")
    for media_type in ("application/pdf", "image/png"):
        stored = StoredText("c", "a", 1, "", media_type, media_type, "x", (PageSpan(1, 0, 1),))
        with pytest.raises(PageError):
            drawings.draw(path, stored, 1, 0, 0)


def test_a_page_that_ends_its_process_or_hangs_is_told_and_the_next_is_drawn(
    drawings: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, good = tmp_path / "pipe.png", tmp_path / "good.png"
    os.mkfifo(pipe)  # nobody writes to it: opening it never ends
    good.write_bytes(saved(picture(LINES[:1]), "PNG"))
    page = (PageSpan(1, 0, 1),)
    monkeypatch.setattr(drawing, "_SECONDS", 0.5)
    with pytest.raises(PageError, match="longer than"):
        drawings.draw(pipe, StoredText("c", "a", 1, "", "image/png", "pipe", "x", page), 1, 0, 0)
    monkeypatch.undo()
    assert drawings.draw(good, StoredText("c", "a", 1, "", "image/png", "one", "x", page), 1, 0, 0).png
    for pid in drawings.pids:
        os.kill(pid, signal.SIGSEGV)  # as a library does on a hostile file
    assert drawings.draw(good, StoredText("c", "a", 1, "", "image/png", "two", "x", page), 1, 0, 0).png


def test_a_scan_is_shown_though_recognition_takes_too_long(
    drawings: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[PageRequest] = []

    def draw(self: object, request: PageRequest, seconds: float) -> object:
        asked.append(request)
        if request.ocr:
            raise PageError("it took longer than 90 s")
        return image_page.draw(request)

    monkeypatch.setattr(drawing._Drawer, "draw", draw)
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("RGB", (300, 200), "white"), "PNG"))
    stored = StoredText("c", "a", 1, "", "image/png", "slow", "x", (PageSpan(1, 0, 1, 0.9, True),))
    assert drawings.draw(path, stored, 1, 0, 1).png
    assert [request.ocr for request in asked] == [True, False]


def test_pdfs_and_images_are_drawn_and_nothing_else() -> None:
    drawn = [
        is_drawn(form) for form in ("application/pdf", "image/tiff", "image/heic", "text/plain", "application/zip")
    ]
    assert drawn == [True, True, True, False, False]
