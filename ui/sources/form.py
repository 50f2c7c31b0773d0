"""Form: what readers found in a document, its headings, lists and tables, drawn around the words of its text."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.schema import Heading
from ui.sources import tables
from ui.sources.emphasis import Emphasis
from ui.sources.marking import Span, Writer

_FREE = ("text/plain", "application/pdf")  # lines are all their form
_SHEETS = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel",
           "application/vnd.oasis.opendocument.spreadsheet", "text/csv", "text/tab-separated-values")  # fmt: skip
_ITEM = re.compile(
    r"[ \t]*(?:[•▪◦‣·●○■□–*-]|[(（]?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3})[.)）、])(?=\s)"
)
_EMPHASIS = {"bold": "strong", "italic": "em"}


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of a text's form. Headings and emphasis are in order."""

    media_type: str
    headings: Sequence[Heading] = ()
    emphasis: Sequence[Emphasis] = ()


def write(form: Form, writer: Writer) -> bool:
    """Write what is within the writer's bounds, which begin and end with lines. Gives whether there was any form."""
    if form.media_type in _FREE:
        return False
    return _Form(form, writer).write()


class _Form:
    def __init__(self, form: Form, writer: Writer) -> None:
        self.form = form
        self.text = writer.text
        self.writer = writer
        self.levels = {heading.start: heading.level for heading in form.headings}
        self.begins = [start for start, _, _ in form.emphasis]
        self.has_form = False

    def write(self) -> bool:
        first, last = self.writer.first, self.writer.last
        at = first
        for table in self._sheets() if self.form.media_type in _SHEETS else self._tables():
            self.prose(at, table.start)
            self.table(table)
            at = table.end
        self.prose(at, last)
        return self.has_form

    def _tables(self) -> list[tables.Table]:
        return tables.find(self.text, self.writer.first, self.writer.last, self.form.media_type)

    def _sheets(self) -> list[tables.Table]:
        """A table for each sheet, whose name is a heading."""
        cuts = sorted({0, len(self.text), *self.levels})
        found = []
        for start, end in pairwise(cuts):
            if start in self.levels:
                below = self.text.find("\n", start, end)
                start = below + 1 if below >= 0 else end  # a name alone
            if self.writer.is_within(start, end):
                found.append(tables.sheet(self.text, start, end, self.writer.first, self.writer.last))
        return [table for table in found if table is not None]

    def prose(self, start: int, end: int) -> None:
        """Headings, items of lists, and paragraphs."""
        lines: list[Span] = []  # of a paragraph
        at = start
        while at < end:
            close = self.text.find("\n", at, end)
            close = end if close < 0 else close
            level, item = self.levels.get(at), _ITEM.match(self.text, at, close)
            is_blank = not self.text[at:close].strip()
            if lines and (is_blank or level or item):
                self.element("p", *lines)
                lines = []
            if level:
                self.has_form = True
                self.element(f"h{min(level, 6)}", (at, close))
            elif item:
                self.has_form = True
                self.element('p class="item"', (at, close))
            elif not is_blank:
                lines.append((at, close))
            at = close + 1
        if lines:
            self.element("p", *lines)

    def element(self, element: str, *lines: Span) -> None:
        """Lines of text in an element."""
        self.writer.tag(f"<{element}>")
        self.show(lines[0][0], lines[-1][1])
        self.writer.tag(f"</{element.partition(' ')[0]}>")

    def show(self, start: int, end: int) -> None:
        """Words with their emphasis."""
        at = start
        for a, b, kind in self.form.emphasis[max(0, bisect_left(self.begins, start) - 1) :]:
            if a >= end:
                break
            a, b = max(a, at), min(b, end)
            if a >= b:
                continue
            self.has_form = True
            self.writer.show(at, a)
            self.writer.tag(f"<{_EMPHASIS[kind]}>")
            self.writer.show(a, b)
            self.writer.tag(f"</{_EMPHASIS[kind]}>")
            at = b
        self.writer.show(at, end)

    def table(self, table: tables.Table) -> None:
        """A table; a row of one cell is as wide as all."""
        self.has_form = True
        tag = self.writer.tag
        tag('<div class="scroll"><table>')
        if table.header is not None or table.captions:
            tag("<thead>")
            for row in table.captions:
                self.row(row, table.width, is_caption=True)
            if table.header is not None:
                self.row(table.header, table.width, head=True)
            tag("</thead>")
        tag("<tbody>")
        for row in table.rows:
            self.row(row, table.width)
        tag("</tbody></table></div>")

    def row(self, cells: Sequence[Span], width: int, *, head: bool = False, is_caption: bool = False) -> None:
        """A row of cells, of which the last may be missing."""
        tag = self.writer.tag
        element, attributes = ("th", ' scope="col"') if head else ("td", "")
        is_cited = self.writer.is_cited(cells[0][0], cells[-1][1])
        tag("<tr class=hit>" if is_cited and not head else "<tr>")
        if len(cells) == 1 and (width > 2 or is_caption) and not head:
            tag(f'<td class="wide" colspan="{width}">')
            self.show(*cells[0])
            tag("</td></tr>")
            return
        for start, end in cells:
            tag(f"<{element}{attributes}>")
            if head and not self.writer.is_within(start, end):
                self.writer.beside(start, end)
            else:
                self.show(start, end)
            tag(f"</{element}>")
        tag(f"<{element}></{element}>" * (width - len(cells)) + "</tr>")
