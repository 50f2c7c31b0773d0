"""Workbooks: the sheets of an .xlsx with what a person sees in each cell, and what only a look behind a cell shows.

Values, formulas that were never computed, merged cells, hidden rows and comments come in one pass over a sheet, which
openpyxl (3.1.5) offers only through its own parser: its sheets read on demand give none but values, and its whole
workbooks take tens of times the memory.
"""

import contextlib
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from ingest.document.number_formats import CHINESE_DATES, format_value
from ingest.document.parsed import HiddenTexts, Parsed, TextBuilder, comment_line, one_line, stored
from ingest.ocr.embedded_images import Pictures
from ingest.office.drawingml import chart_titles, paragraph_lines, parsed_xml
from ingest.office.hidden_xlsx import CellLooks
from ingest.plain.csv_rows import MAX_ROWS, SheetRow, add_sheet, mark_columns, sheet_row, spread
from kb.config import IngestSettings
from kb.errors import DocumentError
from kb.schema import WhyHidden

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DEFAULTS = IngestSettings()
_MAX_COLUMNS = 16_384
_FORMULA = 0.5  # stands for a formula where it is asked whether a row could be a header: it is no word
BUILTIN_FORMATS.update(CHINESE_DATES)  # openpyxl knows none of them, and takes such dates for numbers
_COMMENTS = ("comments", "threadedComment")  # the kinds of parts
_THREADED = re.compile(r"\A\[[^\]\n]{4,40}\]\s.*?linkid=870924\s+", re.DOTALL)  # what older programs are told


