"""The queue for the model: nobody waits for another's twenty questions, and no place or slot is ever lost."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from kb.models.cancellation import Cancellation
from ui.service.fair_queue import FairQueue, Queued

SOON = 30  # seconds that nothing here may need


class Crowd:
    """Clients in threads of their own. Each that has the slot holds it until it is let go; `served` is who had it."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.served: list[str] = []
        self._changed = threading.Condition()
        self._go = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def comes(self, client: str, stop: threading.Event | None = None) -> None:
        """One more who wants the slot; returns when it has it, or waits for it."""
        waiting = self.queue.waiting
        served = len(self.served)
        thread = threading.Thread(target=self._body, args=(client, stop), daemon=True)
        self._threads.append(thread)
        thread.start()
        wait_until(lambda: self.queue.waiting > waiting or len(self.served) > served)

    def _body(self, client: str, stop: threading.Event | None) -> None:
        with self.queue.turn(client, stop) as mine:
            if not mine:
                return
            with self._changed:
                self.served.append(client)
                self._changed.notify_all()
            assert self._go.acquire(timeout=SOON)

    def finish(self, n: int = 1) -> None:
        """Let the one with the slot go, `n` times; returns when the next has it, or all are gone."""
        for _ in range(n):
            with self._changed:
                expected = len(self.served) + (1 if self.queue.waiting else 0)
                self._go.release()
                assert self._changed.wait_for(partial(self._has_served, expected), SOON)

    def _has_served(self, n: int) -> bool:
        return len(self.served) >= n

    def join(self) -> None:
        for thread in self._threads:
            thread.join(SOON)
            assert not thread.is_alive()


def wait_until(condition: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(SOON * 1000):
        if condition():
            return
        tick.wait(0.001)
    pytest.fail("it did not happen")


def test_twenty_questions_delay_anothers_first_by_one_answer_at_most() -> None:
    crowd = Crowd(FairQueue())
    for _ in range(20):
        crowd.comes("busy")
    crowd.comes("other")
    crowd.finish()
    assert crowd.served == ["busy", "other"]
    crowd.comes("third")
    crowd.finish(2)
    assert crowd.served == ["busy", "other", "third", "busy"]
    crowd.finish(19)
    crowd.join()
    assert len(crowd.served) == 22


def test_the_client_served_least_recently_goes_first_and_its_own_questions_keep_their_order() -> None:
    queue = FairQueue()
    crowd = Crowd(queue)
    for client in ("a", "b", "c"):  # served in this order, so that each is known
        crowd.comes(client)
    crowd.finish(2)
    for client in ("c", "b", "b", "a", "a", "c"):  # c is being served
        crowd.comes(client)
    order = [place.client for place in queue._order()]
    assert order == ["a", "b", "c", "a", "b", "c"]
    crowd.finish(7)
    crowd.join()
    assert crowd.served == ["a", "b", "c", *order]


def test_each_is_told_how_many_come_first() -> None:
    queue = FairQueue()
    with queue.enter("a") as first, queue.enter("b") as second:
        assert first.wait() == 0
        assert second.wait() == 1
        with queue.enter("b") as third:
            assert third.wait() == 2
            told: list[int] = []
            waiting = threading.Thread(target=lambda: told.append(third.wait()), daemon=True)
            waiting.start()
            with queue.enter("c") as fourth:  # never served, and before b's second question
                assert fourth.wait() == 2
                waiting.join(SOON)
                assert told == [3]


def test_who_gives_up_while_waiting_frees_the_place_at_once() -> None:
    queue, stop, left = FairQueue(), Cancellation(), threading.Event()

    def body() -> None:
        with queue.turn("b", stop) as mine:
            assert not mine
        left.set()

    with queue.turn("a") as mine:
        assert mine
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        wait_until(lambda: queue.waiting == 1)
        stop.set()
        assert left.wait(SOON)
        assert queue.waiting == 0
    thread.join(SOON)
    with queue.turn("c") as mine:
        assert mine


def test_an_ordinary_event_ends_the_wait_too() -> None:
    queue, stop, left = FairQueue(), threading.Event(), threading.Event()

    def body() -> None:
        with queue.turn("b", stop) as mine:
            assert not mine
        left.set()

    with queue.turn("a"):
        threading.Thread(target=body, daemon=True).start()
        wait_until(lambda: queue.waiting == 1)
        stop.set()
        assert left.wait(SOON)


def test_who_was_stopped_before_is_given_nothing() -> None:
    queue, stop = FairQueue(), Cancellation()
    stop.set()
    with queue.turn("a", stop) as mine:
        assert not mine
    with queue.turn("b") as mine:
        assert mine


def test_an_error_frees_the_slot() -> None:
    queue = FairQueue()
    with pytest.raises(RuntimeError), queue.turn("a"):
        raise RuntimeError("the engine died")
    with queue.turn("b") as mine:
        assert mine


def test_no_wake_up_is_lost_among_many() -> None:
    queue = FairQueue(2)
    inside, most, served = 0, 0, 0
    guard, start = threading.Lock(), threading.Event()

    def client(name: str) -> None:
        nonlocal inside, most, served
        assert start.wait(SOON)
        for n in range(25):
            stop = Cancellation()
            if n % 5 == 4:
                threading.Thread(target=stop.set, daemon=True).start()  # at any moment
            with queue.turn(name, stop) as mine:
                if not mine:
                    continue
                with guard:
                    inside += 1
                    most = max(most, inside)
                    served += 1
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=client, args=(f"client {n}",), daemon=True) for n in range(10)]
    for thread in threads:
        thread.start()
    start.set()
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()
    assert most <= 2
    assert 200 <= served <= 250
    assert queue.waiting == 0


# ---- a turn that is taken at need


@pytest.fixture
def held() -> Iterator[FairQueue]:
    """A queue whose one slot somebody holds."""
    queue = FairQueue()
    with queue.turn("somebody"):
        yield queue


def fail(queued: Queued) -> None:
    raise AssertionError(queued)


def test_who_needs_no_model_waits_for_nobody(held: FairQueue) -> None:
    with held.turn_at_need("me", Cancellation(), fail):
        assert held.waiting == 0


def test_the_slot_is_taken_once_at_first_need_and_held_to_the_end() -> None:
    queue = FairQueue()
    with queue.turn_at_need("me", Cancellation(), fail) as take_turn:
        with queue.turn("another") as mine:
            assert mine
        take_turn()
        take_turn()
        with queue.enter("another") as place:
            assert place.wait() == 1
    with queue.enter("me") as place:
        assert place.mine


def test_each_number_of_answers_that_come_first_is_told(held: FairQueue) -> None:
    told: list[Queued] = []
    stop = Cancellation()

    def tell(queued: Queued) -> None:
        told.append(queued)
        stop.set()

    with held.turn_at_need("me", stop, tell) as take_turn:
        take_turn()
        take_turn()  # what was stopped does not wait again
    assert told == [Queued(1)]
    assert held.waiting == 0


def test_the_turn_that_came_is_told() -> None:
    queue, told, waits = FairQueue(), [], threading.Event()

    def tell(queued: Queued) -> None:
        told.append(queued)
        waits.set()

    def other() -> None:
        with queue.turn_at_need("me", Cancellation(), tell) as take_turn:
            take_turn()

    with queue.turn("somebody"):
        thread = threading.Thread(target=other)
        thread.start()
        assert waits.wait(30)
    thread.join(30)
    assert told == [Queued(1), Queued(0)]
