"""Quality: how far the text of a page can be relied on, from its characters and from what else is on the page."""

import re
import unicodedata
from collections import Counter

# The radicals that some programs print in the place of the characters they look like; NFKC gives those back.
_RADICALS = re.compile("[\u2e80-\u2fd5\uf900-\ufaff]")
_HIDDEN = "\x02\ufffe\u00ad"  # hyphens at the end of lines
_SAMPLE = 20_000  # characters
PER_PAGE = 300  # characters that a page covered by an image would hold at least, if it were text
_RARE_SHARE = 0.3


def mended(text: str) -> str:
    """The text with CJK radicals and compatibility forms as the characters they stand for, one for one."""

    def usual(match: re.Match[str]) -> str:
        normal = unicodedata.normalize("NFKC", match[0])
        return normal if len(normal) == 1 else match[0]

    return _RADICALS.sub(usual, text)


def readable_share(text: str) -> float:
    """Share (0..1) of characters that can be read; 1 for no text. Not readable are replacement, private, unassigned
    and control characters, as broken font tables give, and rare Han characters where they are more than a few."""
    visible = Counter(text[:_SAMPLE])
    for character in [c for c in visible if c.isspace() or c in _HIDDEN]:
        del visible[character]
    count = visible.total()
    if not count:
        return 1.0
    bad = sum(n for c, n in visible.items() if c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs"))
    rare = sum(n for c, n in visible.items() if _is_rare(c))
    if rare > _RARE_SHARE * count:
        bad += rare
    return round(max(0.0, 1 - bad / count), 4)


def _is_rare(character: str) -> bool:
    """Han characters beyond the usual block, Yi, Hangul Jamo and box-like symbols: what a wrong font table gives."""
    code = ord(character)
    return (
        0x3400 <= code <= 0x4DBF or 0xA000 <= code <= 0xA4CF or 0x1100 <= code <= 0x11FF or 0x20000 <= code <= 0x3FFFF
    )


def page_quality(text: str, images: float, objects: int) -> float:
    """Quality (0..1) of a page: the readable share of its text, lowered where images or drawn shapes hold more than
    the text says: `images` is the share of the page that they cover, `objects` the number of other objects."""
    share = readable_share(text)
    characters = len("".join(text.split()))
    if characters >= PER_PAGE:
        return share
    expected = images * PER_PAGE if images >= 0.3 else 0.0
    if not characters:
        return 0.0 if images >= 0.05 or objects >= 8 else 1.0
    return round(share * min(1.0, characters / expected), 4) if expected else share