def read_xlsx(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read an .xlsx: each sheet is a heading with its rows. A formula gives the value that was last computed, or
    itself where there is none. Hidden sheets, rows and columns are read and marked, cells in their own colour left
    out; comments, text boxes, the titles of charts and what is recognised in pictures follow their sheet.

    Raises DocumentError for one that holds pictures and no text, neither its own nor in them.
    """
    workbook = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
    try:
        out, pictures = TextBuilder(), Pictures(settings)
        sheets = workbook.worksheets
        for sheet in sheets:
            parser = _Parser(workbook, sheet)
            rows = parser.without_unseen(list(parser.rows()), out.hidden)
            hidden = set[int]() if parser.is_filtered else parser.hidden  # what a filter hides is no secret
            rows = mark_columns(
                [row.marked() if row.number in hidden else row for row in rows], parser.hidden_columns()
            )
            name = sheet.title if sheet.sheet_state == "visible" else f"{sheet.title} (hidden)"
            add_sheet(out, name, spread(rows, parser.tall_cells()), alone=len(sheets) == 1)
            labels = {row.number: next(filter(None, row.values), "") for row in rows}
            out.block("\n".join(filter(None, _comments(workbook, sheet, labels))))
            with contextlib.suppress(etree.XMLSyntaxError, KeyError, zipfile.BadZipFile):  # costs the drawing alone
                _add_drawn(out, workbook._archive, sheet._worksheet_path, pictures)
        title = one_line(workbook.properties.title or "")
    finally:
        workbook.close()
    parsed = out.build(title, MEDIA_TYPE)
    pictures.check(parsed.text)
    return parsed


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Reads one sheet of a workbook that is opened for reading on demand."""

    def __init__(self, workbook: Any, sheet: Any) -> None:
        self._sheet = sheet
        self._source = sheet._get_source()
        self._looks = CellLooks()
        self._unseen: dict[tuple[int, int], WhyHidden] = {}  # (row, column from 0)
        super().__init__(
            self._source, sheet._shared_strings, data_only=True, epoch=workbook.epoch,
            date_formats=workbook._date_formats, timedelta_formats=workbook._timedelta_formats,
        )  # fmt: skip

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A cell; one whose formula has no value gives the formula."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.get("r") and element.find(FORMULA_TAG) is not None:
            formula = self.parse_formula(element)
            text = str(getattr(formula, "text", formula) or "")
            if len(text) > 1:
                cell |= {"value": text, "data_type": "f"}
        return cell

    def rows(self) -> Iterator[SheetRow]:
        """The rows that are there, in order."""
        with self._source:
            for count, (number, cells) in enumerate(self.parse()):
                if count >= MAX_ROWS:
                    raise DocumentError("office.too_many_rows", rows=MAX_ROWS)
                yield self._row(number, cells)

    def _row(self, number: int, cells: list[dict[str, Any]]) -> SheetRow:
        values: list[str] = []
        raw: list[object] = []
        for cell in cells:
            value = cell["value"]
            if value is None:
                continue
            values += [""] * (cell["column"] - len(values))
            styled = ReadOnlyCell(self._sheet, **cell)
            if (why := self._looks.why(styled)) is not None:
                self._unseen[number, cell["column"] - 1] = why
            number_format = styled.number_format or "General"
            values[cell["column"] - 1] = one_line(stored(format_value(value, number_format)))
            raw.append(_FORMULA if cell["data_type"] == "f" else value)
        return sheet_row(number, values, raw)

    def without_unseen(self, rows: list[SheetRow], hidden: HiddenTexts) -> list[SheetRow]:
        """The rows without the cells that nobody sees, which go into `hidden`. Where tables or conditions colour cells
        too, what a cell stands on is not known, and all are taken to be seen."""
        if self.tables.tablePart or self.formatting:
            return rows
        emptied = set[int]()
        for row in rows:
            for column, value in enumerate(row.values):
                why = self._unseen.get((row.number, column))
                if why is not None and value:
                    hidden.add(f"{self._sheet.title}!{get_column_letter(column + 1)}{row.number}: {value}", why)
                    row.values[column] = ""
                    emptied |= set() if any(row.values) else {row.number}
        return [row for row in rows if row.number not in emptied]

    @property
    def hidden(self) -> set[int]:
        """The numbers of the hidden rows."""
        return {int(number) for number, given in self.row_dimensions.items() if given.get("hidden") in ("1", "true")}

    def hidden_columns(self) -> set[int]:
        """The hidden columns, counted from 0."""
        hidden = [given for given in self.column_dimensions.values() if given.get("hidden") in ("1", "true")]
        spans = [(int(given["min"]), min(int(given["max"]), _MAX_COLUMNS)) for given in hidden]
        return {column - 1 for first, last in spans for column in range(first, last + 1)}

    @property
    def is_filtered(self) -> bool:
        """Whether the sheet has a filter, which hides rows too."""
        return getattr(self, "auto_filter", None) is not None

    def tall_cells(self) -> list[tuple[int, int, int]]:
        """(first row, last row, column from 0) of the cells that are merged over rows."""
        ranges = self.merged_cells.mergeCell if self.merged_cells is not None else ()
        return [(each.min_row, each.max_row, each.min_col - 1) for each in ranges if each.max_row > each.min_row]


def _add_drawn(out: TextBuilder, archive: Any, sheet: str, pictures: Pictures) -> None:
    """Add what the text boxes on a sheet say, the titles of its charts, whose numbers stand in cells, and pictures."""
    for drawing in _parts(archive, sheet, "drawing"):
        for shape in parsed_xml(archive.read(drawing)).iter("{*}txBody"):
            out.block("\n".join(paragraph_lines(shape)))
        for chart in _parts(archive, drawing, "chart"):
            out.block(chart_titles(parsed_xml(archive.read(chart))))
        for picture in _parts(archive, drawing, "image"):
            pictures.add(out, archive.read(picture))


def _parts(archive: Any, part: str, kind: str) -> Iterator[str]:
    """The parts of a kind that a part refers to and the workbook holds."""
    relations = get_rels_path(part)
    names = set(archive.namelist())
    for relation in get_dependents(archive, relations) if relations in names else ():
        if relation.Type.endswith(f"/{kind}") and relation.target in names:
            yield relation.target


def _comments(workbook: Any, sheet: Any, labels: dict[int, str]) -> Iterator[str]:
    """A line for each comment on a cell, with what its row begins with, and who wrote it when, where that is told:
    conversations tell it, and what older programs are told of them is left out."""
    archive, relations = workbook._archive, get_rels_path(sheet._worksheet_path)
    names = set(archive.namelist())
    found = list(get_dependents(archive, relations)) if relations in names else []
    parts = {kind: [r.target for r in found if r.Type.endswith(f"/{kind}") and r.target in names] for kind in _COMMENTS}

    def line(place: str, author: str, words: str, at: str) -> str:
        row = re.search(r"(?<!\d)\d+$", place)
        label = labels.get(int(row[0]), "") if row else ""
        return comment_line(author, stored(words), at, f"{place} ({label})" if label else place)

    told = set[str]()
    people = _people(archive, names) if parts["threadedComment"] else {}
    for part in parts["threadedComment"]:
        for comment in _xml(archive, part).iter("{*}threadedComment"):
            words = "".join(text.text or "" for text in comment.iter("{*}text"))
            told.add(place := comment.get("ref") or "")
            yield line(place, people.get(comment.get("personId") or "", ""), words, comment.get("dT") or "")
    for part in parts["comments"]:
        root = _xml(archive, part)
        authors = [author.text or "" for author in root.iter("{*}author")]
        for comment in root.iter("{*}comment"):
            words = _THREADED.sub("", "".join(text.text or "" for text in comment.iter("{*}t")))
            if (place := comment.get("ref") or "") not in told:
                number = comment.get("authorId") or ""
                author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
                yield line(place, "" if author.startswith("tc=") else author, words, "")


def _people(archive: Any, names: set[str]) -> dict[str, str]:
    """The names of those who take part in conversations, by id."""
    parts = [name for name in names if name.startswith("xl/persons/")]
    people = (person for part in parts for person in _xml(archive, part).iter("{*}person"))
    return {person.get("id") or "": person.get("displayName") or "" for person in people}


def _xml(archive: Any, part: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(archive.read(part), parser)
    return etree.Element("none") if root is None else root
