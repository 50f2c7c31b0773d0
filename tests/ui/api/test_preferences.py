"""The routes of preferences, over a real service: each person sees and changes their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.ui.api.test_routes import fits
from tests.ui.serving import REPLY, Served, client, opened, serving

__all__ = ["quick_hashes"]

DEFAULTS = {"language": "", "theme": "system", "think_budget": None, "model": ""}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb, serving(kb) as running:
        for name in ("admin", "rita"):
            running.service.people.add(name, by="test", password="a lantern by the canal")
        yield running


def test_each_has_their_own_and_the_owner_too(served: Served) -> None:
    chosen = {"language": "zh", "theme": "dark", "think_budget": 0, "model": "deepseek-r1:7b"}
    with client(served, "rita") as rita, client(served, "admin") as admin:
        assert fits(served, rita.get("preferences"), "preferences") == DEFAULTS
        assert rita.put("preferences", json=chosen).json() == chosen
        assert served.http.put("preferences", json={"theme": "light"}).json() == {**DEFAULTS, "theme": "light"}
        assert rita.get("preferences").json() == chosen
        assert admin.get("preferences").json() == DEFAULTS
        assert rita.put("preferences", json={}).json() == DEFAULTS


@pytest.mark.parametrize(
    "wrong", [{"language": "fr"}, {"theme": "pink"}, {"think_budget": -1}, {"model": "a\nb"}, {"model": "x" * 201},
              {"colour": "red"}],
)  # fmt: skip
def test_what_cannot_be_is_refused(served: Served, wrong: dict[str, object]) -> None:
    reply = served.http.put("preferences", json=wrong)
    assert reply.status_code in (400, 422)
    assert reply.json()["error"]["message"]
    assert served.http.get("preferences").json() == DEFAULTS


def test_a_question_in_a_conversation_names_the_model_that_answers(served: Served) -> None:
    id = served.http.post("conversations").json()["id"]
    for route in ("turns", "turns/0/edit"):
        asked = served.http.post(f"conversations/{id}/{route}", json={"question": "Hello?", "model": "not-here"})
        assert asked.json()["error"]["code"] == "model.not_here"
