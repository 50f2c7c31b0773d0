"""RecentValues: what was dear to make and is looked at again and again, until a document is deleted."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_all: "WeakSet[RecentValues[Any, Any]]" = WeakSet()


class RecentValues(Generic[Key, Value]):
    """The last `size` values that were looked at. Safe from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[Key, Value] = OrderedDict()
        _all.add(self)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not kept. Raises what `make` raises."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            before = self._values
        value = make()
        with self._lock:
            if self._values is before:  # else all was forgotten while it was made, and it may hold what is deleted
                self._values[key] = value
                while len(self._values) > self._size:
                    self._values.popitem(last=False)
        return value

    def forget(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._values = OrderedDict()


def forget() -> None:
    """Let go of all that is kept anywhere: it may show a document that was deleted."""
    for kept in list(_all):
        kept.forget()
