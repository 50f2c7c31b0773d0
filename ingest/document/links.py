"""Links: where a path in an ingested folder really leads, and opening it without being led out of that folder.

A folder that was named may be a link itself. What lies in it may lead to another place in it, and nowhere else: whoever
may write into a shared folder could otherwise have any file of this user's read and quoted.
"""

import os
from itertools import takewhile
from pathlib import Path

from kb.errors import UnsupportedFormat

_WAY = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)  # a folder may be closed to reading


class LeadsOutside(UnsupportedFormat):
    """A path that leads out of the folder it was found in, or into a home."""


def resolved(path: str | Path, root: str | Path) -> str:
    """The path without links. Raises LeadsOutside where that is not in `root`, or is in a home there."""
    top, real = os.path.realpath(root), os.path.realpath(path)
    if os.path.commonpath((top, real)) != top:
        raise LeadsOutside("link.leads_out")
    below = takewhile(lambda place: place != Path(top), (Path(real), *Path(real).parents))
    if any(map(is_home, below)):
        raise LeadsOutside("link.in_home")
    return real


def check_root(root: str | Path) -> None:
    """Raise LeadsOutside for what lies in a home and is none of its uploads."""
    real = Path(os.path.realpath(root))
    home = next((folder for folder in real.parents if is_home(folder)), None)
    if home is not None and real.relative_to(home).parts[0] != "uploads":
        raise LeadsOutside("link.in_home")


def open_inside(path: str | Path, root: str | Path, flags: int) -> int:
    """Open a file of a folder. Raises LeadsOutside as `resolved` does, and OSError as `open_without_links` does."""
    return open_without_links(resolved(path, root), os.path.realpath(root), flags)


def open_without_links(real: str, top: str, flags: int) -> int:
    """Open what has no link on the way to it from the folder `top`. Raises OSError, also where there is one by now."""
    if real == top:
        return os.open(real, flags | os.O_NOFOLLOW)
    *folders, name = os.path.relpath(real, top).split(os.sep)
    way = os.open(top, _WAY)
    try:
        for folder in folders:
            further = os.open(folder, _WAY | os.O_NOFOLLOW, dir_fd=way)
            os.close(way)
            way = further
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=way)
    finally:
        os.close(way)


def is_home(folder: str | Path) -> bool:
    """Whether a folder is the home of a knowledge base."""
    return all(os.path.lexists(os.path.join(folder, name)) for name in ("catalog.db", "lock"))
