"""Telling: a reader that takes long for each page says which one it is at, to whoever waits for the file."""

from collections.abc import Callable

_LISTENERS: list[Callable[[int, int], None]] = []


def listen(listener: Callable[[int, int], None]) -> None:
    """Call `listener(page, pages)` from now on when a page is begun; it takes the place of the one before."""
    _LISTENERS[:] = [listener]


def at_page(page: int, pages: int) -> None:
    """Say that page `page` of `pages` is begun, from 1. Of a single page nothing is said."""
    for listener in _LISTENERS if pages > 1 else ():
        listener(page, pages)
