"""Names and titles: what a document is called when it says so itself, and when it does not."""

import re
from pathlib import PurePosixPath

from ingest.document.parsed import one_line

_SEPARATORS = re.compile(r"[_\s]+|(?<=[^\W\d_])-+(?=[^\W\d_])|(?<=\D)(?<!-)-+(?=\d)|(?<=\d)-+(?=[^\W\d_])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_JUNK_TITLES = (  # what programs and templates leave in the place of a title
    r"untitled.*|无标题.*|未命名.*|none|null|title|标题",
    r"标准名称|[（(]?填写.*|点击此处.*|请输入.*|click to (?:add|edit) .*",
    r"(?:word )?document\s*\d*|文档\s*\d*|(?:powerpoint )?presentation\s*\d*|(?:powerpoint )?演示文稿\s*\d*",
    r"slide\s*\d*|幻灯片\s*\d*|book\d*|工作簿\s*\d*|sheet\d*|microsoft (?:word|powerpoint|excel) - .*|\(?anonymous\)?",
    r".*\.(?:docx?|pptx?|xlsx?|pdf|indd|tex|dvi|html?|rtf|odt|qxd|ai|fm)|[\W\d_]*",
)
_JUNK_TITLE = re.compile("|".join(_JUNK_TITLES), re.IGNORECASE)
_LONGEST_TITLE = 200
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}")


def cleaned_name(name: str, *, folders: bool = False) -> str:
    """A file name as words: `HR/leave-policy_v2.docx` is `leave policy v2`; with `folders`, `HR / leave policy v2`."""
    path = PurePosixPath(name)
    last = path.stem if _SUFFIX.fullmatch(path.suffix) else path.name
    parts = [*(path.parts[:-1] if folders else ()), last]
    words = [_words(part) for part in parts if part not in ("/", "..", ".")]
    return " / ".join(word for word in words if word)


def squeezed(text: str) -> str:
    """The text in small letters without white space: what two spellings of a name have in common."""
    return "".join(text.lower().split())


def _words(part: str) -> str:
    # `EmployeeHandbook` is two words, but within a longer name `DeepSeek` is a name of its own.
    return one_line(_CAMEL.sub(" ", part) if part.isascii() and part.isalpha() else _SEPARATORS.sub(" ", part))


def chosen_title(own: str, name: str) -> str:
    """The document's own title, unless it has none or one that a program left behind; else its cleaned file name."""
    own = one_line(own)
    if not own or _JUNK_TITLE.fullmatch(own):
        return cleaned_name(name) or name
    return own if len(own) <= _LONGEST_TITLE else own[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
