"""The service's parts: the models are loaded in the background, again for another model, and what failed is told."""

import gc
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

import pytest

from kb.errors import EngineUnavailable, KBError
from tests.ui.serving import until
from ui.service.runtime import WarmUp


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


class Loading:
    """A knowledge base whose loads do, in turn, what a test says."""

    def __init__(self, *loads: Callable[[], object]) -> None:
        self.loads = deque(loads)

    def warm_up(self) -> None:
        self.loads.popleft()()


def fail(error: Exception) -> Callable[[], object]:
    def load() -> None:
        raise error

    return load


def test_a_model_that_came_during_a_load_is_loaded_too() -> None:
    began, go_on = threading.Event(), threading.Event()

    def first() -> None:
        began.set()
        assert go_on.wait(10)

    kb = Loading(first, lambda: None)
    warm_up = WarmUp(kb)  # type: ignore[arg-type]
    warm_up.start()
    assert began.wait(10)
    warm_up.start()
    assert warm_up.state == "loading"
    go_on.set()
    warm_up.join(120)  # all objects are collected after each load, which takes its time in a process full of libraries
    assert warm_up.state == "ready"
    assert not kb.loads


def test_a_load_that_failed_is_told_until_the_next() -> None:
    warm_up = WarmUp(Loading(fail(EngineUnavailable("No engine.")), fail(RuntimeError("a detail")), lambda: None))  # type: ignore[arg-type]
    with pytest.raises(EngineUnavailable, match="No engine"):
        warm_up.load()
    assert (warm_up.state, warm_up.error) == ("failed", "No engine.")
    with pytest.raises(KBError, match="kb up"):
        warm_up.load()
    assert (warm_up.state, warm_up.error) == ("failed", "")
    warm_up.load()
    assert (warm_up.state, warm_up.error) == ("ready", "")


def test_what_was_loaded_does_not_slow_the_collection_after_each_run_of_the_page() -> None:
    loaded: list[list[int]] = []
    WarmUp(Loading(lambda: loaded.append([1]))).load()  # type: ignore[arg-type]
    assert gc.get_freeze_count() > 1000
    assert not any(kept is loaded[0] for kept in gc.get_objects())


def test_models_that_could_not_be_loaded_are_tried_again_until_they_are_there() -> None:
    warm_up = WarmUp(
        Loading(fail(EngineUnavailable("No engine.")), fail(RuntimeError("a detail")), lambda: None), (0.01,)
    )  # type: ignore[arg-type]
    warm_up.start()
    until(lambda: warm_up.state == "ready")
    assert warm_up.error == ""


def test_nothing_is_tried_again_once_the_service_ends() -> None:
    tries = Loading(*[fail(EngineUnavailable("No engine."))] * 9)
    warm_up = WarmUp(tries, (0.01,))  # type: ignore[arg-type]
    warm_up.start()
    warm_up.close(10)
    assert warm_up.state == "failed"
    left = len(tries.loads)
    time.sleep(0.1)
    assert len(tries.loads) == left
