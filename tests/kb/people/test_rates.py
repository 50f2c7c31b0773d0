"""Rates: what one person may send in a minute."""

import pytest

from kb.config import ServiceSettings
from kb.errors import TooManyRequests
from kb.people.permissions import owner
from kb.people.rates import Rates
from kb.schema import Principal

ANN, BEN = Principal("ann"), Principal("ben")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def rates(clock: Clock, **most: int) -> Rates:
    return Rates(ServiceSettings(**most), lambda name: name in ("ann", "ben"), clock)


def test_a_minutes_worth_comes_at_once_and_comes_back_evenly() -> None:
    clock = Clock()
    limited = rates(clock, questions_a_minute=6)
    for _ in range(6):
        limited.question(ANN)
    with pytest.raises(
        TooManyRequests, match=r"^Too many questions: at most 6 a minute. Try again in 11 seconds"
    ) as told:
        limited.question(ANN)
    assert told.value.seconds == pytest.approx(10)
    clock.now += 10
    limited.question(ANN)
    with pytest.raises(TooManyRequests):
        limited.question(ANN)
    clock.now += 3600
    for _ in range(6):
        limited.question(ANN)
    with pytest.raises(TooManyRequests):
        limited.question(ANN)


def test_one_person_takes_nothing_from_another_and_one_kind_nothing_from_the_next() -> None:
    limited = rates(Clock(), questions_a_minute=1, searches_a_minute=1, requests_a_minute=1)
    limited.question(ANN)
    limited.question(BEN)
    limited.search(ANN)
    limited.request(ANN)
    for refused in (limited.question, limited.search, limited.request):
        with pytest.raises(TooManyRequests):
            refused(ANN)


def test_the_spelling_of_a_name_is_no_way_round() -> None:
    limited = rates(Clock(), questions_a_minute=1)
    limited.question(ANN)
    with pytest.raises(TooManyRequests):
        limited.question(Principal("ANN"))


def test_the_owner_and_a_zero_have_no_limit() -> None:
    limited = rates(Clock(), questions_a_minute=1, searches_a_minute=0)
    for _ in range(50):
        limited.question(owner())
        limited.search(ANN)


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    clock = Clock()
    limited = rates(clock, questions_a_minute=2)
    limited.question(ANN)
    clock.now -= 500
    limited.question(ANN)
    with pytest.raises(TooManyRequests) as told:
        limited.question(ANN)
    assert told.value.seconds <= 30


def test_those_who_ask_no_more_are_forgotten() -> None:
    clock = Clock()
    limited = Rates(ServiceSettings(), lambda name: True, clock)
    for n in range(1000):
        clock.now += 1
        limited.question(Principal(f"p{n}"))
    assert len(limited._buckets) < 70
