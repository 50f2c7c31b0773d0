"""Drawing pages: the words are marked on scans and images too, and a hostile file costs no more than its picture."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from PIL import Image, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.reading.reading import read_bytes
from kb.config import IngestSettings
from kb.schema import PageSpan, RecognisedPage, StoredText
from tests.ingest.ocr.test_ocr import LINES, picture, saved
from tests.ui.serving import until
from ui.pictures import render_pool
from ui.pictures.page_picture import PageError, Printed
from ui.pictures.render_pool import WORD, Drawings, is_drawn


@pytest.fixture(scope="module")
def drawings() -> Iterator[Drawings]:
    drawings = Drawings()
    yield drawings
    drawings.close()
    assert drawings.pids == []


Read = tuple[StoredText, dict[int, RecognisedPage]]


def stored_as(path: Path, content: bytes) -> Read:
    """A file as it is stored, with what was recognised on its pages."""
    path.write_bytes(content)
    parsed = read_bytes(content, IngestSettings(), name=path.name)
    stored = StoredText("c", path.name, 1, "", parsed.media_type, path.name, parsed.text, parsed.pages)
    return stored, {page.number: page for page in parsed.recognised}


def rows(marks: Sequence[tuple[float, ...]], height: int) -> list[int]:
    """Which of the lines of `picture` are under the marks."""
    return [round(((mark[1] + mark[3]) / 2 * height - 55) / 60) for mark in marks]


def lying(image: Image.Image) -> bytes:
    """A PDF whose page lies on its side and shows a part of itself; turned as it says, it is filled by `image`."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(1000, 500), cropBox=(50, 40, 450, 940))  # as it is seen, and as it is written
    canvas.setPageRotation(90)
    canvas.drawImage(ImageReader(image.rotate(90, expand=True)), 50, 40, 400, 900)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", saved(picture(LINES), "PDF")),
        ("turned.pdf", saved(picture(LINES).rotate(180), "PDF")),
        ("lying.pdf", lying(picture(LINES))),
        ("turned.png", saved(picture(LINES).rotate(90, expand=True), "PNG")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_words_of_a_scan_are_marked_where_they_stand(
    drawings: Drawings, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    stored, recognised = stored_as(path, content)
    start, end = stored.text.index("3 days"), stored.text.index("Costs") + 5

    drawn = drawings.draw(path, stored, 1, start, end, recognised[1])

    assert rows(drawn.marks, 400) == [1, 2]
    (left, *_), (_, _, right, _) = drawn.marks
    assert left > 0.25  # "The office decides in" is not marked
    assert right < 0.3  # nor "up to 1,250 EUR are paid"
    shown = Image.open(BytesIO(drawn.png)).convert("L")
    assert shown.width > 2 * shown.height  # upright, as it was read
    for x0, y0, x1, y1 in drawn.marks:
        written = shown.crop((x0 * shown.width, y0 * shown.height, x1 * shown.width, y1 * shown.height))
        assert written.getextrema()[0] < 100


@pytest.mark.parametrize("rotation", [0, 90])
def test_typed_words_and_those_of_a_picture_beside_them_are_marked(
    drawings: Drawings, tmp_path: Path, rotation: int
) -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(800, 600) if rotation else (600, 800))  # as it is seen; it is written alike
    canvas.setPageRotation(rotation)
    for at in range(8):
        canvas.drawString(60, 760 - 16 * at, f"Paragraph {at} of the page says that rule {at} applies to all of them.")
    shown = ImageReader(picture(LINES[:1], (700, 150)).rotate(rotation, expand=True))
    canvas.drawImage(shown, 100, 100, *((70, 350) if rotation else (350, 70)))  # half a point a pixel
    canvas.save()
    path = tmp_path / f"mixed{rotation}.pdf"
    stored, recognised = stored_as(path, buffer.getvalue())
    start, end = stored.text.rindex("rule"), stored.text.index("Fifteen days") + 12
    assert stored.text.count("Paragraph") == 8

    drawn = drawings.draw(path, stored, 1, start, end, recognised[1])

    assert len(drawn.boxes) == 1
    typed, read = drawn.marks
    length = ImageFont.load_default(30).getlength("Fifteen days") / 2
    if rotation:
        assert (typed[0] + typed[2]) / 2 == pytest.approx(764 / 800, abs=0.01)
        assert (read[0], read[2]) == pytest.approx((120 / 800, (120 + length) / 800), abs=0.015)
        assert (read[1] + read[3]) / 2 == pytest.approx((100 + 29) / 600, abs=0.01)
    else:
        assert (typed[1] + typed[3]) / 2 == pytest.approx(148 / 800, abs=0.01)
        assert (read[0], read[2]) == pytest.approx((120 / 600, (120 + length) / 600), abs=0.015)
        assert (read[1] + read[3]) / 2 == pytest.approx((800 - 170 + 29) / 800, abs=0.01)


def test_an_image_is_drawn_upright_and_a_page_without_the_words_is_bare(drawings: Drawings, tmp_path: Path) -> None:
    path = tmp_path / "note.png"
    stored, recognised = stored_as(path, saved(picture(LINES[:1]), "PNG"))
    bare, marked = (drawings.draw(path, stored, 1, 0, end, recognised[1]) for end in (0, 7))
    assert bare.marks == ()
    assert len(marked.marks) == 1
    assert drawings.draw(path, stored, 1, 0, 7, recognised[1]) is marked  # kept
    assert drawings.draw(path, stored, 1, 0, 7).marks == ()  # it was read before places were kept
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
    good = tmp_path / "good.png"
    good.write_bytes(saved(picture(LINES[:1]), "PNG"))
    page = (PageSpan(1, 0, 1),)
    assert drawings.draw(good, StoredText("c", "a", 1, "", "image/png", "none", "x", page), 1, 0, 0).png
    for pid in drawings.pids:
        os.kill(pid, signal.SIGSTOP)  # as where a library does not come to an end
    monkeypatch.setattr(render_pool, "_SECONDS", 0.5)
    with pytest.raises(PageError, match="longer than"):
        drawings.draw(good, StoredText("c", "a", 1, "", "image/png", "hangs", "x", page), 1, 0, 0)
    monkeypatch.undo()
    assert drawings.draw(good, StoredText("c", "a", 1, "", "image/png", "one", "x", page), 1, 0, 0).png
    for pid in drawings.pids:
        os.kill(pid, signal.SIGSEGV)  # as a library does on a hostile file
    assert drawings.draw(good, StoredText("c", "a", 1, "", "image/png", "two", "x", page), 1, 0, 0).png


@pytest.mark.parametrize("place", ["pipe", "/dev/zero", "/proc/self/mem", "missing"])
def test_what_is_no_file_is_told_at_once(drawings: Drawings, tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    if place == "pipe":
        os.mkfifo(path)  # nobody writes to it: opening it as a file would never end
    with pytest.raises(PageError, match=r"not a file|vanished|is empty"):
        drawings.draw(path, StoredText("c", "a", 1, "", "image/png", place, "x", (PageSpan(1, 0, 1),)), 1, 0, 0)


def test_a_process_that_ended_leaves_no_trace(drawings: Drawings, tmp_path: Path) -> None:
    path = tmp_path / "good.png"
    path.write_bytes(saved(picture(LINES[:1]), "PNG"))
    assert drawings.draw(path, StoredText("c", "a", 1, "", "image/png", "end", "x", (PageSpan(1, 0, 1),)), 1, 0, 0).png
    ended = drawings.pids
    for pid in ended:
        os.kill(pid, signal.SIGTERM)
    assert ended
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ended))  # nobody draws, and nobody looks


