"""Markdown with its form, each character from its place in the text; of what would load or lead, the words alone.

markdown-it finds the blocks, with their lines, and what is in them; where each piece of a block stands is kept by a
state of our own. A block whose pieces are not all found again is shown as it was written.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ingest.document.parsed import runs_on
from ingest.plain.markdown_text import tight_heading
from ui.sources.marking import Misplaced, Writer

MEDIA_TYPE = "text/markdown"

_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n){0,200}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_LONGEST = 30_000  # characters of a paragraph
_ELEMENTS = {"em": "em", "strong": "strong", "s": "s", "link": 'span class="link"'}
_BETWEEN_CELLS = re.compile(r"[\s|>]*")


@dataclass(frozen=True, slots=True)
class Blocks:
    """A text's blocks: top-level ones as lists of tokens, whose lines begin at `starts`."""

    text: str
    groups: tuple[tuple[Token, ...], ...]
    starts: tuple[int, ...]
    body: int  # where the front matter ends
    env: dict[str, Any] = field(default_factory=dict)

    def lines(self, token: Token) -> tuple[int, int]:
        """Where the lines of a token begin and end."""
        first, last = token.map or (0, 0)
        return self.starts[first], self.starts[last] if last < len(self.starts) else len(self.text)


def blocks(text: str) -> Blocks:
    """The blocks of a text: one second for three million characters."""
    front = _FRONT_MATTER.match(text)
    body = front.end() if front else 0
    env: dict[str, Any] = {}
    tokens = _parser().parse(re.sub(r"[^\n]", " ", text[:body]) + text[body:], env)
    groups: list[tuple[Token, ...]] = []
    begun = 0
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            groups.append(tuple(tokens[begun : at + 1]))
            begun = at + 1
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return Blocks(text, tuple(groups), tuple(starts), body, env)


def write(found: Blocks, writer: Writer) -> None:
    """Write what of the blocks is within the writer's bounds."""
    if found.body and writer.is_within(0, found.body):
        writer.tag("<pre><code>")
        writer.show(0, found.body)
        writer.tag("</code></pre>")
    for group in found.groups:
        start, end = found.lines(group[0])
        if not writer.is_within(start, end):
            continue
        before = writer.checkpoint()
        try:
            _Group(found, writer).write(group)
        except Misplaced:
            writer.go_back(before)
            writer.tag('<div class="lines">')
            writer.show(start, end)
            writer.tag("</div>")


class _Group:
    """Writes one block and those in it."""

    def __init__(self, found: Blocks, writer: Writer) -> None:
        self.found = found
        self.text = found.text
        self.writer = writer
        self.row_at = 0  # in a table: where the next cell of the row may begin

    def write(self, tokens: tuple[Token, ...]) -> None:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            outside = token.map is not None and not self.writer.is_within(*self.found.lines(token))
            is_header = token.type == "thead_open" or (at > 0 and tokens[at - 1].type == "thead_open")
            if outside and not is_header and token.type != "inline":
                at = _end(tokens, at)
            else:
                self.token(token, outside)
            at += 1

    def token(self, token: Token, outside: bool) -> None:
        """Write one token."""
        kind, tag = token.type, self.writer.tag
        if kind == "inline":
            self.inline(token, outside)
        elif kind in ("fence", "code_block"):
            self.code(token)
        elif kind == "hr":
            tag("<hr>")
        elif kind in ("paragraph_open", "paragraph_close"):
            if not token.hidden:
                tag("<p>" if token.nesting == 1 else "</p>")
        elif kind == "table_open":
            tag('<div class="scroll"><table>')
        elif kind == "table_close":
            tag("</table></div>")
        elif token.nesting == 1:
            if kind == "tr_open":
                self.row_at = self.found.lines(token)[0]
            tag(f"<{token.tag}{_attributes(token)}>")
        elif token.nesting == -1:
            tag(f"</{token.tag}>")

    def code(self, token: Token) -> None:
        """Write the lines of a block of code."""
        assert token.map is not None
        line = token.map[0] + (token.type == "fence")
        self.writer.tag("<pre><code>")
        for content in token.content.splitlines(keepends=True):
            start, end = self.line(line)
            words = content.rstrip("\n")
            if not self.text[start:end].endswith(words):
                words = words.lstrip()  # a tab before it, of which the block took a part
            if not self.text[start:end].endswith(words):
                raise Misplaced(words)
            self.writer.show(end - len(words), min(end + content.endswith("\n"), len(self.text)))
            line += 1
        self.writer.tag("</code></pre>")

    def inline(self, token: Token, outside: bool) -> None:
        """Write the words of a paragraph, a heading or a cell."""
        places = self.cell(token) if token.meta.get("cell") else self.places(token)
        if outside:  # the header above, or words over their underline
            if places and token.meta.get("cell"):
                self.writer.beside(places[0], places[-1] + 1)
            return
        if len(token.content) > _LONGEST:
            raise Misplaced("too long to be taken apart while somebody waits")
        children = _parser().inline.parse(token.content, _parser(), self.found.env, [])
        for child in children:
            self.child(child, token.content, places)

    def child(self, child: Token, content: str, places: list[int]) -> None:
        """Write a piece of them."""
        at = child.meta["at"]
        name = child.type.removesuffix("_open").removesuffix("_close")
        if child.type == "text":
            self.show(places[at : at + len(child.content)])
        elif child.type == "text_special" and child.info == "entity":
            last = places[at + len(child.markup) - 1]
            self.writer.replace(places[at], last + 1, child.content)
        elif child.type == "text_special":
            skipped = len(child.markup) - len(child.content)
            self.show(places[at + skipped : at + len(child.markup)])
        elif child.type == "code_inline":
            begin = at + len(child.markup)
            if content[begin : begin + len(child.content)].replace("\n", " ") != child.content:
                begin += 1
            self.writer.tag("<code>")
            self.show(places[begin : begin + len(child.content)])
            self.writer.tag("</code>")
        elif child.type == "softbreak":
            at = content.index("\n", at)
            if not runs_on(content[:at].rstrip()[-1:], content[at:].lstrip()[:1]):
                self.show(places[at : at + 1])
        elif child.type == "hardbreak":
            self.writer.tag("<br>")
        elif child.type == "image":
            self.writer.tag('<span class="image">')
            self.show(places[at + 2 : at + 2 + len(child.content)])
            self.writer.tag("</span>")
        elif name in _ELEMENTS:
            element = _ELEMENTS[name]
            self.writer.tag(f"<{element}>" if child.nesting == 1 else f"</{element.partition(' ')[0]}>")

    def show(self, places: list[int]) -> None:
        """Write the characters at these places."""
        for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
            pairs = list(run)
            self.writer.show(pairs[0][1], pairs[-1][1] + 1)

    def places(self, token: Token) -> list[int]:
        """The place of each character of the content of a paragraph or heading."""
        assert token.map is not None
        found: list[int] = []
        for number, words in enumerate(token.content.split("\n"), token.map[0]):
            start, end = self.line(number)
            line, lead = self.text[start:end], len(words) - len(words.lstrip())
            at = len(line) - len(words) if line.endswith(words) else line.rstrip(" \t#").rfind(words)
            if at < 0:
                at = line.rfind(words)
            if at < 0:  # a tab before it, of which the block took a part
                at = line.rfind(words.lstrip()) - lead
            if at < -lead:
                raise Misplaced(words)
            found += range(start + at, start + at + len(words) + 1)  # and the end of the line
        return found

    def cell(self, token: Token) -> list[int]:
        """The place of each character of the content of a cell: cells stand in a row one after the other."""
        content, (_, end) = token.content, self.found.lines(token)
        if not content:
            return []
        for words in (content, content.replace("|", "\\|")):
            start = self.text.find(words, self.row_at, end)
            if start >= 0 and _BETWEEN_CELLS.fullmatch(self.text, self.row_at, start):
                break
        else:
            raise Misplaced(content)
        self.row_at = start + len(words)
        kept = [start + at for at, sign in enumerate(words) if not words.startswith("\\|", at) or sign == "|"]
        return kept if words != content else list(range(start, start + len(words)))

    def line(self, number: int) -> tuple[int, int]:
        """Where a line begins and ends, without its newline."""
        starts = self.found.starts
        if number >= len(starts):
            raise Misplaced(f"line {number}")
        return starts[number], starts[number + 1] - 1 if number + 1 < len(starts) else len(self.text)


