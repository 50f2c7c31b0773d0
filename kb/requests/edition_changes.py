"""Changes: what one edition of a text says otherwise than another: rows and sentences of both, paired by their words,
and by their vectors. No language model is needed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from kb.language.content_terms import content_of, share_held, words_of
from kb.language.language import language_of, nfkc, sentences, squeezed
from kb.requests.blocks import Block
from kb.schema import StoredText

ALIKE = 0.45  # share of the words of both, numbers apart, that a pair has in common
SHARED = 0.2  # of the shorter text that must have its like in the other, for these to be editions of one text
FEWEST_SHARED = 3
TITLE = 0.7  # share of a line's words that the title has, from which on it is the title again, as at the head of a page
NEAR = {"en": 0.875, "zh": 0.93}  # cosine (multilingual-e5-small) of a pair in other words
PLAINLY_NEARER = 0.02  # than to any third
MOST_EMBEDDED = 150  # units of a text that are compared by vectors
COMMON = 60  # units that hold a word, from which on it tells no pairs
_SHORTEST = 4  # characters of a sentence that says something
_ENDED = re.compile(r"[.!?;。！？；]\s*$")  # a sentence, and no line at the head or foot of a page
_GOES_ON = re.compile(r"[a-z]")  # how a line begins that goes on with a sentence; of Chinese it cannot be told
_WORD = r"[^\s\d.;:!?。；：！？，、]{1,20}"
_NUMBERED_HEADING = re.compile(rf"\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}\.? (?=[A-Z一-鿿]){_WORD}(?: {_WORD}){{0,4}}")
_BARE_NUMBER = re.compile(r"(?:article|section|chapter|clause|part|annex|appendix|§) ?[\divx]{1,4}[.:]?", re.I)
_NUMBER = re.compile(  # before a sentence, and no amount
    r"^\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}[.)、]"
    r"|\d{1,3}(?:\.\d{1,3}){1,4}(?=\s+[A-Z“\"(《一-鿿])(?!\s+[吨元天个年月日小时公里米克万亿])"
    r"|[一二三四五六七八九十]{1,3}[、.)])\s+"
)

Vectors = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A row (`cells`, under `heads`, of the table of that number with these heads) or a sentence (no cells):
    `text[start:end]`."""

    start: int
    end: int
    text: str
    cells: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    table: int = 0

    @property
    def bare(self) -> str:
        """What it says, without its number, white space, and the mark at its end."""
        said = "\t".join(map(_plain, self.cells)) if self.cells else _plain(_NUMBER.sub("", nfkc(self.text)))
        return f"{self.table}\t{said}" if self.cells else said


@dataclass(frozen=True, slots=True)
class Changes:
    """Pairs of an older and a newer unit that differ, in the newer order, and what only one of the texts has."""

    changed: tuple[tuple[Unit, Unit], ...]
    dropped: tuple[Unit, ...]
    added: tuple[Unit, ...]


def units_of(stored: StoredText, blocks: Sequence[Block], headings: Sequence[str]) -> list[Unit]:
    """The rows and sentences of a text, in order, without its headings, its title, and what stands on every page."""
    tables = [block for block in blocks if block.is_table]
    numbers: Counter[tuple[str, ...]] = Counter()
    found: list[Unit] = []
    for block in tables:
        numbers[block.heads] += 1
        found += [
            Unit(
                item.start, item.end, stored.text[item.start : item.end], item.cells, block.heads, numbers[block.heads]
            )
            for item in block.items
        ]
    titles = {_plain(heading) for heading in headings}
    named = content_of(stored.title)
    at = 0
    for start_of_table, end_of_table in [*((block.start, block.end) for block in tables), (len(stored.text), 0)]:
        for start, stop in _whole(stored.text, at, start_of_table):
            said = stored.text[start:stop]
            is_heading = _NUMBERED_HEADING.fullmatch(said) or _BARE_NUMBER.fullmatch(said)
            is_title = is_heading or share_held(content_of(said), named) >= TITLE
            if sum(map(str.isalnum, said)) >= _SHORTEST and not is_title and _plain(said) not in titles:
                found.append(Unit(start, stop, said))
        at = end_of_table
    count = Counter(unit.bare for unit in found)
    kept = (unit for unit in found if unit.cells or count[unit.bare] == 1 or _ENDED.search(unit.text))
    return sorted(kept, key=lambda unit: unit.start)


