"""A real provider of single sign-on, oidc-provider of npm, in a process of its own; and how somebody signs in there."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.config import cache_dir

SECRET = "a secret of the tests"
PEOPLE: dict[str, Any] = {
    "u-1001": {"name": "Anna de Vries", "preferred_username": "Anna", "groups": ["HR", "staff"]},
    "u-1002": {"name": "王伟", "preferred_username": "wang.wei", "groups": ["it"]},
}


@dataclass(frozen=True)
class RealProvider:
    """One that runs. Its people are named by their subjects, which are their logins too."""

    issuer: str

    def has(self, people: Mapping[str, Any]) -> None:
        """These are its people from now on."""
        httpx.post(f"{self.issuer}/people", json=people, trust_env=False, timeout=60).raise_for_status()

    def come_back(self, browser: httpx.Client, address: str, login: str) -> str:
        """Sign in at the provider, whose address the service gave; returns the address it sends the browser back to."""
        reply = browser.get(address)
        for _ in range(12):
            if reply.is_redirect:
                to = str(reply.url.join(reply.headers["location"]))
                if not to.startswith(f"{self.issuer}/"):
                    return to
                reply = browser.get(to)
                continue
            assert reply.status_code == 200, reply.text
            action = re.search(r'<form[^>]* action="([^"]+)"', reply.text)
            assert action is not None, reply.text
            asked = "login" if 'name="login"' in reply.text else "consent"
            fields = {"prompt": asked} | ({"login": login, "password": "any"} if asked == "login" else {})
            reply = browser.post(str(reply.url.join(unescape(action[1]))), data=fields)
        raise AssertionError("the provider does not come to an end")


@contextmanager
def real_provider(people: Mapping[str, Any] = PEOPLE, *, userinfo: bool = True) -> Iterator[RealProvider]:
    """Run one. With `userinfo` the claims of its people are fetched from it; else they stand in the token."""
    folder = cache_dir() / "oidc-provider"
    if not (folder / "version").is_file():
        pytest.fail("The provider of single sign-on is not installed. Run `make setup-test`.")
    script = Path(__file__).with_name("provider.mjs")
    with subprocess.Popen(
        [str(folder / "node"), str(script), str(folder), json.dumps(people), str(userinfo).lower()],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("http://"):
                    break
            else:
                pytest.fail(f"the provider did not start: {''.join(said)}")
            yield RealProvider(line.strip())
        finally:
            process.terminate()
            process.stdout.read()
