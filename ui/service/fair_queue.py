"""The queue for the model: one answer at a time, and nobody waits for another's twenty questions.

Whoever was served least recently goes first; a client's own questions keep their order. Only what needs the
model waits here, from its first use of it on: passages are found and shown before.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from kb.models.cancellation import Cancellation

_POLL_SECONDS = 0.05  # for a `stop` that cannot wake us
_REMEMBERED = 1_000  # clients whose last turn is remembered


@dataclass(frozen=True, slots=True)
class Queued:
    """How many answers come before this one, the one being written included; 0 when its turn has come."""

    ahead: int


class Ticket:
    """A place in the queue; see `FairQueue.enter`."""

    def __init__(self, changed: threading.Condition, client: str, stop: threading.Event | None) -> None:
        self.client = client
        self.ahead = 0
        self.mine = False  # whether a slot is held
        self._changed = changed
        self._stop = stop
        self._last_ahead = 0

    def wait(self) -> int:
        """How many come first, as soon as that differs from what was said last; 0 when it is this one's turn.

        0 also when it was stopped, and then `mine` is False.
        """
        timeout = None if self._stop is None or isinstance(self._stop, Cancellation) else _POLL_SECONDS
        with self._changed:
            while not self.mine and not self.stopped and self.ahead == self._last_ahead:
                self._changed.wait(timeout)
            self._last_ahead = 0 if self.mine or self.stopped else self.ahead
            return self._last_ahead

    @property
    def stopped(self) -> bool:
        """Whether it was given up."""
        return self._stop is not None and self._stop.is_set()


class FairQueue:
    """Gives `slots` to those who wait. Safe from several threads."""

    def __init__(self, slots: int = 1) -> None:
        self._changed = threading.Condition()
        self._slots = slots
        self._free = slots
        self._waiting: list[Ticket] = []  # in the order of arrival
        self._served: dict[str, None] = {}  # clients, the one served least recently first

    @contextmanager
    def enter(self, client: str, stop: threading.Event | None = None) -> Iterator[Ticket]:
        """A place in the queue, and the slot once it has come to it, until the `with` ends.

        `place.wait()` tells how far it is. A `stop` that is a `Cancellation` ends the wait at once, any other event
        within a twentieth of a second.
        """
        place = Ticket(self._changed, client, stop)
        with self._changed:
            self._waiting.append(place)
            self._settle()
        if isinstance(stop, Cancellation):
            stop.call(self._wake)
        try:
            yield place
        finally:
            with self._changed:
                if place.mine:
                    self._free += 1
                else:
                    self._waiting.remove(place)
                self._settle()

    @contextmanager
    def turn(self, client: str, stop: threading.Event | None = None) -> Iterator[bool]:
        """Wait for a slot and hold it until the `with` ends. False when `stop` came first, and then none is held."""
        with self.enter(client, stop) as place:
            while place.wait():
                pass
            yield place.mine

    @contextmanager
    def turn_at_need(
        self, client: str, stop: threading.Event, tell: Callable[[Queued], None]
    ) -> Iterator[Callable[[], None]]:
        """What waits for a slot when it is first called, and holds it until the `with` ends; each time that another
        number of answers comes first, it tells so. Who never calls it waits for nobody.

        When `stop` came first it returns without a slot: what is stopped makes no more use of the model.
        """
        with ExitStack() as held:
            begun = False

            def take_turn() -> None:
                nonlocal begun
                if begun:
                    return
                begun = True
                place = held.enter_context(self.enter(client, stop))
                waited = False
                while ahead := place.wait():
                    waited = True
                    tell(Queued(ahead))
                if waited and place.mine:
                    tell(Queued(0))

            yield take_turn

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._changed:
            return len(self._waiting)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _settle(self) -> None:
        """Hand out free slots, and tell the others how many come before them."""
        order = self._order()
        while self._free and order:
            place = order.pop(0)
            place.mine = True
            self._free -= 1
            self._waiting.remove(place)
            self._served.pop(place.client, None)
            self._served[place.client] = None
            if len(self._served) > _REMEMBERED:
                del self._served[next(iter(self._served))]
        for index, place in enumerate(order):
            place.ahead = self._slots - self._free + index
        self._changed.notify_all()

    def _order(self) -> list[Ticket]:
        """Those who wait, as they would be served if nobody else came: in rounds, one of each client."""
        rank = {client: n for n, client in enumerate(self._served)}
        rounds: dict[str, int] = {}
        keyed = []
        for arrival, place in enumerate(self._waiting):
            if place.stopped:
                continue
            rounds[place.client] = rounds.get(place.client, -1) + 1
            keyed.append(((rounds[place.client], rank.get(place.client, -1), arrival), place))
        return [place for _, place in sorted(keyed, key=lambda entry: entry[0])]
