"""The throttle: guessing gets slower, whoever guesses where, and nobody is kept out by another's guesses."""

from datetime import timedelta
from pathlib import Path

import pytest

from kb.errors import GuessingTooFast
from kb.store.database import Database
from tests.kb.people.clocks import Clock
from ui.service.throttle import Throttle

HERE, THERE = "192.0.2.7", "2001:db8::7"


@pytest.fixture
def throttle(database: Database, clock: Clock) -> Throttle:
    return Throttle(database, clock)


def guesses(throttle: Throttle, clock: Clock, hours: float, name: str, *places: str) -> int:
    """How many passwords can be tried in so many hours by who tries as soon as it is allowed."""
    made, ends = 0, clock.now + timedelta(hours=hours)
    while clock.now < ends:
        waits = []
        for place in places:
            try:
                throttle.begin(name, place)
                made += 1
                waits.append(0.0)
            except GuessingTooFast as error:
                waits.append(error.seconds)
        if min(waits) > 0:
            clock.now += timedelta(seconds=min(waits))
    return made


def test_five_wrong_passwords_are_free_and_the_next_must_wait(throttle: Throttle, clock: Clock) -> None:
    for _ in range(5):
        throttle.begin("li", HERE)
    with pytest.raises(GuessingTooFast, match=r"Try again in \d+ seconds") as raised:
        throttle.begin("LI ", HERE)
    assert 0 < raised.value.seconds <= 1
    clock.now += timedelta(seconds=1)
    throttle.begin("li", HERE)
    with pytest.raises(GuessingTooFast) as raised:
        throttle.begin("li", HERE)
    assert 1 < raised.value.seconds <= 2


def test_one_guesser_tries_few_passwords_an_hour(throttle: Throttle, clock: Clock) -> None:
    assert guesses(throttle, clock, 24, "li", HERE) < 120


def test_many_addresses_do_not_make_it_fast(throttle: Throttle, clock: Clock) -> None:
    places = [f"192.0.2.{n}" for n in range(40)]
    assert guesses(throttle, clock, 24, "li", *places) < 320


def test_many_names_from_one_address_are_slowed_down(throttle: Throttle, clock: Clock) -> None:
    tried, waits = 0, list[float]()
    for n in range(2000):
        try:
            throttle.begin(f"name{n}", HERE)
            tried += 1
        except GuessingTooFast as error:
            clock.now += timedelta(seconds=error.seconds)
            waits.append(error.seconds)
    assert tried < 1100
    assert max(waits) <= 60
    throttle.begin("li", THERE)


def test_one_machine_with_many_addresses_is_one(throttle: Throttle) -> None:
    for n in range(5):
        throttle.begin("li", f"2001:db8::{n}")
    with pytest.raises(GuessingTooFast):
        throttle.begin("li", "2001:db8::99")
    throttle.begin("li", "2001:db8:1::1")
    throttle.begin("li", "::ffff:192.0.2.7")


def test_who_is_let_in_has_nothing_held_against_them_and_others_guesses_keep_nobody_out(
    throttle: Throttle, clock: Clock
) -> None:
    for _ in range(20):
        try:
            throttle.begin("li", THERE)
        except GuessingTooFast as error:
            clock.now += timedelta(seconds=error.seconds)
    throttle.begin("li", HERE)
    throttle.succeeded("li", HERE)
    for _ in range(5):
        throttle.begin("li", HERE)
    with pytest.raises(GuessingTooFast):
        throttle.begin("li", HERE)


def test_it_goes_on_after_a_restart_also_with_the_clock_set_back(
    throttle: Throttle, database: Database, clock: Clock
) -> None:
    for _ in range(12):
        try:
            throttle.begin("li", HERE)
        except GuessingTooFast as error:
            clock.now += timedelta(seconds=error.seconds)
            throttle.begin("li", HERE)
    again = Throttle(database, clock)
    with pytest.raises(GuessingTooFast):
        again.begin("li", HERE)
    clock.now -= timedelta(days=30)
    with pytest.raises(GuessingTooFast) as raised:
        again.begin("li", HERE)
    assert raised.value.seconds <= 900
    clock.now += timedelta(days=30, hours=1)
    again.begin("li", HERE)


def test_what_is_kept_does_not_grow_without_end(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.service.throttle._KEPT", 30)
    throttle = Throttle(database, clock)
    for n in range(60):
        throttle.begin(f"name{n}", f"192.0.2.{n}")
    assert database.db.execute("SELECT count(*) FROM failed_sign_ins").fetchone()[0] <= 33
    clock.now += timedelta(hours=2)
    throttle.begin("li", HERE)
    assert database.db.execute("SELECT count(*) FROM failed_sign_ins").fetchone()[0] == 3


def test_names_and_addresses_are_not_written_down(throttle: Throttle, database: Database, tmp_path: Path) -> None:
    throttle.begin("a password typed into the wrong field", HERE)
    database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (tmp_path / "catalog.db").read_bytes()
    assert b"wrong field" not in held
    assert HERE.encode() not in held
