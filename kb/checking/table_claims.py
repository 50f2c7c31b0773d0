"""Claims about tables: whether what a claim gives stands in the row that it speaks of."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from kb.language.content_terms import content_of, is_number
from kb.language.number_forms import numbers_in
from kb.language.proper_names import codes_in, names_in
from kb.language.table_rows import cells_of, column_heads, is_row, is_rule
from kb.language.weekdays import weekdays_in, with_short_days

_QUARTER = re.compile(r"(?:第\s*|(?<!\s)\s*)([一二三四1-4])\s*季度?|\b([1-4])(?:st|nd|rd|th) quarter\b")
_QUARTERS = dict(zip("一二三四", "1234", strict=True))
_ORDINALS = {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th"}
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})(?= (?:year|half|quarter|month|week|day|term|class)\b)")
_NUMBERED = re.compile(r"\d+(?:st|nd|rd|th)?")
_UNIT = re.compile(r"\([^()]*\)")
_AMOUNT = re.compile(r"[\d\s.,+\-−()%]+")
_YES = frozenset("yes y ✓ ✔ √ x ● 是 有 可 可以 支持 包含 包括".split())
_NO = frozenset("no n none – - — ✗ ✘ × 否 无 不 没有 不可 不支持 不包含 不包括".split())
_DENIES = re.compile(r"\b(?:not?|never|none|without|cannot)\b|n['’]t\b|[不没无未否]", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PAIR = 2  # cells of a row with one value, whatever its head
_BESIDE_ASKED = re.compile(r"\b(?:after|before|next|follow\w*|preced\w*|previous)\b|[前后]|[下上]一", re.IGNORECASE)
_MORE = 2  # tokens of the question that another row must have besides
_FEWEST_CELLS = 3  # in a row whose words are compared with those of other rows; in pairs each value is of its own kind


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A row of a table: its cells in plain text, the numbers and the content of each, and the heads of the columns.

    `start` and `end` count into the text it is from. The heads have none themselves.
    """

    start: int
    end: int
    cells: Sequence[str]
    numbers: Sequence[frozenset[str]]
    content: Sequence[frozenset[str]]
    heads: Sequence[str]
    above: str  # the line above the table
    measures: Sequence[str] = ()  # the heads as they are written, with units in brackets; of two rows on two lines


def rows_of(text: str, header: str = "") -> list[ClaimRow]:
    """The rows of the tables in a text. `header` heads the rows that it begins with; other tables have their own.

    A first cell that is empty is that of the row above, and cells that are missing at the end of a row are empty.
    """
    lines = text.split("\n")
    above = [line for line in header.split("\n") if is_row(line)]
    heading, written = (0, []) if all(map(is_rule, above)) else _heads(above, lines)
    names = _names(written)
    rows: list[ClaimRow] = []
    start, label, over = 0, "", ""
    for number, line in enumerate(lines):
        if not is_row(line):
            heading, written, label, over = 0, [], "", line if line.strip() else over
        elif not is_rule(line):
            if not written:
                heading, written = _heads([], lines[number:])
                names = _names(written)
            cells = cells_of(line)
            cells += [""] * (len(written) - len(cells))
            cells[0] = label = cells[0] if cells[0].strip() else label
            plain, numbers = [_plain(cell) for cell in cells], [numbers_in(cell) for cell in cells]
            said = [plain[0], *cells[1:]]
            content = [frozenset(content_of(of).keys() | codes_in(cell)) for of, cell in zip(said, cells, strict=True)]
            heads, measures = ([], ()) if heading else (names, written)
            rows.append(ClaimRow(start, start + len(line), plain, numbers, content, heads, over, measures))
            heading = max(0, heading - 1)
        start += len(line) + 1
    return rows


def _heads(above: Sequence[str], lines: Sequence[str]) -> tuple[int, Sequence[str]]:
    """How many of the lines head a table that they begin, after those above, and the heads as they are written. The
    rule under the first line says that it is the only one."""
    own = list(itertools.takewhile(is_row, lines))
    table = [line for line in (*above, *own) if not is_rule(line)]
    if any(map(is_rule, above or own[1:2])):
        return int(not above), cells_of(table[0])
    count, heads = column_heads(table)
    return max(0, count - len(above)), heads


