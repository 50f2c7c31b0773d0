"""Side by side: things compared by the tables that name all of them, as rows or as columns; no model is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.language.content_terms import content_of, share_held
from kb.language.language import nfkc
from kb.requests.blocks import Block, Item
from kb.requests.desk import passage_of
from kb.requests.quoting import AnswerLine, Place, one_line
from kb.requests.recognition import bare_name
from kb.schema import Language, Passage, StoredText

FEWEST_POINTS = 2  # on which a table must tell all sides
MOST_POINTS = 40  # that are told of one table
NAMED = 1 / 3  # share of what a side is called that a row's or column's name must make up, where it is not the same
ASPECT = 0.5  # of the aspect's best share in the name of a point, that those of the others must hold
_KEY_COLUMNS = 2  # the first columns of a table, that name its rows

SAME = {"en": "The same: {}", "zh": "相同：{}"}
_COLON = {"en": ": ", "zh": "："}
_SEMICOLON = {"en": "; ", "zh": "；"}


@dataclass(frozen=True, slots=True)
class Point:
    """What a table tells of all sides on one point, and the rows that tell it."""

    name: str
    values: tuple[str, ...]
    rows: tuple[Item, ...]

    @property
    def is_same(self) -> bool:
        return len({_bare(value) for value in self.values}) == 1


def points_of(block: Block, sides: Sequence[str], aspect: str = "") -> list[Point]:
    """On what a table tells of all sides, in its order; nothing where it names not all of them, or not plainly."""
    if not block.is_table:
        return []
    points = list(_by_rows(block, sides)) or list(_by_columns(block, sides))
    if aspect:
        wanted = content_of(aspect)
        covered = [share_held(wanted, content_of(point.name)) for point in points]
        least = max(0.01, ASPECT * max(covered, default=0.0))
        points = [point for point, share in zip(points, covered, strict=True) if share >= least]
    told = [point for point in points if any(point.values)]
    of_all = sum(all(point.values) for point in told)
    return told if of_all >= (1 if aspect else FEWEST_POINTS) else []


def lines_of(
    stored: StoredText, block: Block, points: Sequence[Point], sides: Sequence[str], rank: int, language: Language
) -> tuple[Passage, list[AnswerLine]]:
    """The table as a passage, and the lines that tell the points: those that differ one by one, then the others."""
    passage = passage_of(stored, rank, block.start, block.end, block.section)
    title = one_line(stored.title) or stored.path
    under = block.section.rpartition(" > ")[2]
    lines = [AnswerLine(f"**{title}** ({' > '.join(filter(None, (stored.path, under)))})\n")]
    colon = _COLON[language]
    shown = points[:MOST_POINTS]
    for point in shown:
        if not point.is_same:
            told = _SEMICOLON[language].join(
                f"{one_line(side)}{colon}{one_line(value) or '–'}"
                for side, value in zip(sides, point.values, strict=True)
            )
            name = one_line(point.name)
            lines.append(AnswerLine(f"- **{name}**{colon}{told}" if name else f"- {told}", _places(passage, [point])))
    same = [point for point in shown if point.is_same]
    if same:
        told = _SEMICOLON[language].join(
            colon.join(filter(None, (one_line(point.name), one_line(point.values[0])))) for point in same
        )
        lines.append(AnswerLine(f"- {SAME[language].format(told)}", _places(passage, same)))
    return passage, lines


def _places(passage: Passage, points: Sequence[Point]) -> tuple[Place, ...]:
    rows = dict.fromkeys((row.start, row.end) for point in points for row in point.rows)
    return tuple(Place(passage, start, end) for start, end in rows)


def _by_rows(block: Block, sides: Sequence[str]) -> Iterator[Point]:
    """The points where each side is a row."""
    for column in range(min(_KEY_COLUMNS, len(block.heads) or _KEY_COLUMNS)):
        names = [item.cells[column] if column < len(item.cells) else "" for item in block.items]
        found = _places_of(names, sides)
        if found is None:
            continue
        rows = tuple(block.items[at] for at in found)
        for at in range(max(len(row.cells) for row in rows)):
            head = block.heads[at] if at < len(block.heads) else ""
            if at != column:
                yield Point(head, tuple(_cell(row, at) for row in rows), rows)
        return


def _by_columns(block: Block, sides: Sequence[str]) -> Iterator[Point]:
    """The points where each side is a column."""
    found = _places_of(block.heads[1:], sides)
    if found is None:
        return
    for item in block.items:
        yield Point(_cell(item, 0), tuple(_cell(item, at + 1) for at in found), (item,))


def _cell(item: Item, at: int) -> str:
    value = item.cells[at] if at < len(item.cells) else ""
    return value if any(map(str.isalnum, value)) or (len(value) == 1 and value not in "-–—/") else ""


def _places_of(names: Sequence[str], sides: Sequence[str]) -> list[int] | None:
    """Where the names of the sides stand, each at a place of its own; None where not all of them do."""
    found = [at for side in sides if (at := _place_of(names, side)) is not None]
    return found if len(set(found)) == len(sides) else None


def _place_of(names: Sequence[str], side: str) -> int | None:
    """Where a side is named: the only name that is the same; else the only one whose words it has all, and that makes
    up enough of it."""
    same = [at for at, name in enumerate(names) if name and _bare(name) == _bare(bare_name(side))]
    if len(same) == 1:
        return same[0]
    wanted = content_of(side)
    fits = [
        at
        for at, name in enumerate(names)
        if (said := content_of(name)) and said.keys() <= wanted.keys() and share_held(wanted, said) >= NAMED
    ]
    return fits[0] if not same and len(fits) == 1 else None


def _bare(text: str) -> str:
    return "".join(nfkc(text).split()).casefold()
