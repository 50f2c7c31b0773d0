"""Markup of the page Audit: the rows of the trail."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kb.language.local_days import local
from ui.html.templates import Fact, draw
from ui.words.strings import TEXTS, Strings

_LONGEST = 4_000  # characters of the details of a row
_BAD = ("failed", "withheld")


def rows(listed: Sequence[Mapping[str, Any]], t: Strings) -> str:
    """The rows as a list; what they rest on opens below each."""
    return draw("audit.rows", [_row(row, t) for row in listed], t)


def _row(row: Mapping[str, Any], t: Strings) -> tuple[object, ...]:
    action, outcome = f"audit_action_{row['action']}", f"audit_outcome_{row['outcome']}"
    done, ended = (
        t(name) if name in TEXTS else raw for name, raw in ((action, row["action"]), (outcome, row["outcome"]))
    )
    style = "bad" if row["outcome"] in _BAD or row["action"] == "sign_in_failed" else "mute"
    facts = [Fact(str(row["asker"]) or "–", "wrap"), Fact(local(row["at"]))]
    facts += [Fact(ended, f"status {style}")] if row["outcome"] != "done" else []
    detail = json.dumps(row["detail"], ensure_ascii=False, indent=1) if row["detail"] else ""
    erased = t("audit_erased", names=", ".join(row["erased"])) if row["erased"] else ""
    return row, done, facts, erased, detail if len(detail) <= _LONGEST else f"{detail[:_LONGEST]}…"
