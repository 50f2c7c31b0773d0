"""A string of the page in both languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """One string of the page in both languages, with the same `{placeholders}`."""

    zh: str
    en: str
