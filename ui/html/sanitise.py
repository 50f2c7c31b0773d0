"""Sanitising: what a model or a document says becomes HTML that can neither load nor navigate anything.

Text never reaches Streamlit's own Markdown, which would turn it into images, links, formulas, icons and
colours. It is parsed here with images, links and HTML switched off, and written as an allow-list of
elements without attributes. What is switched off stays readable as the characters it was written with.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ui.sources.escaping import body as body
from ui.sources.escaping import plain as plain
from ui.sources.escaping import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Where a span begins and ends inside the Markdown source. Both are punctuation to CommonMark, so that emphasis
# beside them opens and closes as it would have; both are so rare that a text's own are replaced.
_BEGIN, _END = "\U00016af5", "\U00016e98"
_MARKER = re.compile(r"\[(\d{1,3})\]")
_BLOCK_LEAD = re.compile(r"(?:\s|[-*+](?=\s)|\d{1,9}[.)](?=\s)|#{1,6}(?=\s)|>|\|)+")
_CLOSING = re.compile(r"[。，、；：？！）」』”.,;:?!)]+")
_COMMAND = re.compile(r"`([^`\n]+)`")

MarkerHTML = Callable[[int, int | None], str | None]


@dataclass(frozen=True, slots=True)
class StyledSpan:
    """A part `[start:end]` of the source that is wrapped in `<span class=css_class>`, with `suffix` (HTML) after it."""

    start: int
    end: int
    css_class: str = ""
    suffix: str = ""


def message(text: str) -> str:
    """A message of the product's own as HTML: like `body`, with what stands between backticks as code."""
    return _COMMAND.sub(r"<code>\1</code>", body(text))


def label(text: str) -> str:
    """Any text for a Streamlit label, which is Markdown: every sign escaped.

    Streamlit also replaces addresses, `:icons:` and `www.` after parsing, where a backslash no longer
    helps; a word joiner (invisible, no width) breaks those patterns.
    """
    shown = "".join(map(visible, text))
    shown = re.sub(r"([:@/.])", "\\1\u2060", shown)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", shown)


def rich(text: str, spans: Sequence[StyledSpan] = (), marker: MarkerHTML | None = None) -> str:
    """Markdown as HTML: paragraphs, lists, emphasis, code, tables, quotes; nothing else, and no attributes.

    `spans` must be in order and apart. `marker(n, span index)` gives the HTML for `[n]`, or None to leave the text.
    """
    state = _State(spans, marker)
    return str(_parser().render(_with_sentinels(text, spans), {"state": state}))


@dataclass
class _State:
    spans: Sequence[StyledSpan]
    marker: MarkerHTML | None
    current: int | None = None
    seen: int = 0
    pieces: list[str] = field(default_factory=list)

    def text(self, content: str, *, markers: bool = True, element: str = "") -> str:
        """One run of text, cut at the sentinels: well-formed whatever the spans cross."""
        out = []
        for piece in re.split(f"([{_BEGIN}{_END}])", content):
            if piece == _BEGIN:
                self.current, self.seen = self.seen, self.seen + 1
            elif piece == _END:
                if self.current is not None:
                    out.append(self.spans[self.current].suffix)
                self.current = None
            elif piece:
                out.append(self._wrapped(piece, markers, element))
        return "".join(out)

    def _wrapped(self, piece: str, markers: bool, element: str) -> str:
        shown = self._with_markers(piece) if markers and self.marker else body(piece)
        if element:
            shown = f"<{element}>{shown}</{element}>"
        css_class = self.spans[self.current].css_class if self.current is not None else ""
        return f'<span class="{css_class}">{shown}</span>' if css_class else shown

    def _with_markers(self, piece: str) -> str:
        assert self.marker is not None
        out, at = [], 0
        for match in _MARKER.finditer(piece):
            chip = self.marker(int(match[1]), self.current)
            if chip is None:
                continue
            out.append(body(piece[at : match.start()]))
            at = match.end()
            if ends := _CLOSING.match(piece, at):  # no line begins with it
                chip = f'<span class="together">{chip}{body(ends[0])}</span>'
                at = ends.end()
            out.append(chip)
        return "".join([*out, body(piece[at:])])


def _with_sentinels(text: str, spans: Sequence[StyledSpan]) -> str:
    text = re.sub(f"[{_BEGIN}{_END}\x00]", "\ufffd", text)
    out, at = [], 0
    for span in spans:
        lead = _BLOCK_LEAD.match(text, span.start, span.end)  # a sentinel before "- " would undo the list
        start = lead.end() if lead else span.start
        end = len(text[: span.end].rstrip())
        if start < at or end <= start:  # nothing to mark, but the count must go on
            start = end = max(at, min(start, len(text)))
        out += [text[at:start], _BEGIN, text[start:end], _END]
        at = end
    return "".join([*out, text[at:]])


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.disable(["link", "image", "autolink", "html_inline", "html_block", "reference"])
    for name, rule in {
        "text": _text,
        "code_inline": _code_inline,
        "fence": _code,
        "code_block": _code,
    }.items():
        parser.add_render_rule(name, rule)
    for name in (
        "ordered_list_open",
        "th_open",
        "td_open",
        "table_open",
        "table_close",
    ):
        parser.add_render_rule(name, _table if name.startswith("table") else _without_attributes)
    return parser


def _text(_renderer: Any, tokens: Any, index: int, _options: Any, env: Any) -> str:
    return str(env["state"].text(tokens[index].content))


def _code_inline(_renderer: Any, tokens: Any, index: int, _options: Any, env: Any) -> str:
    return str(env["state"].text(tokens[index].content, markers=False, element="code"))


def _code(_renderer: Any, tokens: Any, index: int, _options: Any, env: Any) -> str:
    return f"<pre><code>{env['state'].text(tokens[index].content, markers=False)}</code></pre>\n"


def _table(_renderer: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    return '<div class="scroll"><table>\n' if tokens[index].nesting == 1 else "</table></div>\n"


def _without_attributes(_renderer: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    start = token.attrs.get("start") if token.tag == "ol" else None  # an integer, by the parser
    return f'<ol start="{int(start)}">\n' if start is not None else f"<{token.tag}>"
