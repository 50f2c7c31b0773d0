"""Translations: errors, notices and reasons in the language of the reader, by their codes."""

from kb.errors import KBError
from kb.messages.coded_text import CodedText
from kb.schema import Language


def localised(said: str | Exception, language: Language, *, page: bool = False) -> str:
    """An error or a coded text in `language`; for the page, with what it has instead of commands.

    A text without a code stays as it is: English is better than nothing.
    """
    text = said.message if isinstance(said, KBError) else str(said) if isinstance(said, Exception) else said
    if not isinstance(text, CodedText):
        return text
    return text.on_page(language) if page else str(text.to(language))
