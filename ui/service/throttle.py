"""The throttle: after some wrong passwords in a row the next is looked at only after a wait, which doubles."""

import hashlib
import ipaddress
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.errors import GuessingTooFast
from kb.people.failed_sign_ins import FailedSignIns, Failures
from kb.people.names import folded
from kb.people.steady_clock import SteadyClock, iso
from kb.store.database import Database

FORGOTTEN_AFTER = timedelta(hours=1)
_KEPT = 20_000  # keys; those of long ago go first


@dataclass(frozen=True, slots=True)
class _Limit:
    free: int  # failures without a wait
    longest: int  # seconds


# Who guesses at one account is slowed down soon, and keeps nobody else out of it. Many guess at one account, or one
# address at many accounts, are slowed down later: many people may share an address.
_OF_BOTH, _OF_NAME, _OF_ADDRESS = _Limit(5, 900), _Limit(100, 900), _Limit(50, 60)


class Throttle:
    """How fast passwords may be tried. May be used by several threads; what it knows outlives a restart."""

    def __init__(self, database: Database, clock: Callable[[], datetime] | None = None) -> None:
        self._store, self._clock = FailedSignIns(database), clock or SteadyClock()
        self._lock = threading.Lock()
        self._failures = self._store.all()

    def begin(self, name: str, address: str) -> None:
        """A password is about to be tried: it counts as a failure until `succeeded` says otherwise.

        Raises GuessingTooFast where it must wait; such an attempt does not count. Raises StorageFull.
        """
        now, keys = self._clock(), _keys(name, address)
        with self._lock:
            wait = max(self._wait(key, limit, now) for key, limit in keys.items())
            if wait > 0:
                raise _too_fast(wait)
            old = [key for key, known in self._failures.items() if known.last_at < iso(now - FORGOTTEN_AFTER)]
            gone = {*old, *list(self._failures)[: max(0, len(self._failures) - _KEPT)]}
            for key in gone:
                del self._failures[key]
            changed = {key: Failures(self._count(key) + 1, iso(now)) for key in keys}
            for key, failures in changed.items():
                self._failures.pop(key, None)
                self._failures[key] = failures
            self._store.write(changed, gone)

    def succeeded(self, name: str, address: str) -> None:
        """The password was right: nothing is held against the name; of the address one failure less."""
        both, of_name, of_address = _keys(name, address)
        with self._lock:
            for key in (both, of_name):
                self._failures.pop(key, None)
            before, changed = self._failures.get(of_address), dict[bytes, Failures]()
            if before is not None:
                changed[of_address] = self._failures[of_address] = Failures(max(0, before.count - 1), before.last_at)
            self._store.write(changed, [both, of_name])

    def _count(self, key: bytes) -> int:
        known = self._failures.get(key)
        return known.count if known else 0

    def _wait(self, key: bytes, limit: _Limit, now: datetime) -> float:
        """Seconds from now."""
        known = self._failures.get(key)
        if known is None or known.count < limit.free:
            return 0
        last = min(datetime.fromisoformat(known.last_at), now)  # later than now: the clock was set back
        seconds = min(limit.longest, 2.0 ** min(known.count - limit.free, 30))
        return seconds - (now - last).total_seconds() if now - last < FORGOTTEN_AFTER else 0


def _keys(name: str, address: str) -> dict[bytes, _Limit]:
    name, place = folded(name[:1000]), _network(address)
    return {
        _hash("both", name, place): _OF_BOTH,
        _hash("name", name): _OF_NAME,
        _hash("address", place): _OF_ADDRESS,
    }


def _hash(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()


def _network(address: str) -> str:
    """An address; of IPv6 its network, in which one machine has as many addresses as it likes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _too_fast(seconds: float) -> GuessingTooFast:
    if seconds <= 60:
        return GuessingTooFast("password.wait_seconds", seconds, n=int(seconds) + 1)
    return GuessingTooFast("password.wait_minutes", seconds, n=int(seconds / 60) + 1)
