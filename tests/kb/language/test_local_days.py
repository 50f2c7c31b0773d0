"""Days are those of the machine's place; what is stored is UTC."""

from collections.abc import Callable

import pytest

from kb.errors import UsageError
from kb.language.local_days import day, instants, local
from tests.zones import SHANGHAI, UTC

NEW_YORK = "EST5EDT,M3.2.0,M11.1.0"


def test_a_day_begins_at_midnight_of_the_place(zone: Callable[[str], None]) -> None:
    zone(SHANGHAI)
    begins, ended = instants("2026-11-25", "2026-11-25")
    assert (begins, ended) == ("2026-11-24T16:00:00.000+00:00", "2026-11-25T16:00:00.000+00:00")
    zone(NEW_YORK)
    assert instants("2026-07-01", "") == ("2026-07-01T04:00:00.000+00:00", "")
    assert instants("", "2026-11-01") == ("", "2026-11-02T05:00:00.000+00:00")  # a day of 25 hours


def test_times_are_told_in_the_time_of_the_place(zone: Callable[[str], None]) -> None:
    zone(SHANGHAI)
    assert local("2026-11-24T23:30:59.123+00:00") == "2026-11-25 07:30"
    assert day("2026-11-24T23:30:59.123+00:00") == "2026-11-25"
    zone(UTC)
    assert day("2026-11-24T23:30:59.123+00:00") == "2026-11-24"
    assert local("") == day("") == ""
    assert local("soon") == "soon"


def test_the_ends_of_the_calendar_are_no_error() -> None:
    assert instants("0001-01-01", "9999-12-31") == ("0001-01-01T00:00:00.000+00:00", "")


def test_what_is_no_day_is_named() -> None:
    with pytest.raises(UsageError, match="2026-13-01 is not a day"):
        instants("", "2026-13-01")
