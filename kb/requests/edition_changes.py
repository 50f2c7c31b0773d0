"""Changes: what one edition of a text says otherwise than another: rows and sentences of both, paired by their words.

No model is needed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.language.content_terms import content_of, is_number, share_held
from kb.language.language import nfkc, sentences
from kb.requests.blocks import Block
from kb.schema import StoredText

ALIKE = 0.45  # share of the words of both, numbers apart, that a pair has in common
SHARED = 0.2  # of the shorter text that must have its like in the other, for these to be editions of one text
FEWEST_SHARED = 3
TITLE = 0.7  # share of a line's words that the title has, from which on it is the title again, as at the head of a page
_SHORTEST = 4  # characters of a sentence that says something


@dataclass(frozen=True, slots=True)
class Unit:
    """A row (`cells`, under `heads`) or a sentence (no cells): `text[start:end]`."""

    start: int
    end: int
    text: str
    cells: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def bare(self) -> str:
        return "".join(filter(str.isalnum, nfkc(self.text))).casefold()


@dataclass(frozen=True, slots=True)
class Changes:
    """Pairs of an older and a newer unit that differ, in the newer order, and what only one of the texts has."""

    changed: tuple[tuple[Unit, Unit], ...]
    dropped: tuple[Unit, ...]
    added: tuple[Unit, ...]


def units_of(stored: StoredText, blocks: Sequence[Block], headings: Sequence[str]) -> list[Unit]:
    """The rows and sentences of a text, in order, without its headings and what stands on every page."""
    tables = [block for block in blocks if block.is_table]
    found = [
        Unit(item.start, item.end, stored.text[item.start : item.end], item.cells, block.heads)
        for block in tables
        for item in block.items
    ]
    titles = {_plain(heading) for heading in headings}
    named = content_of(stored.title)
    at = 0
    for block in [*tables, None]:
        end = block.start if block else len(stored.text)
        for start, stop in sentences(stored.text[at:end]):
            said = stored.text[at + start : at + stop]
            is_title = share_held(content_of(said), named) >= TITLE
            if sum(map(str.isalnum, said)) >= _SHORTEST and not is_title and _plain(said) not in titles:
                found.append(Unit(at + start, at + stop, said))
        at = block.end if block else end
    count = Counter(unit.bare for unit in found if not unit.cells)
    return sorted((unit for unit in found if count[unit.bare] <= 1), key=lambda unit: unit.start)


def changes_between(older: Sequence[Unit], newer: Sequence[Unit]) -> Changes | None:
    """What differs between two texts; None where too little of them is alike for editions of one text."""
    pairs = {**_same(older, newer)}
    pairs |= _rows(older, newer, pairs)
    pairs |= _alike(older, newer, pairs)
    if len(pairs) < max(FEWEST_SHARED, SHARED * min(len(older), len(newer))):
        return None
    paired = set(pairs.values())
    return Changes(
        tuple(
            (older[pairs[at]], unit) for at, unit in enumerate(newer) if at in pairs and _differ(older[pairs[at]], unit)
        ),
        tuple(unit for at, unit in enumerate(older) if at not in paired),
        tuple(unit for at, unit in enumerate(newer) if at not in pairs),
    )


def _differ(old: Unit, new: Unit) -> bool:
    return any(changed_cells(old, new)) if new.cells else old.bare != new.bare


def changed_cells(old: Unit, new: Unit) -> Iterator[tuple[str, str, str]]:
    """(head of the column, before, after) of each cell of a row that is another. A column is that of the same head;
    where none is, the one at the same place, if its head is not one of the newer table."""
    heads = [_plain(head) for head in old.heads]
    others = {_plain(head) for head in new.heads}
    for at, cell in enumerate(new.cells):
        head = new.heads[at] if at < len(new.heads) else ""
        place = heads.index(_plain(head)) if _plain(head) in heads else at
        moved = place == at and at < len(heads) and heads[at] != _plain(head) and heads[at] in others
        was = old.cells[place] if place < len(old.cells) and not moved else None
        if was is not None and _plain(was) != _plain(cell):
            yield head, was, cell


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, nfkc(text))).casefold()


def _same(older: Sequence[Unit], newer: Sequence[Unit]) -> dict[int, int]:
    """Of units that are the same, each newer one with an older one, in order."""
    places: dict[str, list[int]] = {}
    for at, unit in enumerate(older):
        places.setdefault(unit.bare, []).append(at)
    return {at: places[unit.bare].pop(0) for at, unit in enumerate(newer) if places.get(unit.bare)}


def _rows(older: Sequence[Unit], newer: Sequence[Unit], known: Mapping[int, int]) -> dict[int, int]:
    """Rows that are called the same by their first cell, which no other row is, in tables that share half the heads."""
    taken = set(known.values())
    old_keys = _keys(older, taken)
    return {
        at: old_keys[key]
        for key, at in _keys(newer, set(known)).items()
        if key in old_keys and _heads_alike(older[old_keys[key]].heads, newer[at].heads)
    }


def _keys(units: Sequence[Unit], taken: set[int]) -> dict[str, int]:
    names = Counter(_plain(unit.cells[0]) for unit in units if unit.cells)
    return {
        _plain(unit.cells[0]): at
        for at, unit in enumerate(units)
        if unit.cells and at not in taken and names[_plain(unit.cells[0])] == 1 and _plain(unit.cells[0])
    }


def _heads_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    both = {_plain(head) for head in one} & {_plain(head) for head in other}
    return 2 * len(both) >= max(len(one), len(other))


def _alike(older: Sequence[Unit], newer: Sequence[Unit], known: Mapping[int, int]) -> dict[int, int]:
    """The others, each with the one whose words are most like its own, the likest pairs first."""
    taken = set(known.values())
    said = {at: _words(unit) for at, unit in enumerate(older) if at not in taken}
    holders: dict[str, list[int]] = {}
    for at, words in said.items():
        for word in words:
            holders.setdefault(word, []).append(at)
    scored: list[tuple[float, int, int]] = []
    for at, unit in enumerate(newer):
        if at in known:
            continue
        words = _words(unit)
        shared: dict[int, float] = defaultdict(float)
        for word, weight in words.items():
            for holder in holders.get(word, ()):
                shared[holder] += weight
        for holder, weight in shared.items():
            share = 2 * weight / (sum(words.values()) + sum(said[holder].values()))
            if share >= ALIKE and bool(unit.cells) == bool(older[holder].cells):
                scored.append((share, at, holder))
    result: dict[int, int] = {}
    used: set[int] = set()
    for _, at, holder in sorted(scored, key=lambda each: (-each[0], each[1], each[2])):
        if at not in result and holder not in used:
            result[at] = holder
            used.add(holder)
    return result


def _words(unit: Unit) -> dict[str, float]:
    return {token: weight for token, weight in content_of(unit.text).items() if not is_number(token)}
