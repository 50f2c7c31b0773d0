"""Parts: a document cut at its headings into pieces that a model can read at once, in reading order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.editing.passages import without
from kb.language.language import sentences
from kb.language.prompt_text import estimate_tokens
from kb.schema import Heading, StoredText
from kb.store.heading_paths import sections_of

PART_TOKENS = 500  # of a part at most, by an estimate on the safe side
_NAMES = 3  # headings that name a part


@dataclass(frozen=True, slots=True)
class Part:
    """`text[start:end]`, named by the headings it stands under; "" where there are none."""

    start: int
    end: int
    name: str


def parts_of(
    stored: StoredText, headings: Sequence[Heading], left_out: Sequence[tuple[int, int]] = (),
    most_tokens: int = PART_TOKENS,
) -> list[Part]:  # fmt: skip
    """The text in parts of at most so many tokens: sections, several short ones together, a long one in pieces; pages
    where there are no headings. What has no letters or digits is no part, nor is anything of `left_out`."""
    packed: list[Part] = []
    size = 0
    for start, end, name in _pieces(stored, headings, left_out, most_tokens):
        tokens = estimate_tokens(stored.text[start:end])
        joined = packed and not any(packed[-1].start < last and first < end for first, last in left_out)
        if joined and size + tokens <= most_tokens and len(_names(packed[-1].name, name)) <= _NAMES:
            packed[-1] = Part(packed[-1].start, end, "; ".join(_names(packed[-1].name, name)))
            size += tokens
        else:
            packed.append(Part(start, end, name))
            size = tokens
    return packed


def spread(parts: Sequence[Part], most: int) -> list[Part]:
    """At most so many of the parts, evenly spread, the first and the last among them."""
    if len(parts) <= most:
        return list(parts)
    step = (len(parts) - 1) / max(1, most - 1)
    return [parts[round(number * step)] for number in range(most)]


def _names(packed: str, name: str) -> list[str]:
    return list(dict.fromkeys(filter(None, [*packed.split("; "), name])))


def _pieces(
    stored: StoredText, headings: Sequence[Heading], left_out: Sequence[tuple[int, int]], most_tokens: int
) -> Iterator[tuple[int, int, str]]:
    text = stored.text
    if headings:
        found = [(s.start, s.end, s.path[-1] if s.path else "") for s in sections_of(text, headings, 0, len(text))]
    else:
        found = [(page.start, page.end, "") for page in stored.pages] or [(0, len(text), "")]
    for start, end, name in found:
        for begin, finish in without(start, end, left_out):
            for first, last in _cut(text, begin, finish, most_tokens):
                if any(map(str.isalnum, text[first:last])):
                    yield first, last, name.replace(";", ",")


def _cut(text: str, start: int, end: int, most_tokens: int) -> Iterator[tuple[int, int]]:
    """A stretch in pieces of at most so many tokens, cut between sentences or lines; one that is longer stays whole."""
    if estimate_tokens(text[start:end]) <= most_tokens:
        yield start, end
        return
    begun = start
    size = 0
    for first, last in sentences(text[start:end]):
        tokens = estimate_tokens(text[start + first : start + last])
        if size and size + tokens > most_tokens:
            yield begun, start + first
            begun, size = start + first, 0
        size += tokens
    yield begun, end
