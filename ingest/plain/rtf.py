"""Rich text: the paragraphs, headings and tables of an .rtf, in whatever code pages its fonts are written.

Read by a small reader of our own: pandoc takes the bytes of Chinese fonts for Western letters.
"""

import re
from dataclasses import dataclass, replace

from ingest.document.parsed import Parsed, TextBuilder, comment_line, one_line, repeated, running_titles
from ingest.document.superscripts import mark_raised, with_raised
from ingest.document.symbol_fonts import symbol

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|(\\)",
    re.DOTALL,
)
_SKIPPED = frozenset(
    "colortbl pict objdata fldinst shprslt nonesttables "
    "listtable listoverridetable rsidtbl generator themedata colorschememapping datastore latentstyles xmlnstbl "
    "nonshppict revtbl filetbl private1 bkmkstart bkmkend template author operator company doccomm sp sv sn "
    "mmathPr objclass objname pgptbl category keywords subject comment password userprops".split()
)
_KEPT_STARRED = frozenset({"shppict", "shpinst", "shptxt", "ud", "footnote", "annotation", "atnauthor"})
_ASIDES = {"footnote": "note", "annotation": "comment", "shptxt": "box"} | dict.fromkeys(
    "header headerl headerr headerf footer footerl footerr footerf".split(), "title"
)
_SYMBOLS_OF = "symbols of "  # before the name of a font whose letters are signs
_SPECIAL = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\r", "\r": "\r"}
_HEADING_STYLE = re.compile(r"\s*(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CODE_PAGES = {  # of a font's \fcharset
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 255: "cp437",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within one group."""

    skipped: bool = False
    place: str = "text"  # or "fonts", "styles", "info", "title", "author"
    codec: str = ""
    fallback: int = 1  # characters that follow a \u for older programs
    hidden: bool = False
    struck: bool = False
    raised: bool = False  # above the line


@dataclass(slots=True)
class _Aside:
    """What stands beside the text, in a group that began at a depth: its kind, and what was being read before."""

    kind: str
    depth: int
    text: list[str]
    in_table: bool


def read_rtf(data: bytes) -> Parsed:
    """Read an .rtf. Pictures and deleted, struck out and hidden text are left out; notes, headers and footers, comments
    come last."""
    reader = _Reader()
    reader.feed(data.decode("latin-1"))
    return reader.out.build(reader.title, "application/rtf")


class _Reader:
    def __init__(self) -> None:
        self.out = TextBuilder()
        self._title: list[str] = []
        self._state = _State()
        self._stack: list[_State] = []
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._bytes = bytearray()
        self._text: list[str] = []
        self._to_skip = 0  # characters that stand for the \u before them
        self._starred = False
        self._outline: int | None = None
        self._levels: dict[int, int] = {}  # of headings, by the number of their style
        self._style = 0  # that is being defined
        self._in_table = False
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._merges: list[str] = []  # of the cells of a row: "first" or "next" of those that are merged over rows
        self._merge = ""
        self._above: dict[int, str] = {}  # column -> text of the cell that is merged downwards
        self._author: list[str] = []
        self._asides: list[_Aside] = []
        self._boxes: list[str] = []  # of the paragraph that is being read
        self._notes: list[str] = []
        self._titles: list[str] = []
        self._comments: list[str] = []

    @property
    def title(self) -> str:
        """The title that the document gives itself."""
        return one_line("".join(self._title))

    def feed(self, source: str) -> None:
        """Read the whole source; bytes are characters below 256."""
        at = 0
        while match := _TOKEN.match(source, at):
            at = match.end()
            word, number, code, symbol, brace, plain = match.group(1, 2, 3, 4, 5, 6)
            if word:
                if word == "bin" and number:
                    at += max(0, int(number))
                else:
                    self._word(word, None if number is None else int(number))
            elif code:
                self._byte(int(code, 16))
            elif symbol:
                self._symbol(symbol)
            elif brace:
                self._brace(brace)
            elif plain:
                for character in plain if self._to_skip else (plain,):
                    self._plain(character)
        while self._asides:
            self._end_aside()
        self._paragraph()
        self._end_table()
        for text in (*self._notes, *running_titles(self._titles), *self._comments):
            self.out.block(text)

    def _brace(self, brace: str) -> None:
        self._flush()
        self._starred = False
        self._to_skip = 0
        if brace == "{":
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()
            if self._asides and len(self._stack) < self._asides[-1].depth:
                self._end_aside()

    def _begin_aside(self, kind: str) -> None:
        self._flush()
        self._asides.append(_Aside(kind, len(self._stack), self._text, self._in_table))
        self._text, self._in_table = [], False
        self._state = replace(self._state, struck=False, raised=False)

    def _end_aside(self) -> None:
        text = one_line(self._take_text())
        aside = self._asides.pop()
        self._text, self._in_table = aside.text, aside.in_table
        if aside.kind == "comment":
            text = comment_line("".join(self._author), text)
            self._author.clear()
        if text:
            {"note": self._notes, "title": self._titles, "comment": self._comments, "box": self._boxes}[
                aside.kind
            ].append(text)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in "\r\n":
            self._word("par", None)
        elif symbol in _SYMBOLS:
            self._put(_SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if word in _SKIPPED or (starred and word not in _KEPT_STARRED):
            self._state = replace(self._state, skipped=True)
        elif word in _ASIDES and not self._state.skipped:
            self._begin_aside(_ASIDES[word])
        elif word == "atnauthor":
            self._state = replace(self._state, place="author")
        elif word == "fonttbl":
            self._state = replace(self._state, place="fonts")
        elif word == "stylesheet":
            self._state = replace(self._state, place="styles")
        elif self._state.place == "styles":
            self._define_style(word, number)
        elif word == "info":
            self._state = replace(self._state, place="info")
        elif word == "title" and self._state.place == "info":
            self._state = replace(self._state, place="title")
        elif word == "upr":
            self._state = replace(self._state, skipped=True)
        elif word == "ud":
            self._state = replace(self._state, skipped=False)
        elif word == "ansicpg" and number:
            self._default = _codec(number)
        elif word == "f":
            self._flush()
            self._font = number or 0
            if self._state.place != "fonts":
                self._state = replace(self._state, codec=self._fonts.get(self._font, ""))
        elif word == "fcharset" and self._state.place == "fonts":
            self._fonts[self._font] = _SYMBOLS_OF if number == 2 else _CODE_PAGES.get(number or 0, "")
        elif word == "plain":
            self._flush()
            self._state = replace(self._state, hidden=False, struck=False, raised=False)
        elif word in ("v", "deleted", "htmlrtf"):
            self._flush()
            self._state = replace(self._state, hidden=number != 0)
        elif word in ("strike", "strikedl", "striked"):
            self._flush()
            self._state = replace(self._state, struck=number != 0)
        elif word in ("super", "sub", "nosupersub"):
            self._flush()
            self._state = replace(self._state, raised=word == "super" and number != 0)
        elif word == "uc":
            self._state = replace(self._state, fallback=max(0, number or 0))
        elif word == "u" and number is not None:
            self._put(self._sign(number % 65536))
            self._to_skip = self._state.fallback
        elif word in _SPECIAL:
            self._put(_SPECIAL[word])
        elif self._state.place == "text" and not self._state.skipped:
            self._layout(word, number)

    def _define_style(self, word: str, number: int | None) -> None:
        if word == "s":
            self._style = number or 0
        elif word == "outlinelevel" and number is not None and number < 9:
            self._levels[self._style] = number + 1

    def _layout(self, word: str, number: int | None) -> None:
        if word in ("par", "sect", "page"):
            self._paragraph()
        elif word == "pard":
            self._outline, self._in_table = None, False
        elif word == "s" and number in self._levels:
            self._outline = self._levels[number]
        elif word == "outlinelevel" and number is not None:
            self._outline = number + 1
        elif word == "intbl":
            self._in_table = True
        elif (
            word in ("nestcell", "nestrow")
            or (word == "itap" and (number or 0) > 1)
            or (word == "cell" and self._asides)
        ):
            self._put(" ")  # what a table within a cell or header says is said in one line
        elif word == "cell":
            self._cells.append(self._take_text())
        elif word == "row" and not self._asides:
            self._rows.append(self._spread())
            self._cells = []
        elif word == "trowd" and not self._asides:
            self._merges, self._merge = [], ""
        elif word in ("clvmgf", "clvmrg"):
            self._merge = "first" if word == "clvmgf" else "next"
        elif word == "cellx" and not self._asides:
            self._merges.append(self._merge)
            self._merge = ""

    def _spread(self) -> list[str]:
        """The cells of a row, with a short text of those that are merged over rows in each of them."""
        for column, merge in enumerate(self._merges[: len(self._cells)]):
            if merge == "next":
                self._cells[column] = self._cells[column].strip() or repeated(self._above.get(column, ""))
            elif merge == "first":
                self._above[column] = self._cells[column].strip()
        return self._cells

    def _paragraph(self) -> None:
        if self._in_table or self._asides:
            self._put("\n")
            return
        self._end_table()
        text = self._take_text().strip()
        if self._outline is not None and 0 < self._outline < 10 and 0 < len(text) <= 200:
            self.out.heading(text, self._outline)
        else:
            self.out.block(text)
        for box in self._boxes:
            self.out.block(box)
        self._boxes.clear()

    def _end_table(self) -> None:
        if self._cells:
            self._rows.append(self._cells)
        if self._rows:
            self.out.table(self._rows, header=True)
        self._rows, self._cells = [], []

    def _plain(self, text: str) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self._state.place == "styles" and not self._state.skipped and (named := _HEADING_STYLE.match(text)):
            self._levels[self._style] = int(named[1])
        elif self._state.place == "fonts" and self._fonts.get(self._font, "").startswith(_SYMBOLS_OF):
            self._fonts[self._font] += text.replace(";", "")
        elif self._is_visible():
            self._bytes += text.encode("latin-1")

    def _byte(self, value: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self._is_visible():
            self._bytes.append(value)

    def _put(self, text: str) -> None:
        self._flush()
        self._to_skip = 0
        if self._is_visible():
            self._keep(text)

    def _keep(self, text: str) -> None:
        is_raised = self._state.raised and self._state.place == "text"
        self._place().append(mark_raised(text) if is_raised else text)

    def _place(self) -> list[str]:
        return {"title": self._title, "author": self._author}.get(self._state.place, self._text)

    def _is_visible(self) -> bool:
        unseen = self._state.skipped or self._state.hidden or self._state.struck
        return self._state.place in ("text", "title", "author") and not unseen

    def _flush(self) -> None:
        if self._bytes:
            text = self._decoded(bytes(self._bytes))
            self._bytes.clear()
            self._keep(text)

    def _decoded(self, data: bytes) -> str:
        if self._state.codec.startswith(_SYMBOLS_OF):
            return "".join(map(self._sign, data))
        if self._state.codec:
            return data.decode(self._state.codec, "replace")
        try:
            return data.decode(self._default)
        except UnicodeDecodeError:  # a Western font in a Chinese document, say
            return data.decode("cp1252", "replace")

    def _sign(self, code: int) -> str:
        """The character of this number, or what it shows in a font of signs."""
        font = self._state.codec.removeprefix(_SYMBOLS_OF)
        is_sign = self._state.codec != font and (code < 0x100 or code & 0xFF00 == 0xF000)
        return (symbol(font, code) if is_sign else "") or chr(code)

    def _take_text(self) -> str:
        self._flush()
        text = with_raised("".join(self._text))
        self._text.clear()
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _codec(number: int) -> str:
    name = {936: "gb18030", 65001: "utf-8", 10000: "mac_roman"}.get(number, f"cp{number}")
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name
