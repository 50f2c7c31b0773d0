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
    asked_of_answer,
    asked_of_passages,
    probability_confirmed,
    probability_stated,
    verdict_on,
    with_answer,
    with_wording,
)
from kb.schema import Message


class Adapted:
    """A model of which one adapter replies."""

    def __init__(self, name: str, reply: dict[str, float] | None) -> None:
        self.name, self.reply, self.asked = name, reply, list[tuple[Sequence[Message], Sequence[str]]]()

    def preference(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        stop: threading.Event | None = None,
        by: str | None = None,
    ) -> dict[str, float] | None:
        assert by == self.name
        self.asked.append((messages, options))
        return self.reply


def test_a_verdict_tells_how_probable_each_reply_is() -> None:
    verifier = Adapted("verifier", {STATES: 0.7, OTHERWISE: 0.2, SILENT: 0.1})
    assert verdict_on(verifier, "How long?", "Rules\nThree days.", "It takes three days.") == Verdict(0.7, 0.2)
    [(messages, options)] = verifier.asked
    assert options == (STATES, OTHERWISE, SILENT)
    assert all(part in messages[-1].content for part in ("How long?", "Rules\nThree days.", "It takes three days."))


def test_without_a_verifier_there_is_no_verdict() -> None:
    assert verdict_on(Adapted("verifier", None), "How long?", "Three days.", "It takes three days.") is None


def test_it_is_asked_in_the_words_that_it_was_trained_on() -> None:
    """Other words would need another training: `python -m benchmarks verifying --write`."""
    said = "\n".join(f"{m.role}: {m.content}" for m in asked("QUESTION", "TEXT", "CLAIM"))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == "ad98709e35bfa843"
    assert (STATES, OTHERWISE, SILENT) == ("yes", "no", "silent")


def test_before_there_is_an_answer_it_is_asked_whether_the_passages_state_one() -> None:
    judge = Adapted("judge", {STATES: 0.7, SILENT: 0.3})
    passages = "Passages:\n[1] Rules\nThree days.\n\n[2] Fees\nNone."
    assert probability_stated(judge, "How long?", passages) == 0.7
    [(messages, options)] = judge.asked
    assert options == (STATES, SILENT)
    assert [message.role for message in messages] == ["user", "system"]
    assert messages[0].content.startswith(passages)
    assert messages[1].content.endswith("How long?")
    assert probability_stated(Adapted("judge", None), "How long?", passages) is None
    said = "\n".join(f"{m.role}: {m.content}" for m in asked_of_passages("QUESTION", "TEXTS"))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == "76bb946e27154188"


def test_an_answer_is_put_behind_the_passages_that_it_is_of() -> None:
    confirmer = Adapted("confirmer", {STATES: 0.6, SILENT: 0.4})
    passages = "Passages:\n[1] Rules\nThree days."
    assert probability_confirmed(confirmer, "How long?", passages, "It takes three days.") == 0.6
    [(messages, options)] = confirmer.asked
    assert options == (STATES, SILENT)
    assert messages[0] == asked_of_passages("How long?", passages)[0]  # so that they are read once for both
    assert messages[1].content.endswith("Question: How long?\n\nAnswer: It takes three days.")
    assert probability_confirmed(Adapted("confirmer", None), "How long?", passages, "Three days.") is None
    said = "\n".join(f"{m.role}: {m.content}" for m in asked_of_answer("QUESTION", "TEXTS", "CLAIM"))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == "b69dc2d41556985e"


@pytest.mark.parametrize(
    ("wording", "confirmed", "together"),
    [(0.5, 0.5, 0.5), (0.9, 0.5, 0.789), (0.5, 0.9, 0.853), (0.9, 0.1, 0.392), (0.1, 0.9, 0.608), (1.0, 0.0, 0.201)],
)
def test_wording_and_confirmer_are_weighed_together(wording: float, confirmed: float, together: float) -> None:
    assert with_wording(wording, confirmed) == pytest.approx(together, abs=5e-3)


@pytest.mark.parametrize(
    ("wording", "confirmed", "stated", "together"),
    [
        (0.5, 0.5, 0.95, 0.5),
        (0.5, 0.5, 0.5, 0.292),
        (0.5, 0.5, 1.0, 0.767),
        (0.5, 0.9, 0.5, 0.706),
        (None, 0.9, 0.95, 0.9),
        (None, 0.9, 0.5, 0.788),
        (0.6, None, 0.5, 0.6),  # where no confirmer tells
        (None, None, 0.5, 1.0),
    ],
)
def test_what_the_judge_told_counts_beside_the_confirmer(
    wording: float | None, confirmed: float | None, stated: float, together: float
) -> None:
    assert with_wording(wording, confirmed, stated) == pytest.approx(together, abs=1e-3)


@pytest.mark.parametrize(
    ("otherwise", "answers", "together"),
    [(0.5, 0.5, 0.5), (0.5, 0.9, 0.659), (0.9, 0.1, 0.823), (0.4, None, 0.4), (1.0, 0.0, 0.992), (0.2, 1.0, 0.665)],
)
def test_verdict_and_confirmer_are_weighed_together(otherwise: float, answers: float | None, together: float) -> None:
    assert with_answer(otherwise, answers) == pytest.approx(together, abs=1e-3)


def test_where_one_of_them_does_not_tell_the_other_does() -> None:
    assert (with_wording(0.4, None), with_wording(None, 0.3), with_wording(None, None)) == pytest.approx(
        (0.4, 0.3, 1.0)
    )
