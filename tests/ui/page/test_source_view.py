"""The source viewer: what is drawn is shown as a picture, and it says in words where the cited words are not marked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kb.schema import PageSpan, Principal, RecognisedPage, StoredText
from ui.page import session, source_view
from ui.page.session import OpenSources, ShownPlace
from ui.pictures.page_picture import PageError, Picture
from ui.service import runtime
from ui.words.strings import Strings

TEXT = "First page.\n\nSecond page."
SHOWN: list[Any] = []  # page, start and end of what was drawn last, and its zoom
RECOGNISED = RecognisedPage(1, 0, ())
PAGES = (PageSpan(1, 0, 11, 0.9, True), PageSpan(2, 13, 25, 0.9, True))


def pane(
    monkeypatch: pytest.MonkeyPatch, drawn: Picture | None, media_type: str = "image/tiff", page: int = 1,
    section: str | None = None, place: tuple[int, int] = (0, 5), opened: OpenSources | None = None,
) -> str:  # fmt: skip
    """The viewer on a quote at `place` of the first page, which stands in `section`, with page `page` in sight."""

    def section_at(stored: StoredText, offset: int) -> str | None:
        assert offset == place[0]
        return section

    def draw(*asked: Any) -> Picture:
        assert asked[-2] is RECOGNISED
        SHOWN.append((asked[2:5], asked[-1]))
        if drawn is None:
            raise PageError("no")
        return drawn

    monkeypatch.setattr(source_view, "drawings", SimpleNamespace(draw=draw))
    stored = StoredText("c", "fax.tif", 1, "", media_type, "0", TEXT, PAGES)
    kb = SimpleNamespace(stored_text=lambda *asked: stored, original_of=lambda stored: Path("fax.tif"),
                         recognised=lambda stored, page: RECOGNISED, section_at=section_at,
                         headings=lambda stored: (), catalog=SimpleNamespace(db=None))  # fmt: skip
    opened = opened or OpenSources((ShownPlace("c", "fax.tif", 1, 1, *place, "Chapter 3"),), page=page)
    service = cast("runtime.Service", SimpleNamespace(kb=kb))
    monkeypatch.setattr(session, "asker", lambda service: Principal("rita", permissions=frozenset({"search"})))
    monkeypatch.setattr(source_view, "shown_titles", lambda db, places: {})
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


def looking(words: str = "") -> OpenSources:
    opened = OpenSources((ShownPlace("c", "fax.tif", 1, 1, 0, 5),))
    opened.find(words)
    return opened


def test_what_is_found_is_counted_and_its_page_is_shown_with_it_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = looking("PAGE.")
    drawn = Picture(b"png", (), ((0.1, 0.1, 0.2, 0.2),))
    assert "1 of 2" in pane(monkeypatch, drawn, opened=opened)
    assert SHOWN[-1] == ((1, 6, 11), 100)
    opened.find("PAGE.")  # again: the next place
    html = pane(monkeypatch, drawn, opened=opened)
    assert "2 of 2" in html
    assert "page 2 of 2" in html
    assert SHOWN[-1] == ((2, 20, 25), 100)
    source_view._act(opened, "hit", "1")
    assert "1 of 2" in pane(monkeypatch, drawn, opened=opened)
    source_view._act(opened, "hit", "-1")
    assert "2 of 2" in pane(monkeypatch, drawn, opened=opened)
    source_view._act(opened, "page", "1")  # leafed elsewhere
    assert "page 1 of 2" in pane(monkeypatch, Picture(b"png"), opened=opened)
    source_view._act(opened, "find", "nothing of it")
    assert "Not found" in pane(monkeypatch, drawn, opened=opened)
    source_view._act(opened, "find", "")
    html = pane(monkeypatch, drawn, opened=opened)
    assert "Not found" not in html
    assert SHOWN[-1] == ((1, 0, 5), 100)


def test_what_is_found_is_marked_beside_what_is_cited(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = looking("page")
    opened.raw = True
    html = pane(monkeypatch, None, opened=opened)
    assert '<mark>First</mark> <span class="found now" data-show>page</span>.' in html
    assert html.count("data-show") == 1


def test_a_picture_is_enlarged_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = looking()
    drawn = Picture(b"png", (), ((0.1, 0.1, 0.2, 0.2),))
    seen = []
    for step in ("-1", "1", "1", "1", "1", "-1"):
        source_view._act(opened, "zoom", step)
        html = pane(monkeypatch, drawn, opened=opened)
        seen.append(SHOWN[-1][1])
        assert f"{seen[-1]} %" in html
        assert (f'style="width:{seen[-1]}%"' in html) == (seen[-1] != 100)
    assert seen == [100, 150, 200, 300, 300, 200]
    assert "Zoom in" not in pane(monkeypatch, None, opened=opened)  # there is no picture