def test_the_processes_are_confined(drawings: Drawings, tmp_path: Path) -> None:
    path = tmp_path / "good.png"
    path.write_bytes(saved(picture(LINES[:1]), "PNG"))
    assert drawings.draw(path, StoredText("c", "a", 1, "", "image/png", "cut", "x", (PageSpan(1, 0, 1),)), 1, 0, 0).png
    [*processes] = (drawer._process for drawer in drawings._all if drawer.pid is not None)
    assert processes
    for process in processes:
        assert process is not None
        assert process.confinement.holds
        status = Path(f"/proc/{process.popen.pid}/status").read_text()
        assert "\nSeccomp:\t2\n" in status
        assert "\nNoNewPrivs:\t1\n" in status
        own, theirs = (os.readlink(f"/proc/{pid}/ns/net") for pid in ("self", process.popen.pid))
        assert own != theirs


def test_pdfs_and_images_are_drawn_and_nothing_else() -> None:
    drawn = [
        is_drawn(form) for form in ("application/pdf", "image/tiff", "image/heic", "text/plain", "application/zip")
    ]
    assert drawn == [True, True, True, False, False]


def test_how_a_word_document_is_printed_is_read_by_such_a_process(drawings: Drawings, tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("paid up to ").add_run("180 euros").bold = True
    path = tmp_path / "travel.docx"
    document.save(str(path))
    stored = StoredText("c", "travel.docx", 1, "", WORD, "travel", "paid up to 180 euros", ())

    assert drawings.emphasis(path, stored) == (Printed("paid up to 180 euros", ((11, 20, "bold"),)),)
    assert len(drawings.pids) == 1

    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK")
    with pytest.raises(PageError):
        drawings.emphasis(broken, replace(stored, sha256="broken"))
    assert drawings.emphasis(broken, replace(stored, media_type="text/html")) == ()


def test_a_page_is_drawn_larger_when_it_is_enlarged(drawings: Drawings, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    stored, recognised = stored_as(path, saved(picture(LINES), "PDF"))
    start = stored.text.index("3 days")
    usual, larger = (drawings.draw(path, stored, 1, start, start + 6, recognised[1], zoom) for zoom in (100, 200))
    sizes = [Image.open(BytesIO(drawn.png)).size for drawn in (usual, larger)]
    assert sizes[1][0] == pytest.approx(2 * sizes[0][0], abs=2)
    assert larger.marks[0] == pytest.approx(usual.marks[0], abs=0.01)
