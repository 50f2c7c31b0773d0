"""Rules: who may read a document, a path of a collection, a collection, or whatever no rule names.

The nearest rule holds, alone: that of the document, else that of the longest path that matches, else that of the
collection, else that for all others, else nobody's. What cannot be read or told apart opens nothing.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from kb.errors import UsageError
from kb.schema import Principal

EVERYONE = "*"
NOBODY: tuple[str, ...] = ()
PERSONAL = "~"  # begins the names of personal collections, and stands for one's own
GROUP, PERSON = "group:", "person:"
EDITOR = "editor:"  # with the name of a collection: who edits it; no rule names it
OWNER = ":owner"  # whose the collection of the home's owner is: no account is called so
MOST_READERS = 1_000  # of one rule
_LONGEST = 512  # characters of a path or a reader
_WILD = "*?[]"

Level = Literal["document", "path", "collection", "default"]


@dataclass(frozen=True, slots=True)
class Place:
    """What readers are set on. `path` is a document's, or a glob in which `*` crosses folders; "" where it has none."""

    level: Level
    collection: str = ""  # "" for the default
    path: str = ""


DEFAULT = Place("default")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may read what lies at a place: `*` for everyone, `group:NAME`, `person:NAME`; sorted, and none is nobody."""

    place: Place
    readers: tuple[str, ...]
    personal: bool = False  # of somebody's personal collection: it cannot be changed


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may read a document, and the place whose rule says so; None where there is no rule, and so no reader."""

    readers: tuple[str, ...]
    place: Place | None
    personal: bool = False


def keys_of(asker: Principal) -> frozenset[str]:
    """The readers that somebody is. Who edits a collection reads all of it."""
    groups, edits = (f"{GROUP}{group}" for group in asker.groups), (f"{EDITOR}{name}" for name in asker.edits)
    return frozenset({EVERYONE, f"{PERSON}{asker.name}", *groups, *edits})


def checked_readers(given: Iterable[str]) -> tuple[str, ...]:
    """Readers as they are stored. Raises UsageError for what names none, or for too many."""
    readers = tuple(sorted({_reader(each) for each in given}))
    if len(readers) > MOST_READERS:
        raise UsageError("access.too_many_readers", most=MOST_READERS, count=len(readers))
    return readers


def _reader(given: str) -> str:
    text = unicodedata.normalize("NFC", given).strip()
    kind, colon, name = text.partition(":")
    named = f"{kind}:" in (GROUP, PERSON) and bool(name.strip()) and text.isprintable() and len(text) <= _LONGEST
    if text != EVERYONE and not (colon and named):
        raise UsageError("access.no_reader", given=given[:80])
    return text if text == EVERYONE else f"{kind}:{name.strip()}"


def checked_place(place: Place) -> Place:
    """A place as it is stored: a path that ends in a slash stands for all below it. Raises UsageError."""
    if place.level == "default":
        return DEFAULT
    if not place.collection:
        raise UsageError("access.name_collection")
    if place.level == "collection":
        return Place("collection", place.collection)
    path = place.path
    if place.level == "path":
        path = f"{path}*" if path.endswith("/") else path
    if not path or (len(path) > _LONGEST and place.level == "path"):
        raise UsageError("access.path_length", most=_LONGEST, count=len(path))
    return Place(place.level, place.collection, path)


def decoded(text: str | None) -> tuple[str, ...]:
    """Readers as they are stored, as JSON; nobody where it cannot be read."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return NOBODY
    return tuple(found) if isinstance(found, list) and all(isinstance(each, str) for each in found) else NOBODY


def encoded(readers: Iterable[str]) -> str:
    """Readers as JSON, the same for the same ones."""
    return json.dumps(sorted(set(readers)), ensure_ascii=False)


class RuleBook:
    """The rules of a home, asked for many documents."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._default = next((rule for rule in rules if rule.place.level == "default"), None)
        self._collections = {rule.place.collection: rule for rule in rules if rule.place.level == "collection"}
        self._documents = {
            (rule.place.collection, rule.place.path): rule for rule in rules if rule.place.level == "document"
        }
        self._paths: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.place.level == "path":
                self._paths.setdefault(rule.place.collection, []).append(rule)
        for own in self._paths.values():
            own.sort(key=lambda rule: (-length(rule.place.path), rule.place.path))

    def readers(self, collection: str, path: str) -> Readers:
        """Who may read a document. What is set on a mail holds for what is inside it. Where several paths match that
        are equally long, it is who stands in all of their rules."""
        above = path
        while self._documents and above:
            own = self._documents.get((collection, above))
            if own is not None:
                return Readers(own.readers, own.place)
            above = above.rpartition("/")[0]
        matching = [rule for rule in self._paths.get(collection, ()) if fnmatchcase(path, rule.place.path)]
        if matching:
            first, *others = [r for r in matching if length(r.place.path) == length(matching[0].place.path)]
            readers = first.readers
            for other in others:
                readers = _named_by_both(readers, other.readers)
            return Readers(readers, first.place)
        rule = self._collections.get(collection) or self._default
        return Readers(rule.readers, rule.place, rule.personal) if rule else Readers(NOBODY, None)


def length(glob: str) -> int:
    """How much of a path a glob spells out: its characters without wildcards and brackets."""
    return sum(character not in _WILD for character in glob)


def _named_by_both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if EVERYONE in one:
        return other
    if EVERYONE in other:
        return one
    return tuple(sorted(set(one) & set(other)))


def place_text(place: Place) -> str:
    """A place as people write it: `COLLECTION`, `COLLECTION/PATH`, or `*` for whatever no rule names."""
    if place.level == "default":
        return "*"
    return f"{place.collection}/{place.path}" if place.path else place.collection


def rule_form(rule: Rule) -> dict[str, Any]:
    """A rule as JSON."""
    return {**asdict(rule.place), "readers": [*rule.readers]}


def readers_form(collection: str, path: str, found: Readers) -> dict[str, Any]:
    """Who may read a document as JSON; `rule` is the place whose rule says so, null where none does."""
    rule = None if found.place is None else asdict(found.place)
    return {"collection": collection, "document": path, "readers": [*found.readers], "rule": rule}
