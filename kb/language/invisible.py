"""Invisible characters: those that nobody sees, as against the joiners that a script or an emoji needs."""

import re

# Letters of Unicode's tag block spell ASCII that no screen shows; after a black flag they make a country's flag.
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
_TAGS = re.compile(f"{_FLAG}|([\U000e0000-\U000e007f]+)")
_JOINED = (  # scripts whose letters take another form, or end a word, by a joiner: Arabic to Myanmar, Khmer, Mongolian
    "\u0590-\u109f\u1780-\u18af\ua840-\ua87f\ua8e0-\ua8ff\uaa60-\uaa7f\U00010a00-\U00011fff"
)
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0e\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    f"{_FLAG}|(?<=[{_JOINED}])[\u200b-\u200d\u2060]|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])"
    "|([\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+)"
)


INVISIBLE_IN_WORD = re.compile(r"(?<=\w)[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff](?=\w)")
_FEWEST_LETTERS = 3
# Selectors of variants, of which two or more in a row spell bytes that no screen shows.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")


def without_invisible(text: str) -> str:
    """The text without characters that nobody sees; joiners within a script or an emoji that needs them stay."""
    return text if text.isascii() else _INVISIBLE.sub(lambda match: "" if match[1] else match[0], text)


def spelled_in_tags(text: str) -> list[str]:
    """What the text says in letters of the tag block, which no screen shows."""
    if text.isascii():
        return []
    found = (match[1] for match in _TAGS.finditer(text) if match[1])
    words = ("".join(chr(ord(sign) - 0xE0000) for sign in run if "\U000e0020" <= sign < "\U000e007f") for run in found)
    return [word for word in words if word.strip()]


def spelled_in_selectors(text: str) -> list[str]:
    """What the text says in selectors of variants, each of which stands for a byte."""
    if text.isascii():
        return []
    runs = (bytes(map(_byte, run)).decode("utf-8", "ignore") for run in _SELECTORS.findall(text))
    return [words for words in runs if sum(map(str.isalnum, words)) >= _FEWEST_LETTERS]


def _byte(selector: str) -> int:
    code = ord(selector)
    return code - 0xFE00 if code < 0xE0100 else code - 0xE0100 + 16
