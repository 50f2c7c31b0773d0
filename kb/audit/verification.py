"""Verifying: whether the records follow on one another, agree with what lies beside them, and lead to a signed head."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.audit.chain import ERASED, ERASED_UP_TO, GENESIS, KEY, Link, canonical, commitment, hash_of
from kb.audit.heads import Head, is_signed
from kb.errors import HomeError
from kb.messages.coded_text import CodedText, fields

MOST = 100  # problems that are told


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record of this number, in a sentence."""

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found. The trail is whole where there are no problems; only the first 100 are told."""

    records: int
    erased: int  # entries that were erased, and a record says so
    hash: str  # of the last record; zeros where there is none
    head: int | None  # the last record that a head was compared with; None without one
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        return not self.problems


def verify(links: Iterable[Link], *heads: Head) -> Verification:
    """Follow the chain from its first record. `heads` were kept outside: the trail must lead to each."""
    walk = _Walk(heads)
    for link in links:
        walk.step(link)
    return walk.verdict()


class _Walk:
    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = heads
        self._problems: list[Problem] = []
        self._records = 0
        self._last, self._hash = 0, GENESIS
        self._hashes = dict.fromkeys((head.number for head in heads), "")  # of the records that heads name
        self._missing: dict[tuple[int, str], None] = {}  # entries whose erasure is still to be told
        self._erased = 0
        self._keys: dict[str, int] = {}  # public keys of the home, and the record that told of each

    def step(self, link: Link) -> None:
        """Take the next record."""
        self._records += 1
        follows = self._check_place(link)
        try:
            digest = hash_of(self._hash, link.record)
        except ValueError:
            digest = ""
        if follows and not hmac.compare_digest(digest.encode(), link.hash.encode("utf-8", "replace")):
            self._report(link.number, CodedText("audit.hash", n=link.number))
        self._last, self._hash = max(self._last, link.number), link.hash
        if link.number in self._hashes:
            self._hashes[link.number] = link.hash
        try:
            content = link.content()
        except HomeError:
            self._report(link.number, CodedText("audit.unreadable", n=link.number))
            return
        if content.get("number") != link.number or canonical(content) != link.record:
            self._report(link.number, CodedText("audit.other_number", n=link.number))
        if link.filed not in (None, (content.get("at"), content.get("action"))):
            self._report(link.number, CodedText("audit.filed", n=link.number))
        self._check_entries(link, content["sealed"])
        self._take_facts(link.number, content.get("facts"))

    def _check_place(self, link: Link) -> bool:
        expected = self._last + 1
        if link.number == expected:
            return True
        if link.number > expected:
            if link.number == expected + 1:
                self._report(expected, CodedText("audit.one_missing", n=expected))
            else:
                self._report(expected, CodedText("audit.some_missing", n=expected, m=link.number - 1))
        else:
            self._report(link.number, CodedText("audit.wrong_place", n=link.number))
        return False

    def _check_entries(self, link: Link, sealed: dict[str, Any]) -> None:
        if link.entries is None:
            return
        for name, entry in link.entries.items():
            if name not in sealed:
                self._report(link.number, CodedText("audit.put_beside", n=link.number, name=name))
                continue
            try:
                fits = hmac.compare_digest(commitment(entry).encode(), str(sealed[name]).encode("utf-8", "replace"))
            except ValueError:
                fits = False
            if not fits:
                self._report(link.number, CodedText("audit.value_changed", n=link.number, name=name))
        self._missing |= {(link.number, name): None for name in sealed.keys() - link.entries.keys()}

    def _take_facts(self, number: int, facts: Any) -> None:
        if not isinstance(facts, dict):
            return
        key, erased, up_to = facts.get(KEY), facts.get(ERASED), facts.get(ERASED_UP_TO)
        if isinstance(key, str):
            self._keys.setdefault(key, number)
        told: list[tuple[int, str]] = []
        if isinstance(erased, dict):
            told += [
                (int(n), name)
                for n, names in erased.items()
                if n.isdecimal() and isinstance(names, list)
                for name in names
            ]
        if isinstance(up_to, int):
            told += [(n, name) for n, name in self._missing if n <= up_to]
        for entry in told:
            if entry[0] < number and entry in self._missing:
                del self._missing[entry]
                self._erased += 1

    def verdict(self) -> Verification:
        """What was found, once all records were taken."""
        for number, name in self._missing:
            self._report(number, CodedText("audit.taken_away", n=number, name=name))
        for head in self._heads:
            self._check_head(head)
        problems = tuple(sorted(self._problems, key=lambda problem: problem.number)[:MOST])
        compared = max((head.number for head in self._heads), default=None)
        return Verification(self._records, self._erased, self._hash, compared, problems)

    def _check_head(self, head: Head) -> None:
        if not is_signed(head):
            self._report(head.number, CodedText("audit.head_changed"))
        elif head.number > self._last:
            self._report(self._last + 1, CodedText("audit.after_missing", n=self._last, m=head.number))
        elif self._hashes[head.number] != head.hash:
            self._report(head.number, CodedText("audit.not_of_head", n=head.number))
        elif self._keys.get(head.key, head.number + 1) > head.number:
            self._report(head.number, CodedText("audit.other_key"))

    def _report(self, number: int, what: str) -> None:
        if len(self._problems) < 10 * MOST:
            self._problems.append(Problem(number, what))


def verdict_form(verdict: Verification) -> dict[str, Any]:
    """A verdict as JSON."""
    return {
        "whole": verdict.whole, "records": verdict.records, "erased": verdict.erased, "hash": verdict.hash,
        "head": verdict.head,
        "problems": [{"record": p.number, "what": p.what, **fields(p.what)} for p in verdict.problems],
    }  # fmt: skip
