"""Days: times are stored in UTC, and people mean the days of their own place: one is turned into the other here."""

from datetime import UTC, date, datetime, timedelta

from kb.errors import UsageError


def instants(since: str, until: str) -> tuple[str, str]:
    """When the day `since` begins and the day `until` has ended, as stored times; "" for what does not limit.

    Both are ISO dates in this machine's time zone. Raises UsageError for what is no date.
    """
    first, last = _date(since), _date(until)
    return _begin(first), _begin(last + timedelta(days=1)) if last and last != date.max else ""


def day(at: str) -> str:
    """The day of a stored time in this machine's time zone, as an ISO date."""
    return local(at)[:10]


def local(at: str) -> str:
    """A stored time in this machine's time zone, to the minute: `2026-11-25 18:30`. What is no time stays as it is."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return at


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise UsageError("question.no_day", written=written) from None


def _begin(of: date | None) -> str:
    """As `kb.store.database.now` writes times, so that they compare as texts."""
    if of is None:
        return ""
    if of.year in (date.min.year, date.max.year):  # where no time zone can be reckoned with
        return f"{of}T00:00:00.000+00:00"
    return datetime(of.year, of.month, of.day).astimezone(UTC).isoformat(timespec="milliseconds")
