"""Preferences: how somebody wants page and answers, in whichever browser they sign in."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from kb.access.rules import OWNER
from kb.errors import UsageError
from kb.people.accounts import is_account
from kb.schema import Language, Principal
from kb.store.database import Database

Theme = Literal["system", "light", "dark"]

LONGEST_MODEL = 200  # characters of a model's name
MOST_THINKING = 1_000_000  # tokens


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose; the defaults are what holds for who chose nothing.

    `language` "": that of the browser. `think_budget` in tokens; None: the model's own. `model`: the name of one that
    is to answer; "": the one in use.
    """

    language: Language | Literal[""] = ""
    theme: Theme = "system"
    think_budget: int | None = None
    model: str = ""


def preferences(database: Database, asker: Principal) -> Preferences:
    """What this one chose."""
    row = database.db.execute(
        "SELECT language, theme, think_budget, model FROM preferences WHERE person = ?", (_person(database, asker),)
    ).fetchone()
    return Preferences(*row) if row is not None else Preferences()


def prefer(database: Database, asker: Principal, chosen: Preferences) -> None:
    """Keep a choice. Raises UsageError for one that nothing can be done with, StorageFull."""
    _check(chosen)
    person = _person(database, asker)
    with database.transaction() as db:
        if chosen == preferences(database, asker):
            return
        db.execute("DELETE FROM preferences WHERE person = ?", (person,))
        if chosen != Preferences():
            _write(db, person, chosen)
        database.record(db, asker.name, "settings", "preferences", asdict(chosen))


def _write(db: sqlite3.Connection, person: str, chosen: Preferences) -> None:
    db.execute(
        "INSERT INTO preferences (person, language, theme, think_budget, model) VALUES (?, ?, ?, ?, ?)",
        (person, chosen.language, chosen.theme, chosen.think_budget, chosen.model),
    )


def _check(chosen: Preferences) -> None:
    if chosen.language not in ("", "zh", "en"):
        raise UsageError("preferences.language", given=str(chosen.language)[:80])
    if chosen.theme not in get_args(Theme):
        raise UsageError("preferences.theme", given=str(chosen.theme)[:80])
    if chosen.think_budget is not None and not 0 <= chosen.think_budget <= MOST_THINKING:
        raise UsageError("preferences.think_budget", most=MOST_THINKING)
    if len(chosen.model) > LONGEST_MODEL or not chosen.model.isprintable():
        raise UsageError("preferences.model", most=LONGEST_MODEL)


def _person(database: Database, asker: Principal) -> str:
    """By whom they are kept: an account, or the home's owner by whatever name."""
    return asker.name if is_account(database, asker.name) else OWNER
