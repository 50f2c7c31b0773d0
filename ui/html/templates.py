"""The pages' templates: macros in files beside this one, and how a page draws with them."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import kb.evaluation
from kb.language.local_days import day, local
from kb.templates import environment
from ui.html.sanitise import body, message
from ui.sources.escaping import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def draw(name: str, *values: object) -> str:
    """The HTML of a macro, which is named as `file.macro`. Every text among the values is escaped."""
    file, _, macro = name.partition(".")
    return str(getattr(_environment().get_template(f"{file}.html.j2").module, macro)(*values))


@cache
def _environment() -> "Environment":
    from markupsafe import Markup

    folders = Path(__file__).parent, *map(Path, kb.evaluation.__path__)
    made = environment(*folders, shown=lambda text: "".join(map(visible, text)))
    made.filters |= {
        "body": lambda text: Markup(body(text)),  # for an element with `white-space: pre-wrap`
        "breaks": lambda text: Markup(body(text).replace("\n", "&#10;")),  # for an attribute that keeps line breaks
        "path": lambda text: quote(text, safe=""),
        "message": lambda text: Markup(message(text)),
        "day": day,
        "local": local,
    }
    return made


class Fact(NamedTuple):
    """Some words about a thing: their style, and what is said where one points at them."""

    words: str
    css: str = ""
    why: str = ""


class ToolButton(NamedTuple):
    """A small button that reports `action` and `value`; `about` names the thing to whoever does not see where it is."""

    action: str
    value: object
    words: str
    about: str = ""
    css: str = ""
    off: bool = False
