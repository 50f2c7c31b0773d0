"""Scripts: how figures set above the line, as in 10⁶ or 500¹, stand in plain text without changing what they follow."""

import re

_HIGH = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_HAS_HIGH = re.compile(r"[0-9+\-−–()n]+")
_ENDING = re.compile(r"(?:st|nd|rd|th|tm)\b", re.IGNORECASE)
_BEGIN, _END = "\x0e", "\x0f"  # shift out and in, which no XML holds
_MARKED = re.compile(f"(?:{_BEGIN}[^{_BEGIN}{_END}]*{_END})+")
_MARK = re.compile(f"[{_BEGIN}{_END}]")


def superscript(text: str) -> str:
    """`text` in superscript characters; as it is where one of its characters has none."""
    return text.translate(_HIGH) if _HAS_HIGH.fullmatch(text) else text


def raised(before: str, text: str) -> str:
    """What `text`, set above the line right after `before`, is in plain text: superscript characters where there are
    any, else the text itself, behind a `^` where it would join a number; the endings of ordinals do join theirs."""
    words = text.strip()
    if not words or not before or before[-1].isspace() or text[0].isspace():
        return text
    high = superscript(words)
    if high == words and before[-1].isdigit() and words[0].isalnum() and not _ENDING.match(words):
        high = f"^{words}"
    return high + text[len(words) :]


def mark_raised(text: str) -> str:
    """A piece of text that is set above the line, marked until it is known what stands before it."""
    return f"{_BEGIN}{text}{_END}" if text.strip() else text


def with_raised(text: str) -> str:
    """The text with its marked pieces, of which those side by side are one, as `raised` gives them."""
    return _MARKED.sub(
        lambda match: raised(text[max(0, match.start() - 1) : match.start()], _MARK.sub("", match[0])), text
    )