def _whole(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of a part of a text stand, those whole that are broken into the lines of a page."""
    first = last = -1
    for begin, stop in sentences(text[start:end]):
        goes_on = (
            first >= 0
            and not _ENDED.search(text[first:last])
            and text[last : start + begin].strip(" ") == "\n"
            and _GOES_ON.match(text, start + begin)
        )
        if not goes_on:
            if first >= 0:
                yield first, last
            first = start + begin
        last = start + stop
    if first >= 0:
        yield first, last


def changes_between(older: Sequence[Unit], newer: Sequence[Unit], vectors: Vectors | None = None) -> Changes | None:
    """What differs between two texts; None where too little of them is alike for editions of one text. By `vectors`,
    which gives one of unit length for each text, those that say the same in other words are paired, too."""
    pairs = _same(older, newer)
    pairs |= _rows(older, newer, pairs)
    pairs |= _alike(older, newer, pairs)
    if vectors is not None:
        pairs |= _near(older, newer, pairs, vectors)
    if len(pairs) < max(FEWEST_SHARED, SHARED * min(len(older), len(newer))):
        return None
    paired = set(pairs.values())
    return Changes(
        tuple(
            (older[pairs[at]], unit) for at, unit in enumerate(newer) if at in pairs and _differ(older[pairs[at]], unit)
        ),
        _alone((unit for at, unit in enumerate(older) if at not in paired), newer),
        _alone((unit for at, unit in enumerate(newer) if at not in pairs), older),
    )


def _alone(units: Iterable[Unit], other: Sequence[Unit]) -> tuple[Unit, ...]:
    """Of some units those that the other text has not, each once."""
    there = {unit.bare for unit in other}
    return tuple({unit.bare: unit for unit in units if unit.bare not in there}.values())


def _differ(old: Unit, new: Unit) -> bool:
    return any(changed_cells(old, new)) if new.cells else old.bare != new.bare


def changed_cells(old: Unit, new: Unit) -> Iterator[tuple[str, str, str]]:
    """(head of the column, before, after) of each cell of a row that is another. A column is that of the same head,
    where both tables have one of it; else the one at the same place, if its head is not one of the newer table, and
    both heads have a word in common, or both cells have numbers, or neither has."""
    before, after = ([_plain(head) for head in row.heads] for row in (old, new))
    for at, cell in enumerate(new.cells):
        head = after[at] if at < len(after) else ""
        was: str | None = None
        if head and before.count(head) == after.count(head) == 1:
            place = before.index(head)
            was = old.cells[place] if place < len(old.cells) else ""
        elif at < len(old.cells) and (at >= len(before) or before[at] == head or before[at] not in after):
            same_kind = any(map(str.isdigit, old.cells[at])) == any(map(str.isdigit, cell))
            alike = at < len(before) and (before[at] == head or _share_a_word(old.heads[at], new.heads[at : at + 1]))
            was = old.cells[at] if alike or same_kind else None
        if was is not None and _plain(was) != _plain(cell):
            yield new.heads[at] if at < len(new.heads) else "", was, cell


def _share_a_word(head: str, other: Sequence[str]) -> bool:
    return any(content_of(head).keys() & content_of(each).keys() for each in other)


def _plain(text: str) -> str:
    """A text without white space, capitals, and the mark at its end."""
    return squeezed(text).rstrip("。.;；,，:")


def _same(older: Sequence[Unit], newer: Sequence[Unit]) -> dict[int, int]:
    """Of units that are the same, each newer one with an older one: in order first, then wherever they stand."""
    before, after = [unit.bare for unit in older], [unit.bare for unit in newer]
    pairs: dict[int, int] = {}
    for run in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        pairs |= {run.b + step: run.a + step for step in range(run.size)}
    taken = set(pairs.values())
    places: dict[str, list[int]] = {}
    for at, said in enumerate(before):
        if at not in taken:
            places.setdefault(said, []).append(at)
    return pairs | {at: places[said].pop(0) for at, said in enumerate(after) if at not in pairs and places.get(said)}


def _rows(older: Sequence[Unit], newer: Sequence[Unit], known: Mapping[int, int]) -> dict[int, int]:
    """Rows of the same name, which no other row of the table has, in tables that share half the heads."""
    taken = set(known.values())
    old_keys = _keys(older, taken)
    return {
        at: old_keys[key]
        for key, at in _keys(newer, set(known)).items()
        if key in old_keys and _heads_alike(older[old_keys[key]].heads, newer[at].heads)
    }


def _keys(units: Sequence[Unit], taken: set[int]) -> dict[tuple[int, str], int]:
    names = [(unit.table, _name(unit)) for unit in units]
    count = Counter(names)
    return {
        name: at
        for at, name in enumerate(names)
        if units[at].cells and at not in taken and count[name] == 1 and name[1]
    }


def _name(unit: Unit) -> str:
    """What a row is called: its first cell that is no mere number."""
    return next((_plain(cell) for cell in unit.cells if any(map(str.isalpha, cell))), "")


def _heads_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    both = {_plain(head) for head in one} & {_plain(head) for head in other}
    return 2 * len(both) >= max(len(one), len(other))


def _alike(older: Sequence[Unit], newer: Sequence[Unit], known: Mapping[int, int]) -> dict[int, int]:
    """The others, each with the one whose words are most like its own, the likest pairs first."""
    taken = set(known.values())
    said = {at: words_of(unit.text) for at, unit in enumerate(older) if at not in taken}
    holders: dict[str, list[int]] = {}
    for at, words in said.items():
        for word in words:
            holders.setdefault(word, []).append(at)
    scored: list[tuple[float, int, int]] = []
    for at, unit in enumerate(newer):
        if at in known:
            continue
        words = words_of(unit.text)
        shared: dict[int, float] = defaultdict(float)
        for word, weight in words.items():
            among = holders.get(word, ())
            for holder in among if len(among) < COMMON else ():
                shared[holder] += weight
        for holder, weight in shared.items():
            share = 2 * weight / (sum(words.values()) + sum(said[holder].values()))
            if share >= ALIKE and (bool(unit.cells), unit.table) == (bool(older[holder].cells), older[holder].table):
                scored.append((share, at, holder))
    result: dict[int, int] = {}
    used: set[int] = set()
    for _, at, holder in sorted(scored, key=lambda each: (-each[0], each[1], each[2])):
        if at not in result and holder not in used:
            result[at] = holder
            used.add(holder)
    return result


def _near(older: Sequence[Unit], newer: Sequence[Unit], known: Mapping[int, int], vectors: Vectors) -> dict[int, int]:
    """The others, each with the one whose vector is nearest to its own, where it is nearest to that one, too, and both
    are plainly nearer to each other than to any third."""
    taken = set(known.values())
    before = [at for at in range(len(older)) if at not in taken]
    after = [at for at in range(len(newer)) if at not in known]
    if not before or not after or max(len(before), len(after)) > MOST_EMBEDDED:
        return {}
    cosines = vectors([older[at].text for at in before]) @ vectors([newer[at].text for at in after]).T
    found: dict[int, int] = {}
    for row, at in enumerate(before):
        column = int(cosines[row].argmax())
        best, other = float(cosines[row, column]), newer[after[column]]
        thirds = [*np.delete(cosines[row], column), *np.delete(cosines[:, column], row)]
        least = NEAR[language_of(other.text)]
        plainly = bool(thirds) and best >= max(least, PLAINLY_NEARER + max(map(float, thirds)))
        if plainly and _of_a_kind(older[at], other):
            found[after[column]] = at
    return found


def _of_a_kind(one: Unit, other: Unit) -> bool:
    """Whether both are sentences, or rows whose names have a word in common, or both a number."""
    if not one.cells or not other.cells:
        return not one.cells and not other.cells
    names = _name(one), _name(other)
    return all(any(map(str.isdigit, name)) for name in names) or _share_a_word(names[0], names[1:])
