"""Inert: a model's words in which no client that draws Markdown finds an image, a link or HTML to load.

Each character is replaced by one that looks alike, so that places in the text stay where they are.
"""

import re

_DANGEROUS = re.compile(r"(?<=\])[(:]|<(?=[A-Za-z/!?])")
_ALIKE = {"(": "（", ":": "：", "<": "‹"}


def inert(text: str) -> str:
    """The text with nothing in it that loads or leads anywhere; as long as before."""
    return _DANGEROUS.sub(lambda found: _ALIKE[found[0]], text)


class InertStream:
    """`inert` for a text that comes in pieces: what it gives, joined, is the same however the text is cut."""

    def __init__(self) -> None:
        self._last_character = ""  # the last character that was given, as it came
        self._pending_bracket = ""  # a "<" whose neighbour is not known yet

    def feed(self, piece: str) -> str:
        """The next piece, without what the piece after it decides."""
        text = self._pending_bracket + piece
        self._pending_bracket = "<" if text.endswith("<") else ""
        text = text.removesuffix("<") if self._pending_bracket else text
        made = inert(self._last_character + text + self._pending_bracket)
        given = made[len(self._last_character) : len(self._last_character) + len(text)]
        self._last_character = text[-1:] or self._last_character
        return given

    def finish(self) -> str:
        """What was held back."""
        held, self._pending_bracket = self._pending_bracket, ""
        return held
