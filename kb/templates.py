"""Templates: HTML from Jinja templates, which escape by themselves every text that is put into them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(*folders: Path, shown: Callable[[str], str]) -> "Environment":
    """The templates of some folders. `shown` says which signs stand for those of a text that steer or act unseen.

    A name that is not given is an error. A line break beside a tag or a placeholder is no part of the HTML.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def read(name: str) -> str | None:
        path = next((folder / name for folder in folders if (folder / name).is_file()), None)
        return without_layout(path.read_text(encoding="utf-8")) if path is not None else None

    def finalize(value: object) -> object:
        return shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value

    loader = FunctionLoader(read)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, finalize=finalize, auto_reload=False)


def without_layout(source: str) -> str:
    """A template without the line breaks beside tags and placeholders. The lines keep their numbers."""
    before, *rest = source.split("\n")
    joined = before
    for line in rest:
        beside = not line.strip() or not before.strip() or before.rstrip()[-1] in ">}" or line.lstrip()[0] in "<{"
        joined += ("{#-\n-#}" if beside else "\n") + line
        before = line
    return joined