def _end(tokens: tuple[Token, ...], at: int) -> int:
    """Where what begins at a token ends."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _attributes(token: Token) -> str:
    """Of our own words and numbers alone."""
    if token.type == "list_item_open" and token.info.isdigit():
        return f' value="{int(token.info)}"'
    if token.type in ("th_open", "td_open"):
        side = str(token.attrs.get("style", "")).removeprefix("text-align:")
        return f' class="{side}"' if side in ("right", "center") else ""
    return ""


class _State(StateInline):
    """Keeps for each piece where it stands in what is parsed: `meta["at"]`."""

    _begun: int | None = None  # where the rule that pushes a piece began

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """A piece; those of one run of signs stand one after the other."""
        begun = self.pos - (ttype == "link_open")  # whose rule has gone past its bracket
        self._begun = begun
        before = self.tokens[-1] if self.tokens and not self.pending else None
        token = super().push(ttype, tag, nesting)
        at = begun
        if before is not None and ttype == "text" and before.meta.get("run") == begun:
            at = before.meta["at"] + len(before.content)
        token.meta = {"at": at, "run": begun}
        self._begun = None
        return token

    def pushPending(self) -> Token:
        """What was read up to here, of which spaces at the end of a line are left out."""
        end = self.pos if self._begun is None else self._begun
        token = super().pushPending()
        words = token.content
        while not self.src.endswith(words, 0, end) and end > 0 and self.src[end - 1] == " ":
            end -= 1
        token.meta = {"at": end - len(words)}
        return token


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """The pieces of a content, each with its place."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False})
    parser.inline = _Inline()
    parser.configure("commonmark")
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "autolink", "fragments_join"])
    parser.core.ruler.disable(["inline", "text_join"])
    parser.core.ruler.push("cells", _tell_cells)
    parser.block.ruler.before("heading", "tight_heading", _heading, {"alt": ["paragraph", "reference", "blockquote"]})
    return parser


def _tell_cells(state: Any) -> None:
    for before, token in zip(state.tokens, state.tokens[1:], strict=False):
        if before.type in ("th_open", "td_open"):
            token.meta = {"cell": True}


def _heading(state: StateBlock, line: int, _end_line: int, silent: bool) -> bool:
    """`##标题` without the space, which Chinese authors write and readers of Markdown take for a heading."""
    start, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    found = None if state.is_code_block(line) else tight_heading(state.src[start:end])
    if found is None:
        return False
    if silent:
        return True
    level, words = found
    state.line = line + 1
    token = state.push("heading_open", f"h{level}", 1)
    token.map = [line, state.line]
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = words, [line, state.line], []
    state.push("heading_close", f"h{level}", -1)
    return True
