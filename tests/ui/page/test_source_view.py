"""The source viewer: what is drawn is shown as a picture, and it says in words where the cited words are not marked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kb.schema import PageSpan, RecognisedPage, StoredText
from ui.page import source_view
from ui.page.session import OpenSources, Source
from ui.pictures.page_picture import PageError, Picture
from ui.service import runtime
from ui.words.strings import Strings

TEXT = "First page.\n\nSecond page."
RECOGNISED = RecognisedPage(1, 0, ())
PAGES = (PageSpan(1, 0, 11, 0.9, True), PageSpan(2, 13, 25, 0.9, True))


def pane(
    monkeypatch: pytest.MonkeyPatch, drawn: Picture | None, media_type: str = "image/tiff", page: int = 1,
    section: str | None = None, place: tuple[int, int] = (0, 5),
) -> str:  # fmt: skip
    """The viewer on a quote at `place` of the first page, which stands in `section`, with page `page` in sight."""

    def section_at(stored: StoredText, offset: int) -> str | None:
        assert offset == place[0]
        return section

    def draw(*asked: Any) -> Picture:
        assert asked[-1] is RECOGNISED
        if drawn is None:
            raise PageError("no")
        return drawn

    monkeypatch.setattr(source_view, "drawings", SimpleNamespace(draw=draw))
    stored = StoredText("c", "fax.tif", 1, "", media_type, "0", TEXT, PAGES)
    kb = SimpleNamespace(stored_text=lambda *asked: stored, original_of=lambda stored: Path("fax.tif"),
                         recognised=lambda stored, page: RECOGNISED, section_at=section_at)  # fmt: skip
    opened = OpenSources((Source("c", "fax.tif", 1, 1, *place, "Chapter 3"),), page=page)
    service = cast("runtime.Service", SimpleNamespace(kb=kb, asker=None))
    return source_view._pane(service, opened, Strings("en"))


@pytest.mark.parametrize("media_type", ["image/tiff", "application/pdf"])
def test_scans_and_images_are_shown_as_pictures_with_their_marks(
    monkeypatch: pytest.MonkeyPatch, media_type: str
) -> None:
    html = pane(monkeypatch, Picture(b"png", (), ((0.1, 0.1, 0.2, 0.2),)), media_type)
    assert 'class="picture"' in html
    assert 'class="box"' in html
    assert "was not found" not in html


def test_words_that_are_not_marked_are_told_on_their_page_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "The place of the cited words was not found on the picture of this page; see the text."
    assert said in pane(monkeypatch, Picture(b"png"))
    assert said not in pane(monkeypatch, Picture(b"png"), page=2)


def test_a_page_that_cannot_be_drawn_is_told_and_its_text_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    html = pane(monkeypatch, None)
    assert "This page cannot be drawn; see the text." in html
    assert "<mark data-show>First</mark>" in html


def test_the_section_is_that_of_the_cited_words_and_only_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Picture(b"png", (), ((0.1, 0.1, 0.2, 0.2),))
    told = '<div class="where">Travel &gt; Chapter 4 · c · version 1</div>'
    assert told in pane(monkeypatch, drawn, section="Travel > Chapter 4", place=(6, 10))
    assert "Chapter 3" not in pane(monkeypatch, drawn, section="")
    assert "Chapter" not in pane(monkeypatch, drawn, section="Chapter 4", page=2)
    assert "Chapter" not in pane(monkeypatch, drawn, section="Chapter 4", place=(0, 0))  # a document, not a quote


def test_of_a_text_whose_headings_were_not_kept_the_section_of_its_chunk_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert '<div class="where">Chapter 3 · c · version 1</div>' in pane(monkeypatch, None, section=None)
