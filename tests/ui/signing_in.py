"""How tests sign in: as a person does who runs `kb open` on the machine of the service."""

import json
from pathlib import Path

import httpx

from ui.cli.client import RemoteKnowledgeBase
from ui.service.auth import RunningService, token_of


def new_address(home: Path) -> str:
    """An address of the service that runs over this home; it lets one browser in, once."""
    note = json.loads((home / "service.json").read_text(encoding="utf-8"))  # a scripted page holds no lock of a home
    service = RunningService(note["port"], note["pid"], token_of(home))
    with RemoteKnowledgeBase(service, client="test") as remote:
        return str(remote.sessions.new_address()["address"])


def sign_in(browser: httpx.Client, home: Path) -> str:
    """Let an HTTP client in. Returns its cookie, as a `Cookie` header has it."""
    let_in = browser.get(new_address(home))
    assert let_in.status_code == 303, let_in.text
    return let_in.headers["set-cookie"].partition(";")[0]
