"""The pictures of the page in the docs: each is linked, and all of them together are small."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MEGABYTES = 6
KILOBYTES = 300  # of one


def test_every_picture_is_linked_and_every_link_has_its_picture() -> None:
    linked = {
        (page.parent / address).resolve()
        for page in (ROOT / "README.md", *DOCS.glob("*.md"))
        for address in re.findall(r"\]\(([^)]*images/[^)]+)\)", page.read_text(encoding="utf-8"))
    }
    assert linked == {path.resolve() for path in (DOCS / "images").iterdir()}


def test_the_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (DOCS / "images").iterdir()}
    assert sum(sizes.values()) <= MEGABYTES << 20
    assert {name: size for name, size in sizes.items() if size > KILOBYTES << 10} == {}
