"""Requests at random by many people while access changes: nothing that they may not read is given back."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.access_trial import Trial
from kb.access.rules import Place

DOCUMENTS, STEPS, RUNS = 60, 50, 10  # 500 requests


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    made = Trial(tmp_path_factory.mktemp("trial") / "home", DOCUMENTS)
    yield made
    made.close()


def test_nothing_is_given_back_that_the_asker_may_not_read(trial: Trial) -> None:
    @settings(
        max_examples=RUNS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(seeds=st.lists(st.integers(0, 2**32), min_size=STEPS, max_size=STEPS), opened=st.booleans())
    def make_requests(seeds: list[int], opened: bool) -> None:
        trial.reset()
        trial.leaks.clear()
        if opened:
            trial.set(Place("default"), ["*"])
        for seed in seeds:
            drawn = random.Random(seed)
            for _ in range(drawn.randrange(4)):
                trial.change(drawn)
            trial.request(drawn)
            assert trial.leaks == []

    make_requests()
    # All kinds of requests were made, and gave something.
    assert set(trial.requests) == {
        "search",
        "dense",
        "ask",
        "list",
        "open",
        "conversation",
        "usage",
        "glossary",
        "suggested",
        "review",
    }
    assert sum(trial.requests.values()) >= RUNS * STEPS
    assert trial.shown > 500
    assert trial.curated


def test_a_leak_would_be_found(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads everything is shown what others may not see."""
    trial.reset()
    monkeypatch.setattr(trial.kb.catalog, "access_ids", lambda asker: None)
    for seed in range(40):
        trial.request(random.Random(seed))
    assert {leak.request for leak in trial.leaks} >= {
        "_ask_search",
        "_ask_list",
        "_ask_open",
        "_ask_ask",
        "_ask_glossary",
    }
    trial.leaks.clear()
