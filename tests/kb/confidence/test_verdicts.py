"""Verdicts: what the verifier is asked, and what its replies mean."""

import hashlib
import threading
from collections.abc import Sequence

import pytest

from kb.confidence.verdicts import (
    OTHERWISE,
    SILENT,
    STATES,
    Verdict,
    asked,
    asked_of_passages,
    probability_stated,
    verdict_on,
    with_wording,
)
from kb.schema import Message


class Verifier:
    def __init__(self, reply: dict[str, float] | None) -> None:
        self.reply, self.asked = reply, list[tuple[Sequence[Message], Sequence[str]]]()

    def verdict(
        self, messages: Sequence[Message], options: Sequence[str], stop: threading.Event | None = None
    ) -> dict[str, float] | None:
        self.asked.append((messages, options))
        return self.reply

    preference = verdict


def test_a_verdict_tells_how_probable_each_reply_is() -> None:
    verifier = Verifier({STATES: 0.7, OTHERWISE: 0.2, SILENT: 0.1})
    assert verdict_on(verifier, "How long?", "Rules\nThree days.", "It takes three days.") == Verdict(0.7, 0.2)
    [(messages, options)] = verifier.asked
    assert options == (STATES, OTHERWISE, SILENT)
    assert all(part in messages[-1].content for part in ("How long?", "Rules\nThree days.", "It takes three days."))


def test_without_a_verifier_there_is_no_verdict() -> None:
    assert verdict_on(Verifier(None), "How long?", "Three days.", "It takes three days.") is None


def test_it_is_asked_in_the_words_that_it_was_trained_on() -> None:
    """Other words would need another training: `python -m benchmarks verifying --write`."""
    said = "\n".join(f"{m.role}: {m.content}" for m in asked("QUESTION", "TEXT", "CLAIM"))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == "ad98709e35bfa843"
    assert (STATES, OTHERWISE, SILENT) == ("yes", "no", "silent")


def test_before_there_is_an_answer_it_is_asked_whether_the_passages_state_one() -> None:
    judge = Verifier({STATES: 0.7, SILENT: 0.3})
    passages = "Passages:\n[1] Rules\nThree days.\n\n[2] Fees\nNone."
    assert probability_stated(judge, "How long?", passages) == 0.7
    [(messages, options)] = judge.asked
    assert options == (STATES, SILENT)
    assert [message.role for message in messages] == ["user", "system"]
    assert messages[0].content.startswith(passages)
    assert messages[1].content.endswith("How long?")
    assert probability_stated(Verifier(None), "How long?", passages) is None
    said = "\n".join(f"{m.role}: {m.content}" for m in asked_of_passages("QUESTION", "TEXTS"))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == "76bb946e27154188"


@pytest.mark.parametrize(
    ("states", "wording", "together"),
    [(0.5, 0.5, 0.475), (0.9, 0.5, 0.772), (0.1, 0.5, 0.195), (0.5, 0.9, 0.84), (0.0, 0.9, 0.077), (1.0, 0.4, 0.976)],
)
def test_verdict_and_wording_are_weighed_together(states: float, wording: float, together: float) -> None:
    assert with_wording(Verdict(states, 0.0), wording) == pytest.approx(together, abs=5e-4)


def test_where_one_of_them_does_not_tell_the_other_does() -> None:
    assert with_wording(None, 0.4) == 0.4
    assert with_wording(Verdict(0.1, 0.9), None) == 1.0  # between languages neither doubts
