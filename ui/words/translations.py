"""Translations: the messages of errors and reasons, which are English, in the language of the reader."""

import re
from collections.abc import Mapping
from functools import cache

from kb.schema import Language
from ui.words.error_messages import MESSAGES, ON_THE_PAGE, WORDS

_HOLE = re.compile(r"\{(\w+)\}")
_LONGEST = 4_000  # characters; no message of ours is longer, and backtracking over a longer one costs time


def localised(message: str, language: Language) -> str:
    """The message in `language`. One that is not known stays as it is: English is better than nothing.

    In English too it names what the page has instead of commands.
    """
    if not message or len(message) > _LONGEST:
        return message
    if language == "zh":
        return _translated(message.strip()) or message
    for pattern, english in _on_the_page():
        message = pattern.sub(lambda found, english=english: _holes_filled(english, found.groupdict()), message)  # type: ignore[misc]
    return message


def _translated(message: str) -> str | None:
    """The message in Chinese, put together from the sentences it consists of; None if one of them is unknown."""
    for pattern, chinese in _table():
        begun = pattern.match(message)
        if begun is None:
            continue
        if begun.end() == len(message):
            return _filled(chinese, begun.groupdict())
        if message[begun.end()] == " ":  # the first match of a hole is the shortest: more sentences may follow
            rest = _translated(message[begun.end() + 1 :])
            if rest is not None:
                return _filled(chinese, begun.groupdict()) + rest
    for pattern, chinese in _table():
        if whole := pattern.fullmatch(message):
            return _filled(chinese, whole.groupdict())
    return None


def _filled(chinese: str, found: Mapping[str, str]) -> str:
    return _holes_filled(chinese, {name: WORDS.get(text) or _inner(text) for name, text in found.items()})


def _holes_filled(text: str, words: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: words[hole[1]], text)


def _inner(text: str) -> str:
    """What stands in a hole: a message itself, or a name that is the same in every language."""
    return (_translated(text) or text) if " " in text and text[-1:] in ".?" else text


@cache
def _table() -> list[tuple[re.Pattern[str], str]]:
    return [(_pattern(english), chinese) for english, chinese in MESSAGES]


@cache
def _on_the_page() -> list[tuple[re.Pattern[str], str]]:
    return [(_pattern(command), english) for command, english in ON_THE_PAGE]


def _pattern(english: str) -> re.Pattern[str]:
    parts = _HOLE.split(english)  # text, name, text, name, ...
    text = "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile(text + r"(?=\s|\Z)", re.DOTALL)
