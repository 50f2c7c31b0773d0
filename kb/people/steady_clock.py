"""A clock that goes on evenly, whatever becomes of the machine's: what has ended by it does not come back.

Setting the machine's clock changes nothing while this process runs. Over a restart what was made later than now tells
of a clock that was set back; it opens nothing (`is_made_later`).
"""

import time
from datetime import UTC, datetime, timedelta

_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # which counts while the machine sleeps, too
_AGREED = timedelta(minutes=5)  # by which a clock is corrected without meaning anything


class SteadyClock:
    """The time, UTC: that of the machine when this began, and what has passed since."""

    def __init__(self) -> None:
        self._began, self._counter_start = datetime.now(UTC), time.clock_gettime(_COUNTER)

    def __call__(self) -> datetime:
        return self._began + timedelta(seconds=time.clock_gettime(_COUNTER) - self._counter_start)


def iso(at: datetime) -> str:
    """A time as it is stored: ISO 8601, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def is_made_later(made_at: str, now: datetime) -> bool:
    """Whether something was made after now, which a clock that was set back would let last for too long."""
    return made_at > iso(now + _AGREED)
