"""Nothing that reads documents takes more than time in proportion to their length, however hostile they are."""

from collections.abc import Callable

import pytest

from ingest.plain.markdown_text import read_markdown, read_text
from ingest.reading.sentences import boundaries, unwrapped
from kb.checking.citations import cite
from kb.checking.prompt_injection import orders_in
from kb.glossary.candidates import candidates
from kb.language.language import sentences
from kb.quarantine.order_score import order_score
from tests.hostile_patterns import Found, attacks, grows_badly, patterns

NOT_FROM_DOCUMENTS = ("ui/server.py",)  # reads Streamlit's own page
PATTERNS = [found for found in patterns() if not found.place.startswith(NOT_FROM_DOCUMENTS)]
HOSTILE = (
    *".\n (）“。a9`<",
    ". ",
    "1. ",
    "a. ",
    "A (AB) ",
    "甲（简称乙）",
    "U.S. ",
    "?! ",
    "\n \n",
    "[1] ",
    "[ ",
    "1,",
)
READERS: list[Callable[[str], object]] = [
    sentences,
    lambda text: list(boundaries(text)),
    unwrapped,
    lambda text: list(orders_in(text)),
    order_score,
    lambda text: read_text(text.encode()),
    lambda text: read_markdown(text.encode()),
    lambda text: cite(text, (), "en"),
    candidates,
]


@pytest.mark.parametrize("found", PATTERNS, ids=[found.place for found in PATTERNS])
def test_a_pattern_takes_time_in_proportion_to_its_text(found: Found) -> None:
    for begin, pump, end in attacks(found.pattern):
        growth = grows_badly(found.run, begin, pump, end)
        assert not growth, f"{found.use}: {begin!r} + n * {pump!r} + {end!r}: {growth}\n{found.pattern.pattern!r}"


def test_patterns_are_found_wherever_they_stand() -> None:
    places = " ".join(found.place for found in PATTERNS)
    assert "ingest/reading/sentences.py: _TERMINATOR" in places
    assert "ingest/office/docx.py: _NUMBERED" in places  # in a tuple
    assert "kb/language/language.py:" in places  # inline


@pytest.mark.parametrize("pump", HOSTILE)
@pytest.mark.parametrize(
    "read", READERS, ids="sentences boundaries unwrapped orders score text markdown cite terms".split()
)
def test_cutting_and_checking_take_time_in_proportion_to_the_text(read: Callable[[str], object], pump: str) -> None:
    assert not grows_badly(read, "", pump, "")
