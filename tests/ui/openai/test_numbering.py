"""Sources are numbered as a client counts them: 1, 2, 3 in the order in which the text names them."""

from collections.abc import Sequence

import pytest

from kb.schema import Answer, Citation, Claim
from ui.openai.numbering import numbered


def answer(*sentences: tuple[str, Sequence[int]]) -> Answer:
    """An answer of sentences, each with the passages it rests on; each quote begins at a place of its own."""
    text, claims, citations = "", [], []
    for words, markers in sentences:
        start = len(text)
        text += f"{words} {''.join(f'[{n}]' for n in markers)}."
        claims.append(Claim(start, len(text), bool(markers), tuple(markers)))
        for marker in markers:
            at = 100 * len(citations)
            citations.append(
                Citation(marker, "docs", f"{marker}.md", 1, None, at, at + 5, "words", True, len(claims) - 1)
            )
        text += "\n\n"
    return Answer(
        "Why?", "Why?", text, "", False, "en", tuple(claims), tuple(citations), (), (), "embedded", "m", 1.0, None
    )


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ([(2,)], [(1,)]),
        ([(3,), (1,)], [(1,), (2,)]),
        ([(1,), (2,), (1,), (3,)], [(1,), (2,), (1,), (3,)]),
        ([(12, 3), (), (3,), (10,), (12,)], [(1, 2), (), (2,), (3,), (1,)]),
        ([tuple(range(20, 5, -1)), (7, 20)], [tuple(range(1, 16)), (14, 1)]),
        ([(), ()], [(), ()]),
    ],
)
def test_the_text_counts_its_sources_and_the_citations_stand_in_that_order(
    given: list[tuple[int, ...]], written: list[tuple[int, ...]]
) -> None:
    words = [f"Sentence {number}" for number in range(len(given))]
    before = answer(*zip(words, given, strict=True))
    after, wanted = numbered(before), answer(*zip(words, written, strict=True))
    assert (after.text, after.claims) == (wanted.text, wanted.claims)
    numbers = [citation.marker for citation in after.citations]
    count = len(set(numbers))
    assert numbers[:count] == list(range(1, count + 1))  # what a client takes for [n] is the source n
    assert sorted(numbers) == sorted(n for sentence in written for n in sentence)
    old = {(each.start, each.claim): each for each in before.citations}
    for citation in after.citations:
        same = old.pop((citation.start, citation.claim))
        assert citation.document == same.document == f"{same.marker}.md"
        assert (
            f"[{citation.marker}]" in after.text[after.claims[citation.claim].start : after.claims[citation.claim].end]
        )
    assert old == {}


def test_a_number_in_brackets_that_names_no_source_stays() -> None:
    one = numbered(answer(("As [2024] and list[0] say", (4,))))
    assert one.text == "As [2024] and list[0] say [1].\n\n"


def test_what_looks_like_a_marker_within_code_stays_as_it_is() -> None:
    given = answer(("Backups are kept", (2,)), ("```python\nx = row[2]\n```\n", (3,)))
    told = numbered(given)
    assert told.text == "Backups are kept [1].\n\n```python\nx = row[2]\n```\n [2].\n\n"
    assert [told.text[claim.start : claim.end] for claim in told.claims] == [
        "Backups are kept [1].", "```python\nx = row[2]\n```\n [2].",
    ]  # fmt: skip
