"""Side by side: things compared by the tables that name all of them, as rows or as columns; no model is needed."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import takewhile

from kb.language.content_terms import content_of, share_held
from kb.language.language import squeezed
from kb.requests.blocks import Block, Item
from kb.requests.desk import passage_of
from kb.requests.quoting import AnswerLine, Place, in_cell, one_line
from kb.requests.recognition import bare_name
from kb.schema import Language, Passage, StoredText

FEWEST_POINTS = 2  # on which a table must tell all sides
MOST_POINTS = 40  # that are told of one table
ASPECT = 0.5  # of the aspect's best share in the name of a point, that those of the others must hold
_KEY_COLUMNS = 2  # the first columns of a table, that name its rows

SAME = {"en": "The same: {}", "zh": "相同：{}"}
_AND = re.compile(r"[,，、;；]| and |和|与|及")
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
        return len({" ".join(value.split()) for value in self.values}) == 1


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What a table calls the sides, and on what it tells of them, in its order."""

    names: tuple[str, ...]
    points: tuple[Point, ...]


def in_table(
    block: Block, sides: Sequence[str], aspect: str = "", about: str = "", whole: bool = False
) -> SideBySide | None:
    """What a table tells of all sides; None where it names not all of them, or not plainly. `whole`: on all points.

    Words that all sides have, and neither the table's names of them nor what it is `about`, say in what they are
    compared, as `aspect` does: "the warranty of the T3 and of the T5".
    """
    known = content_of(about)
    found = (_by_rows(block, sides, known) or _by_columns(block, sides, known)) if block.is_table else None
    if found is None:
        return None
    beside = [
        {token: weight for token, weight in content_of(side).items() if token not in known | content_of(name)}
        for side, name in zip(sides, found.names, strict=True)
    ]
    if any(each != beside[0] for each in beside):
        return None
    points = list(found.points)
    if wanted := {} if whole else content_of(aspect) | beside[0]:
        covered = [share_held(wanted, content_of(point.name)) for point in points]
        least = max(0.01, ASPECT * max(covered, default=0.0))
        if not all(any(share_held(each, content_of(point.name)) for point in points) for each in _several(aspect)):
            least = 0.0  # of several things that are compared one has no name here
        points = [point for point, share in zip(points, covered, strict=True) if share >= least]
    elif not whole and not any(any(map(str.isalpha, point.name)) for point in points):
        return None  # figures of some years do not say how things differ
    told = tuple(point for point in points if any(point.values))
    of_all = sum(all(point.values) for point in told)
    return SideBySide(found.names, told) if of_all >= (1 if wanted else FEWEST_POINTS) else None


def _several(aspect: str) -> list[dict[str, float]]:
    """The words of each of several things in which sides are compared; nothing for one."""
    found = [words for said in _AND.split(aspect) if (words := content_of(said))]
    return found if len(found) > 1 else []


def lines_of(
    stored: StoredText, block: Block, told: SideBySide, rank: int, language: Language
) -> tuple[Passage, list[AnswerLine]]:
    """The table as a passage, and the lines that tell the points: those that differ one by one, then the others."""
    passage = passage_of(stored, rank, block.start, block.end, block.section)
    title = one_line(stored.title) or stored.path
    under = block.section.rpartition(" > ")[2]
    lines = [AnswerLine(f"**{title}** ({' > '.join(filter(None, (stored.path, under)))})\n")]
    colon, semicolon = _COLON[language], _SEMICOLON[language]
    shown = told.points[:MOST_POINTS]
    for point in shown:
        if not point.is_same:
            values = semicolon.join(
                f"{in_cell(name)}{colon}{in_cell(value) or '–'}"
                for name, value in zip(told.names, point.values, strict=True)
            )
            name = in_cell(point.name)
            lines.append(
                AnswerLine(f"- **{name}**{colon}{values}" if name else f"- {values}", _places(passage, [point]))
            )
    same = [point for point in shown if point.is_same]
    if same:
        values = semicolon.join(
            colon.join(filter(None, (in_cell(point.name), in_cell(point.values[0])))) for point in same
        )
        lines.append(AnswerLine(f"- {SAME[language].format(values)}", _places(passage, same)))
    return passage, lines


