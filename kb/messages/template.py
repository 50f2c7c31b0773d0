"""Templates: the words of one code in both languages, with `{holes}` for the values."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Template:
    """Words in both languages, with the same holes, as `str.format` has them.

    Those of the page are there where it has something else to offer than a command.
    """

    en: str
    zh: str
    page_en: str = ""
    page_zh: str = ""

    def text(self, language: Language, page: bool = False) -> str:
        """The template of a language; for the page, where it has one of its own."""
        own = (self.page_zh if language == "zh" else self.page_en) if page else ""
        return own or (self.zh if language == "zh" else self.en)