def _names(heads: Sequence[str]) -> list[str]:
    """The heads of columns in plain text without their units; of two rows of heads the lower ones, if all different."""
    plain = ["\n".join(" ".join(_UNIT.sub("", _plain(part)).split()) for part in head.split("\n")) for head in heads]
    lowest = [head.rpartition("\n")[2] for head in plain]
    return [low if lowest.count(low) == 1 else head for head, low in zip(plain, lowest, strict=True)]


def agrees_with_mark(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool | None:
    """Whether a claim denies or affirms as the cell does that says yes or no (✓, –, 无): in the row whose label the
    claim says, and no other row has, and the column which question or claim name, or the only one. None without it."""
    said, asked = content_of(claim).keys(), content_of(question).keys()
    labels = Counter(row.content[0] for row in rows)
    for row in rows:
        label = row.content[0]
        if not (row.heads and label and label <= said and labels[label] == 1):
            continue
        marks = {at: cell in _NO for at, cell in enumerate(row.cells) if at and cell in _YES | _NO}
        if any(cell & said for at, cell in enumerate(row.content) if at and at not in marks):
            continue  # what the claim says is another cell's
        heads = {at: content_of(row.heads[at]).keys() for at in marks if at < len(row.heads)}
        named = [at for at in heads if heads[at] & said] or [at for at in heads if heads[at] & asked]
        told = {marks[at] for at in named or marks}
        if len(told) == 1 and (named or len(row.cells) == _PAIR):
            return bool(_DENIES.search(claim)) is told.pop()
    return None


def takes_wrong_row(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether a number or the words of a cell that the claim gives stand only in rows that fit claim and question less
    than another row does, which has something else of that kind in the same column; or a number only in rows of whose
    label nothing is said, while that of another row, with another number, is."""
    given, plain = numbers_in(claim), _plain(claim)
    said = content_of(plain).keys() | {token for token in content_of(_plain(question)) if not is_number(token)}
    said |= codes_in(claim) | codes_in(question)

    def is_outdone(row: ClaimRow, at: int) -> bool:
        return any(
            _fit(row, at, said) < _fit(other, at, said)
            and (other.numbers[at] or not row.numbers[at])
            and (
                not other.numbers[at] & given and _kind(other.cells[at]) == _kind(row.cells[at])
                if row.numbers[at]
                else other.content[at] and not _is_said(other.cells[at], plain)
            )
            for other in rows
            if other.heads and len(other.cells) == len(row.cells)
        )

    named = [row for row in rows if row.heads and _is_said(row.cells[0], plain)]

    def is_unnamed(row: ClaimRow) -> bool:
        return not row.content[0] & said and any(
            not all(map(is_number, other.content[0])) and any(numbers - given for numbers in other.numbers[1:])
            for other in named
        )

    def is_of_unnamed(row: ClaimRow, at: int) -> bool:
        return not row.content[0] & said and any(
            len(other.cells) == len(row.cells) and other.content[at] and not _is_said(other.cells[at], plain)
            for other in named
        )

    def is_given(row: ClaimRow, at: int) -> bool:
        """Whether the claim gives the words of a cell: those of the longest one of the column, where it gives no others
        of that: not "K300", where the claim gives the "K210, K300" of another row."""
        column = [other.content[at] for other in rows if other.heads and len(other.cells) == len(row.cells)]
        of_it = content_of(plain).keys() & frozenset().union(*column)
        longest = any(len(cell) > 1 and cell == of_it for cell in column)
        return row.content[at] == of_it if longest and row.content[at] <= of_it else _is_said(row.cells[at], plain)

    numbers = [
        [(row, at) for row in rows for at, cell in enumerate(row.numbers) if number in cell]
        for number in given - numbers_in(question)
    ]
    worded = [
        (row, at)
        for row in rows
        if row.heads and len(row.cells) >= _FEWEST_CELLS
        for at in range(len(row.cells))
        if at and row.content[at] and not row.numbers[at] and is_given(row, at)
    ]
    words = [[(row, at) for row, at in worded if row.cells[at] == cell] for cell in {r.cells[at] for r, at in worded}]
    return (
        any(having and all(is_outdone(row, at) for row, at in having) for having in (*numbers, *words))
        or any(having and all(row.heads and at and is_unnamed(row) for row, at in having) for having in numbers)
        or any(having and all(is_of_unnamed(row, at) for row, at in having) for having in words)
    )


def takes_wrong_label(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether a claim gives the labels of rows, and no others, of each of which another row of the table holds what was
    asked, and more of that: "which command …?", but not "what comes after …?"."""
    if _BESIDE_ASKED.search(question):
        return False
    plain, asked = _plain(claim), _plain(question)
    wanted = {token for token in content_of(asked) if not is_number(token)}
    whole = _whole(rows)
    given = [row for row in whole if row.content[0] and _is_said(row.cells[0], plain)]

    def is_outdone(row: ClaimRow) -> bool:
        own = _fit(row, 0, wanted)
        return any(
            other.heads == row.heads
            and own < (theirs := _fit(other, 0, wanted))
            and len(theirs - own) >= _MORE
            and not _is_said(other.cells[0], plain)
            for other in whole
        )

    return bool(given) and not any(_is_said(row.cells[0], asked) for row in given) and all(map(is_outdone, given))


def takes_wrong_column(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether of a row that claim or question name the claim gives cells of other columns than those whose heads they
    name: of names, of a row of numbers ("2nd year"), under one head of several columns, and of columns of one kind, as
    "primary" and "backup". Of others "room" is none, and may be said of anything."""
    plain, asked = _plain(claim), _plain(question)
    said = f"{plain} {asked}"
    names, numbers = names_in(claim) | names_in(question), numbers_in(claim) | numbers_in(question)
    added = numbers_in(claim) - numbers_in(question)
    found: set[bool] = set()
    whole = _whole(rows)
    for row in whole:
        if not (_is_said(row.cells[0], said) or _is_told(row, numbers)):
            continue
        forms = [_NUMBERED.sub("#", head) for head in row.heads]
        columns = _columns(row, plain, asked)
        named = [
            at
            for at in columns
            if not names.isdisjoint(row.heads[at].split())
            or weekdays_in(row.heads[at])
            or _is_of_year(row.heads, at)
            or _has_siblings(row.measures, at)
            or (forms[at] != row.heads[at] and forms.count(forms[at]) > 1)
        ]
        given = [at for at, cell in enumerate(row.cells) if at and (_is_said(cell, plain) or row.numbers[at] & added)]
        if not columns:  # of several heads with a year those with the one that is said
            years = set(_YEAR.findall(plain)) or set(_YEAR.findall(asked))
            named = [at for at, head in enumerate(row.heads) if years and not years.isdisjoint(_YEAR.findall(head))]
        if not named:  # columns of one kind
            named = [
                at for at in columns if any(_are_alike(at, other, whole) for other in given if other not in columns)
            ]
        right = any(at in named for at in given)
        if right or (named and given and all(row.cells[at] for at in named)):
            found.add(right)
    return found == {False}


def _is_of_year(heads: Sequence[str], at: int) -> bool:
    """Whether a head names a year, and others name other years."""
    own = set(_YEAR.findall(heads[at]))
    return bool(own) and any(own.isdisjoint(found) for head in heads if (found := _YEAR.findall(head)))


def _has_siblings(measures: Sequence[str], at: int) -> bool:
    """Whether one head stands over a column and others."""
    above = measures[at].rpartition("\n")[0]
    return bool(above) and sum(head.rpartition("\n")[0] == above for head in measures) > 1


def _is_told(row: ClaimRow, numbers: Set[str]) -> bool:
    """Whether numbers that are said are all that the label of a row has: "09:00–11:00"."""
    return bool(row.numbers[0]) and all(map(is_number, row.content[0])) and row.numbers[0] <= numbers


def _are_alike(one: int, other: int, rows: Sequence[ClaimRow]) -> bool:
    """Whether two columns hold values of one kind: amounts of one unit, or the same words in other rows."""
    cells = [(row.cells[one], row.cells[other]) for row in rows]
    if any(_AMOUNT.fullmatch(cell) for pair in cells for cell in pair):
        return False  # plain numbers may count anything
    kinds = [{_kind(pair[side]) for pair in cells if any(map(str.isdigit, pair[side]))} - {""} for side in (0, 1)]
    words = [{pair[side] for pair in cells if pair[side] and not any(map(str.isdigit, pair[side]))} for side in (0, 1)]
    return bool(kinds[0] & kinds[1]) or bool(words[0] & words[1] - _YES - _NO)


def gives_heads_alone(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether a claim lists the names of all columns of a table, and adds no number to the question."""
    plain = _plain(claim)
    return not numbers_in(claim) - numbers_in(question) and any(
        len(row.heads) >= _FEWEST_CELLS and all(_is_said(head, plain) for head in row.heads) for row in rows
    )


def names_cell(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether each number that the claim adds to the question stands in a row and a column that they name."""
    plain, asked = _plain(claim), _plain(question)
    named = [row for row in _whole(rows) if _is_said(row.cells[0], f"{plain} {asked}")]
    added = numbers_in(claim) - numbers_in(question)
    return bool(added) and all(
        any(number in row.numbers[at] for row in named for at in _columns(row, plain, asked)) for number in added
    )


def fits_cell(claim: str, question: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether each number that the claim adds to the question stands in a cell without others, of whose row and column
    more is said, in claim and question, than of any other row, and of any other column. A label that is said goes
    before words of it."""
    plain = f"{_plain(claim)} {_plain(question)}"
    said, whole = {*content_of(plain)}, _whole(rows)
    heads_and_labels = [*whole[0].measures, *(row.cells[0] for row in whole)] if whole else []
    added = (numbers_in(claim) - numbers_in(question)).difference(*map(numbers_in, heads_and_labels))

    def fits(at: int, column: int) -> bool:
        rows_fit = [
            (bool(other.content[0]) and _is_said(other.cells[0], plain), len(_fit(other, column, said)))
            for other in whole
        ]
        heads_fit = [(False, len(content_of(head).keys() & said)) for head in whole[at].heads[1:]]
        return _is_greatest(rows_fit, at) and _is_greatest(heads_fit, column - 1)

    return bool(added) and all(
        any(
            number in row.numbers[column] <= added and fits(at, column)
            for at, row in enumerate(whole)
            for column in range(1, len(row.cells))
        )
        for number in added
    )


def _is_greatest(fits: Sequence[tuple[bool, int]], at: int) -> bool:
    """Whether something is said of what is at a place, and less of each other."""
    return fits[at] > (False, 0) and all(fit < fits[at] for other, fit in enumerate(fits) if other != at)


def gives(claim: str, question: str, row: ClaimRow, besides: int) -> bool:
    """Whether the claim gives a cell of a row, besides one: a number that it adds to the question, or words."""
    plain, added = _plain(claim), numbers_in(claim) - numbers_in(question)
    return any(
        bool(row.numbers[at] & added) if row.numbers[at] else _is_said(cell, plain)
        for at, cell in enumerate(row.cells)
        if at != besides
    )


def _fit(row: ClaimRow, at: int, said: set[str]) -> frozenset[str]:
    """What is said of a row, apart from one cell."""
    return frozenset(token for i, content in enumerate(row.content) if i != at for token in content if token in said)


def _kind(cell: str) -> str:
    """What a cell holds besides its number: the unit."""
    return _AMOUNT.sub("", cell)


def _whole(rows: Sequence[ClaimRow]) -> list[ClaimRow]:
    """The rows that have a cell for each head."""
    return [row for row in rows if row.heads and len(row.cells) == len(row.heads)]


def _columns(row: ClaimRow, claim: str, question: str) -> list[int]:
    """The columns, but for the first, whose head the claim names, else those whose head the question does."""
    return _named_columns(row.heads, claim) or _named_columns(row.heads, question)


def _named_columns(heads: Sequence[str], said: str) -> list[int]:
    """The columns, but for the first, whose head is named; "P2" is not where "P2 Pro" is."""
    named = []
    for at in sorted(range(1, len(heads)), key=lambda at: -len(heads[at])):
        if all(_is_said(part, said) for part in heads[at].split("\n")):
            named.append(at)
            said = said.replace(heads[at], " ")
    return named


def _is_said(head: str, said: str) -> bool:
    """Whether a text names a head or a label; a part of a longer word or number does not."""
    before, after = (r"(?<![a-z0-9])" if head[:1].isascii() else "", r"(?![a-z0-9])" if head[-1:].isascii() else "")
    return bool(head) and bool(re.search(before + re.escape(head) + after, said))


def _plain(text: str) -> str:
    """Lower case, of one width, with quarters as "q1"."""
    text = with_short_days(unicodedata.normalize("NFKC", text).lower())
    text = _ORDINAL.sub(lambda match: _ORDINALS[match.group()], text)
    text = _QUARTER.sub(lambda match: f" q{_QUARTERS.get(match[1], match[1]) or match[2]} ", text)
    return " ".join(text.split())
