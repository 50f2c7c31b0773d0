"""Paths in requests: what the API and the page may read of this machine, which is what `ingest.roots` says."""

import os
from collections.abc import Iterable
from pathlib import Path

from kb.errors import RefusedByPolicy
from kb.files import MADE_UP


def check(paths: Iterable[str | os.PathLike[str]], roots: Iterable[str], home: Path) -> None:
    """Raise RefusedByPolicy for a path that no request may name: outside of `roots` (where there are any), in the home
    or in what the system makes up. Links are followed first."""
    allowed = [Path(os.path.realpath(os.path.expanduser(root))) for root in roots]
    for path in paths:
        real = Path(os.path.realpath(path))
        if real.is_relative_to(os.path.realpath(home)):
            raise RefusedByPolicy("request.path_in_home", path=path)
        if any(real.is_relative_to(place) for place in MADE_UP):
            raise RefusedByPolicy("request.path_of_system", path=path)
        if allowed and not any(real.is_relative_to(root) for root in allowed):
            raise RefusedByPolicy("request.path_outside", path=path)
