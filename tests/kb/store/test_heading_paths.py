"""Sections: the headings of a version are kept, and a place is named by those it stands under."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.schema import Heading, PageSpan, Principal, StoredText
from kb.store import heading_paths
from kb.store.catalog import Catalog, NewVersion
from kb.store.heading_paths import path_at
from tests.kb.storage import version, with_content

OWNER = Principal("owner", unlimited=True)
TEXT = "Foreword.\n差旅办法\n第三章 交通标准\n坐二等座。\n第四章 伙食补助\n每天一百元。\n附则\n即日起施行。"
LEVELS = {"差旅办法": 1, "第三章 交通标准": 2, "第四章 伙食补助": 2, "附则": 1}
HEADINGS = tuple(Heading(TEXT.index(words), level, words) for words, level in LEVELS.items())


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    yield opened
    opened.close()


def text(*pages: PageSpan) -> StoredText:
    return StoredText("docs", "travel.md", 1, "", "text/plain", "0", TEXT, pages)


def under(words: str, *pages: PageSpan) -> str:
    return path_at(text(*pages), HEADINGS, TEXT.index(words))


def test_a_place_is_named_by_the_headings_nearest_above_it() -> None:
    assert under("Foreword") == ""
    assert under("坐二等座") == "差旅办法 > 第三章 交通标准"
    assert under("每天一百元") == under("第四章") == "差旅办法 > 第四章 伙食补助"
    assert under("即日起") == "附则"
    assert path_at(text(), HEADINGS, len(TEXT)) == "附则"
    assert path_at(text(), (), 3) == ""


def test_a_heading_over_nothing_but_a_section_is_part_of_it_as_in_chunks() -> None:
    assert under("差旅办法") == "差旅办法 > 第三章 交通标准"


def test_a_section_goes_on_over_the_pages_below() -> None:
    at = TEXT.index("每天")
    pages = (
        PageSpan(1, 0, TEXT.index("第三章") - 1),
        PageSpan(2, TEXT.index("第三章"), at - 1),
        PageSpan(3, at, len(TEXT)),
    )
    assert under("每天一百元", *pages) == "差旅办法 > 第四章 伙食补助"
    assert under("差旅办法", *pages) == "差旅办法"  # its page has nothing else under it
    assert under("\n每天", *pages) == under("每天一百元")  # between two pages


def of(catalog: Catalog, path: str, number: int | None = None) -> tuple[Heading, ...] | None:
    document, _ = catalog.find_document(OWNER, path)
    return heading_paths.find(catalog.db, catalog.stored_text(document, number))


def publish(catalog: Catalog, *versions: NewVersion) -> list[int]:
    ids = catalog.add_versions(versions)
    catalog.publish(ids)
    return ids


def test_headings_are_kept_for_each_version_and_go_with_it(catalog: Catalog, tmp_path: Path) -> None:
    publish(catalog, with_content(version("a.md", "one"), headings=HEADINGS))
    publish(catalog, with_content(version("a.md", "two"), headings=HEADINGS[:1]))
    publish(catalog, version("b.md", "none"))
    assert (of(catalog, "a.md", 1), of(catalog, "a.md"), of(catalog, "b.md")) == (HEADINGS, HEADINGS[:1], ())
    document, _ = catalog.find_document(OWNER, "a.md")
    assert heading_paths.find(catalog.db, replace(catalog.stored_text(document), sha256="another")) is None

    kept = HEADINGS[0].text.encode()
    assert kept in b"".join(path.read_bytes() for path in tmp_path.glob("catalog.db*"))
    catalog.delete_documents([document], "owner")
    assert catalog.db.execute("SELECT count(*) FROM headings").fetchone()[0] == 1
    catalog.close()
    assert kept not in b"".join(path.read_bytes() for path in tmp_path.glob("catalog.db*"))


def test_a_version_of_the_same_text_takes_over_the_headings_found_anew(catalog: Catalog) -> None:
    old, new = publish(
        catalog,
        with_content(version("a.md", "one"), headings=HEADINGS),
        version("b.md", "one"),
    )
    with catalog.transaction() as db:
        heading_paths.hand_over(db, of=new, to=old)
        assert of(catalog, "a.md") == ()
        db.execute("UPDATE headings SET headings = '[[0,1,\"A\"]]' WHERE version_id = ?", (new,))
        db.execute("DELETE FROM headings WHERE version_id = ?", (old,))
        assert of(catalog, "a.md") is None
        heading_paths.hand_over(db, of=new, to=old)
    assert of(catalog, "a.md") == (Heading(0, 1, "A"),)
