"""Transliteration: whether a name in one script stands in a text of the other, by pinyin: Suzhou is 苏州."""

import re
from functools import lru_cache

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[A-Za-zü]+")
SHORTEST = 4  # letters of a name that is compared: shorter ones are read out of anything
_WORDS = 3  # at most, that one name has in Latin letters


def reads_as(name: str, text: str) -> bool:
    """Whether `text` holds a name as it is read in the other script; False where both are of one script.

    A Chinese name of several characters is looked for with its family name first or last, as it is written in English.
    """
    if name.isascii():
        letters = "".join(_LATIN.findall(name)).lower()
        return len(letters) >= SHORTEST and any(_holds(_syllables(run), letters) for run in _CHINESE.findall(text))
    if not _CHINESE.fullmatch(name):
        return False
    syllables = _syllables(name)
    forms = {"".join(syllables), "".join((*syllables[1:], syllables[0]))}
    words = [word.lower() for word in _LATIN.findall(text)]
    spoken = {"".join(words[at : at + n]) for at in range(len(words)) for n in range(1, _WORDS + 1)}
    return any(len(form) >= SHORTEST and form in spoken for form in forms)


@lru_cache(maxsize=4_096)
def _syllables(run: str) -> tuple[str, ...]:
    """How a stretch of Chinese is read. The dictionary of readings takes a third of a second to load: at first need."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(run))


def _holds(syllables: tuple[str, ...], letters: str) -> bool:
    """Whether some syllables in a row make these letters."""
    for first in range(len(syllables)):
        joined = ""
        for syllable in syllables[first:]:
            joined += syllable
            if not letters.startswith(joined):
                break
            if joined == letters:
                return True
    return False
