"""Rates: how many questions, searches and requests of programs one person may send in a minute.

A token bucket for each: a minute's worth may come at once, and what was used comes back evenly. For the questions and
searches of the home's owner, who is whoever may read its files, there is none.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from kb.config import ServiceSettings
from kb.errors import TooManyRequests
from kb.messages.coded_text import CodedText
from kb.people.names import folded
from kb.schema import Principal

_MINUTE = 60.0
_NAMES = {
    "questions": CodedText("name.questions"),
    "searches": CodedText("name.searches"),
    "requests": CodedText("name.requests"),
}


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float  # when that was so, in seconds of the clock


class Rates:
    """What each person has left. May be used by several threads; a restart forgets it.

    `is_person` tells whether a name is that of an account. Raises TooManyRequests.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        is_person: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = {
            "questions": settings.questions_a_minute,
            "searches": settings.searches_a_minute,
            "requests": settings.requests_a_minute,
        }
        self._is_person, self._clock = is_person, clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def question(self, asker: Principal) -> None:
        """One more question of this asker."""
        self._take("questions", asker)

    def search(self, asker: Principal) -> None:
        """One more search, or texts to embed, of this asker."""
        self._take("searches", asker)

    def request(self, asker: Principal) -> None:
        """One more request that came with a token of this asker's, or with one of the owner's."""
        self._take("requests", asker, also_owner=True)

    def _take(self, what: str, asker: Principal, also_owner: bool = False) -> None:
        most, name = self._most[what], folded(asker.name)
        if most == 0 or not (also_owner or self._is_person(name)):
            return
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get((what, name))
            if bucket is None:
                self._forget(now)
                bucket = self._buckets[what, name] = _Bucket(float(most), now)
            bucket.left = min(float(most), bucket.left + max(0.0, now - bucket.at) * most / _MINUTE)
            bucket.at = now
            if bucket.left < 1:
                wait = (1 - bucket.left) * _MINUTE / most
                raise TooManyRequests("people.too_many", wait, what=_NAMES[what], most=most, seconds=int(wait) + 1)
            bucket.left -= 1

    def _forget(self, now: float) -> None:
        """Drop what is full again; the lock is held."""
        self._buckets = {key: each for key, each in self._buckets.items() if now - each.at < _MINUTE}
