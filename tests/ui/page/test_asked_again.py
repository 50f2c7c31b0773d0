"""What only admins may do is looked at again when it is done: a page that was drawn for an admin does nothing for who
is none any more."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from kb.errors import RefusedByPolicy
from kb.schema import Principal
from ui.page import evaluation_view, models_view, people_view, session
from ui.words.strings import Strings

EN = Strings("en")


class Kept:
    """The service: it notes what is asked of it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.visitors = SimpleNamespace(of=lambda headers: SimpleNamespace(asker=Principal("li")))
        self.people = SimpleNamespace(get=lambda name: None)

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace(**{
            each: (lambda *given, each=each, **more: self.done.append(f"{name}.{each}"))
            for each in ("start", "stop", "resume", "delete", "dismiss", "ingest")
        })  # fmt: skip

    def use_model(self, *given: Any) -> None:
        self.done.append("use_model")

    def remove_model(self, *given: Any) -> None:
        self.done.append("remove_model")


def refused(service: Any, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something, whose refusal is told on the page or raised."""
    told: dict[str, Any] = {}
    for view in (evaluation_view, models_view):
        monkeypatch.setattr(view.st, "session_state", told)
        monkeypatch.setattr(view.st, "rerun", lambda: None)
    try:
        act()
    except RefusedByPolicy as error:
        told["raised"] = str(error)
    assert "needs the permission 'admin'" in repr(told)
    assert service.done == []


def test_nothing_is_done_for_who_is_no_admin_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    service: Any = Kept()
    monkeypatch.setattr(session, "_headers", list)
    asked: list[Callable[[], object]] = []
    for view in (evaluation_view, models_view, people_view):
        monkeypatch.setattr(view, "confirm", lambda *given, delete, **more: asked.append(delete))
    evaluation_view._confirm(service, "run", EN)
    people_view._ask(service, "title", "text", EN, lambda by: service.done.append("deleted"))
    acts: list[Callable[[], object]] = [
        *asked,
        lambda: evaluation_view._read(service, SimpleNamespace(), EN),  # type: ignore[arg-type]
        lambda: evaluation_view._start(service, (b"{}", "set"), SimpleNamespace(), EN),  # type: ignore[arg-type]
        lambda: models_view._use(service, None, None, EN),
        lambda: models_view._pull(service, "a:1b", EN),
        evaluation_view.render,
        models_view.render,
    ]
    monkeypatch.setattr(evaluation_view.runtime, "current", lambda: service)
    monkeypatch.setattr(session, "strings", lambda: EN)
    assert len(asked) == 2
    for act in acts:
        refused(service, monkeypatch, act)