def _places(passage: Passage, points: Sequence[Point]) -> tuple[Place, ...]:
    rows = dict.fromkeys((row.start, row.end) for point in points for row in point.rows)
    return tuple(Place(passage, start, end) for start, end in rows)


def _by_rows(block: Block, sides: Sequence[str], known: Container[str]) -> SideBySide | None:
    """Where each side is a row."""
    for column in range(min(_KEY_COLUMNS, len(block.heads) or _KEY_COLUMNS)):
        names = [item.cells[column] if column < len(item.cells) else "" for item in block.items]
        found = _places_of(names, sides, known)
        if found is None:
            continue
        rows = tuple(block.items[at] for at in found)
        points = tuple(
            Point(block.heads[at] if at < len(block.heads) else "", tuple(_cell(row, at) for row in rows), rows)
            for at in range(max(len(row.cells) for row in rows))
            if at != column
        )
        return SideBySide(tuple(row.cells[column] for row in rows), points)
    return None


def _by_columns(block: Block, sides: Sequence[str], known: Container[str]) -> SideBySide | None:
    """Where each side is a column, or a group of them under the same second heads: "Oslo list", "Oslo dealer"."""
    groups = _groups_of(block.heads[1:], sides, known)
    if groups is None or not any(_cell(item, 0) for item in block.items):  # figures of nobody knows what
        return None
    begins = [_begin([block.heads[at + 1] for at in group]) if len(group) > 1 else "" for group in groups]
    places = [
        {block.heads[at + 1].removeprefix(begin) if begin else "": at + 1 for at in group}
        for group, begin in zip(groups, begins, strict=True)
    ]
    seconds = [second for second in places[0] if all(second in each for each in places)]
    points = tuple(
        Point(
            f"{_cell(item, 0)} ({second.strip()})" if second.strip() else _cell(item, 0),
            tuple(_cell(item, each[second]) for each in places),
            (item,),
        )
        for item in block.items
        for second in seconds
    )
    names = (begin or block.heads[group[0] + 1] for group, begin in zip(groups, begins, strict=True))
    return SideBySide(tuple(name.strip() for name in names), points) if points else None


def _begin(heads: Sequence[str]) -> str:
    """The words with which all heads begin."""
    words = zip(*(head.split() for head in heads), strict=False)
    return " ".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, words))


def _cell(item: Item, at: int) -> str:
    value = item.cells[at] if at < len(item.cells) else ""
    return value if value.strip("-–—/ ") else ""


def _places_of(names: Sequence[str], sides: Sequence[str], known: Container[str]) -> list[int] | None:
    """Where the names of the sides stand, each at a place of its own; None where not all of them do."""
    groups = _groups_of(names, sides, known)
    return [group[0] for group in groups] if groups is not None and len(groups[0]) == 1 else None


def _groups_of(names: Sequence[str], sides: Sequence[str], known: Container[str]) -> list[list[int]] | None:
    """Where the names of the sides stand, each at one place or more of its own; None where not all of them do, or one
    alone at several."""
    of_all = set.intersection(*(set(content_of(side)) for side in sides))
    groups = [_fits(names, side, known, of_all) for side in sides]
    taken = [at for group in groups for at in group]
    several = {len(group) > 1 for group in groups}
    return groups if all(groups) and len(several) == 1 and len(set(taken)) == len(taken) else None


def _fits(names: Sequence[str], side: str, known: Container[str], of_all: Container[str]) -> list[int]:
    """Where a side is named: by names that are the same; else by those whose words it has all; else by those that have
    all of its words beside those that are known, or beside those that all sides have."""
    same = [at for at, name in enumerate(names) if name and squeezed(name) == squeezed(bare_name(side))]
    if same:
        return same
    wanted = content_of(side).keys()
    fits = [at for at, name in enumerate(names) if (said := content_of(name)) and said.keys() <= wanted]
    for told in (known, of_all):
        own = {token for token in wanted if token not in told}
        if not fits and own:
            fits = [at for at, name in enumerate(names) if own <= content_of(name).keys()]
    return fits
