"""The pages that stand before the page: signing in, and changing the password. Plain forms, without a script."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kb.people.passwords import LONGEST, SHORTEST
from kb.templates import environment
from ui.words.strings import Strings

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

SIGN_IN, PASSWORD = "/sign-in", "/sign-in/password"
SSO, SSO_BACK = "/sign-in/sso", "/sign-in/sso/back"  # to the provider of single sign-on, and back from it
_FOLDER = Path(__file__).parent


def sign_in(t: Strings, place: str, here: str, problem: str = "", name: str = "", provider: str = "") -> str:
    """The form for name and password. `place` is where it leads to, `here` the address of this page without `lang`.

    `provider` is how people call that of single sign-on; "" where there is none.
    """
    sso = f"{SSO}?{urlencode({'next': place})}"
    return _draw("sign_in", SIGN_IN, place, _other(t, here), problem, name, provider, sso, LONGEST, t)


def change_password(t: Strings, place: str, *, first: bool, name: str, problem: str = "") -> str:
    """The form for a new password; `first`: the present one is for one time."""
    return _draw("change_password", PASSWORD, place, _other(t, PASSWORD), problem, name, first, LONGEST, SHORTEST, t)


def arrived(t: Strings, place: str) -> str:
    """What leads on to a page after the provider: the browser, which came from elsewhere, asks for that from here."""
    return _draw("arrived", place, t)


def unknown(english: str, help_en: str, chinese: str, help_zh: str) -> str:
    """What is told where there are no accounts and no cookie, in both languages."""
    return _draw("unknown", english, help_en, chinese, help_zh)


def _draw(page: str, *values: object) -> str:
    return str(getattr(_templates().get_template("sign_in_page.html.j2").module, page)(_style(), *values))


@cache
def _templates() -> "Environment":
    made = environment(_FOLDER, shown=str)
    made.filters["commands"] = _commands
    return made


@cache
def _style() -> str:
    return (_FOLDER / "sign_in_page.css").read_text(encoding="utf-8")


def _other(t: Strings, here: str) -> str:
    """The address of a page in the other language."""
    return f"{here}{'&' if '?' in here else '?'}lang={'en' if t.language == 'zh' else 'zh'}"


def _commands(text: str) -> "Markup":
    """Words between backticks as code."""
    from markupsafe import Markup

    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )
