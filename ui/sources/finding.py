"""Finding: where words that a reader looks for stand in a document."""

import re

from ui.sources.marking import Span

MOST = 1000
_LONGEST = 200  # characters
_GAP = r"[*_~`]*(?:\s[\s>]*)[*_~`]*"  # white space, and the signs of Markdown beside it


def find(text: str, words: str) -> tuple[Span, ...]:
    """The places of words in a text, in order and apart, whatever their case and the white space and emphasis between
    them; `MOST` of them at most."""
    parts = words[:_LONGEST].split()
    if not parts:
        return ()
    pattern = re.compile(_GAP.join(map(re.escape, parts)), re.IGNORECASE)
    found: list[Span] = []
    for match in pattern.finditer(text):
        found.append(match.span())
        if len(found) == MOST:
            break
    return tuple(found)
