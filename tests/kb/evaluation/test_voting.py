"""Voting: the answer that most of several agree with."""

import threading
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering.events import drain
from kb.assistant import KnowledgeBase
from kb.config import EmbeddingSettings, Settings
from kb.errors import ModelError
from kb.evaluation.voting import vote
from kb.schema import AskOptions, Notice, Principal, Retrieved
from tests.fakes import Reply, ScriptedModel
from tests.kb.evaluation.test_evaluation import ScriptedBase, answer
from tests.knowledge import HANDBOOK, write

ANN = Principal("ann", unlimited=True)


def base_of(*answers: object) -> ScriptedBase:
    return ScriptedBase({"Q?": list(answers)})  # type: ignore[arg-type]


def test_the_answer_of_the_majority_is_given_with_how_many_agree() -> None:
    kb = base_of(answer("10 days"), answer("You get 15 days."), answer("You get fifteen days [1]."))
    events = list(vote(kb, "Q?", ANN, 3, AskOptions(seed=5)))
    given = drain(iter(events))
    assert given.text == "You get 15 days."
    assert given.notices[-1] == Notice("vote", "2 of 3 answers agree with this one.")
    assert given.seconds == 6.0  # of all three
    assert [(options.seed, options.temperature) for _, options in kb.asked] == [(5, 0.6), (6, 0.6), (7, 0.6)]
    assert [event.text for event in events if isinstance(event, Notice)] == ["1 / 3", "2 / 3"]
    assert any(isinstance(event, Retrieved) for event in events)


def test_refusals_agree_with_each_other() -> None:
    refusals = [answer(text, refused=True) for text in ("The documents do not say.", "I cannot tell.")]
    given = drain(vote(base_of(answer("15 days"), *refusals), "Q?", ANN, 3))
    assert given.refused
    assert given.notices[-1].text == "2 of 3 answers agree with this one."


def test_those_that_were_given_until_a_stop_vote_and_one_that_fails_is_told() -> None:
    stop = threading.Event()
    stop.set()
    kb = base_of(answer("15 days"))
    assert (
        drain(vote(kb, "Q?", ANN, 3, AskOptions(stop=stop))).notices[-1].text == "1 of 1 answers agree with this one."
    )
    assert len(kb.asked) == 1
    with pytest.raises(ModelError, match="it died"):
        list(vote(base_of(ModelError("it died")), "Q?", ANN, 3))


@pytest.mark.parametrize("cut", [answer("15"), ModelError("stopped")])
def test_what_a_stop_cuts_off_is_no_vote_and_takes_none_away(cut: object) -> None:
    stop = threading.Event()
    told = []
    for event in vote(base_of(answer("10 days"), cut, answer("15")), "Q?", ANN, 3, AskOptions(stop=stop)):
        told.append(event)
        if event == Notice("vote", "1 / 3"):
            stop.set()
    given = drain(iter(told))
    assert given.text == "10 days"
    assert given.notices[-1].text == "1 of 1 answers agree with this one."


def test_a_real_knowledge_base_votes_on_answers_that_are_checked(tmp_path: Path) -> None:
    replies: list[Reply] = [
        "The office in Utrecht opens at 9:15 [1].",
        "The office in Utrecht opens at 7:45 [1].",
        "It opens at 7:45 [1].",
    ]
    settings = Settings(embedding=EmbeddingSettings(llamaindex_class="tests.tiny:TinyEmbedding"))
    with KnowledgeBase.open(tmp_path / "home", settings) as kb:
        ingest(kb, [write(tmp_path / "docs", {"h.md": HANDBOOK})])
        kb._model = ScriptedModel(replies)
        options = AskOptions(seed=5, samples=3)
        events = list(kb.ask("When does the office in Utrecht open?", ANN, options))
        assert [o["seed"] for o in kb._model.options] == [5, 6, 7]
    given = drain(iter(events))
    assert "7:45" in given.text
    assert given.citations
    assert given.notices[-1].text == "2 of 3 answers agree with this one."
    first, *_ = events
    assert isinstance(first, Retrieved)  # the passages are shown while the answers are written
    assert first.passages
