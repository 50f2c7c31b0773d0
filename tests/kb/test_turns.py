"""Turns: whatever is asked, the model is used only in its turn; what needs no model waits for none."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from kb.assistant import KnowledgeBase
from kb.schema import AskOptions, Message
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER

Fill = Callable[[ScriptedModel], KnowledgeBase]
OPENS = "When does the office in Utrecht open and close?"
TALK = (Message("user", OPENS), Message("assistant", "It opens at 8."))


class _OutOfTurn(BaseException):
    """No error that anything but the test may catch."""


class _Guarded(ScriptedModel):
    """A model that may be used from its turn on alone."""

    turn = False

    def take_turn(self) -> None:
        self.turn = True

    def generate(self, *given: object, **more: object):  # type: ignore[no-untyped-def, override]
        self._check()
        return super().generate(*given, **more)  # type: ignore[arg-type]

    def complete(self, *given: object, **more: object) -> str:  # type: ignore[override]
        self._check()
        return super().complete(*given, **more)  # type: ignore[arg-type]

    def preference(self, *given: object, **more: object) -> dict[str, float] | None:  # type: ignore[override]
        self._check()
        return super().preference(*given, **more)  # type: ignore[arg-type]

    def _check(self) -> None:
        if not self.turn:
            raise _OutOfTurn


@pytest.mark.parametrize(
    ("question", "history"),
    [
        (OPENS, ()),
        ("How many days of fully paid sick leave are there?", ()),  # searched in Chinese too
        ("And on Fridays?", TALK),  # made to stand alone
        ("Summarise handbook.md", ()),
        ("总结《员工指南手册》这个文档", ()),  # known by no name, so that the name is translated
        ("Compare sick leave and travel costs", ()),
    ],
)
def test_the_model_is_used_in_its_turn(filled: Fill, question: str, history: Sequence[Message]) -> None:
    model = _Guarded()
    kb = filled(model)
    list(kb.ask(question, OWNER, AskOptions(take_turn=model.take_turn), history=history))
    assert model.requests or model.completion_requests or model.preference_requests
    model.turn = False
    with pytest.raises(_OutOfTurn):
        list(kb.ask(f"{question} ", OWNER, AskOptions(), history=history))


def test_chat_and_each_of_several_samples_take_it(filled: Fill) -> None:
    model = _Guarded()
    kb = filled(model)
    options = AskOptions(take_turn=model.take_turn)
    list(kb.chat("How are you?", options))
    assert model.turn
    model.turn = False
    list(kb.ask(OPENS, OWNER, replace(options, samples=2)))
    assert model.turn


@pytest.mark.parametrize(
    "question", ["Hello!", "Which team won the football world cup in 1998?", "Which documents mention a lost laptop?"]
)
def test_what_needs_no_model_waits_for_none(filled: Fill, question: str) -> None:
    model = _Guarded()
    list(filled(model).ask(question, OWNER, AskOptions(take_turn=model.take_turn)))
    assert not model.turn
