"""What docs/architecture.md and the pages beside it say of the house is so."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = runpy.run_path(str(ROOT / ".ci" / "rooms.py"))
PAGES = ("docs/architecture.md", "docs/change-one-thing.md", "CONTRIBUTING.md")
_PATH = re.compile(r"`((?:kb|ingest|ui|tests|docs|configs|benchmarks|\.ci)/[\w./-]*)`")


def test_the_picture_shows_the_rooms_and_arrows_of_today() -> None:
    picture = (ROOT / "docs" / "images" / "rooms.svg").read_text(encoding="utf-8")
    assert ROOMS["fingerprint"](ROOMS["dot_text"]()) in picture, "run `python .ci/rooms.py`"


def test_what_follows_from_other_arrows_is_not_drawn() -> None:
    arrows = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set()}
    assert ROOMS["drawn"](arrows) == {("a", "b"), ("b", "c"), ("c", "d")}


def test_every_room_is_in_the_picture_and_arrows_lead_down() -> None:
    arrows = ROOMS["imports"]()
    for layer in ("kb", "ingest", "ui"):
        folders = {f"{layer}.{path.parent.name}" for path in (ROOT / layer).glob("*/__init__.py")}
        assert folders <= arrows.keys()
    height = ["kb", "ingest", "ui"].index
    assert all(height(a.split(".")[0]) >= height(b.split(".")[0]) for a, others in arrows.items() for b in others)


@pytest.mark.parametrize("page", PAGES)
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    named = _PATH.findall((ROOT / page).read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
