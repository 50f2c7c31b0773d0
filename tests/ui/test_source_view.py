"""The source viewer: what is drawn is shown as a picture, and it says in words where the cited words are not marked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kb.schema import PageSpan, StoredText
from ui import runtime, source_view
from ui.picture import PageError, Picture
from ui.session import OpenSources, Source
from ui.strings import Strings

TEXT = "First page.\n\nSecond page."
PAGES = (PageSpan(1, 0, 11, 0.9, True), PageSpan(2, 13, 25, 0.9, True))


def pane(monkeypatch: pytest.MonkeyPatch, drawn: Picture | None, media_type: str = "image/tiff", page: int = 1) -> str:
    """The viewer on a quote of the first page, with page `page` in sight."""

    def draw(*asked: Any) -> Picture:
        if drawn is None:
            raise PageError("no")
        return drawn

    monkeypatch.setattr(source_view, "drawings", SimpleNamespace(draw=draw))
    stored = StoredText("c", "fax.tif", 1, "", media_type, "0", TEXT, PAGES)
    kb = SimpleNamespace(stored_text=lambda *asked: stored, original_of=lambda stored: Path("fax.tif"))
    opened = OpenSources((Source("c", "fax.tif", 1, 1, 0, 5),), page=page)
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
