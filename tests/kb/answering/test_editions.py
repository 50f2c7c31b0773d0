"""The newest edition of a document answers, an older one only where it is asked for, and it is named."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering.editions import newest, older_editions, passed_over, with_newest
from kb.assistant import KnowledgeBase
from kb.confidence.verdicts import SILENT, STATES
from kb.config import RetrievalSettings, Settings
from kb.models import shipped_adapters, weights
from kb.schema import AskOptions, Document, Done, Passage, Retrieved, Scope
from tests.fakes import ScriptedModel
from tests.kb.passages import passage
from tests.knowledge import OWNER, open_kb, write

OLD, NEW, OTHER = "rules_2023.md", "rules_2024.md", "canteen.md"
SHOWN = [passage(rank, f"Text {rank}.", document=path, title=path) for rank, path in enumerate((OLD, NEW, OTHER), 1)]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("How many days of leave are there?", [NEW, OTHER]),
        ("How many days of leave were there in 2023?", [OLD, OTHER]),
        ("按 2023 年版制度，年假有几天？", [OLD, OTHER]),
        ("How many days of leave were there in 2021?", [NEW, OTHER]),
        ("How did leave change from 2023 to 2024?", [OLD, NEW, OTHER]),
    ],
)
def test_the_newest_is_read_or_the_one_that_is_asked_for(question: str, left: list[str]) -> None:
    found = newest(question, SHOWN)
    assert [p.document for p in found] == left
    assert [p.rank for p in found] == list(range(1, len(left) + 1))


def test_editions_are_told_by_titles_and_names_of_files() -> None:
    old = passage(1, "180 days.", document="retention_policy_v2-1.pdf", title="Retention Policy 2.1")
    new = passage(2, "90 days.", document="retention_policy_v3-0.docx", title="Retention Policy")
    assert newest("How long are backups kept?", [old, new]) == (replace(new, rank=1),)


def test_an_older_one_alone_is_read() -> None:
    assert newest("How many days of leave are there?", [SHOWN[0], SHOWN[2]]) == (SHOWN[0], replace(SHOWN[2], rank=2))


def test_an_answer_from_an_older_edition_names_the_newest(tmp_path: Path) -> None:
    docs = write(
        tmp_path / "docs",
        {
            "rules_2023.md": "# Rules of leave 2023\n\nThere are 20 days of paid leave in a year.\n",
            "rules_2024.md": "# Rules of leave 2024\n\nThere are 22 days of paid leave in a year.\n",
            "rules_2025.md": "# Rules of leave 2025\n\nThere are 25 days of paid leave in a year.\n",
        },
    )
    model = ScriptedModel(["There are 20 days of paid leave in a year [1].", "There are 25 days of paid leave [1]."])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [docs])
        events = list(kb.ask("How many days of paid leave were there in 2023?", OWNER))
        assert isinstance(events[0], Retrieved)
        assert isinstance(events[-1], Done)
        assert [p.document for p in events[0].passages] == [OLD]
        answer = events[-1].answer
        [notice] = [notice for notice in answer.notices if notice.kind == "older_edition"]
        assert notice.text == "rules_2023.md is an older edition; the newest is rules_2025.md."
        answer = kb.answer("How many days of paid leave are there?", OWNER)
        assert {citation.document for citation in answer.citations} == {"rules_2025.md"}
        assert [notice.kind for notice in answer.notices] == []
        cited = replace(SHOWN[0], title="Rules of leave 2023")
        [told] = older_editions([cited], lambda: kb.catalog.documents(OWNER), "zh")
        assert told.text == "rules_2023.md 是较旧的版本，最新的是 rules_2025.md。"


def test_what_was_left_out_is_the_next_older_edition() -> None:
    oldest = passage(4, "Text 4.", document="rules_2022.md", title="rules_2022.md")
    left_out = passed_over("How many days of leave are there?", [*SHOWN, oldest])
    assert [(p.document, p.rank) for p in left_out] == [(OLD, 1)]
    assert passed_over("How many days of leave are there?", [SHOWN[1], SHOWN[2]]) == ()


def test_what_only_an_older_edition_says_is_answered_from_it_and_named(tmp_path: Path) -> None:
    docs = write(
        tmp_path / "docs",
        {
            "rules_v2.md": "# Pool car rules v2\n\nTrailers above 750 kg need a second driver in the pool car.\n",
            "rules_v3.md": "# Pool car rules v3\n\nThe pool car is returned with a full tank. No trailers go.\n",
        },
    )
    question = "From what weight on do trailers of a pool car need a second driver?"
    model = ScriptedModel(
        ["Trailers above 750 kg need a second driver [1]."],
        preferences=[{"Yes": 0.02, "No": 0.98}, {"Yes": 0.95, "No": 0.05}],
    )
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [docs])
        events = list(kb.ask(question, OWNER))
        read = [[p.document for p in event.passages] for event in events if isinstance(event, Retrieved)]
        assert read == [["rules_v3.md"], ["rules_v2.md"]]
        assert isinstance(events[-1], Done)
        answer = events[-1].answer
        assert [claim.state for claim in answer.claims] == ["confirmed"]
        assert [notice.kind for notice in answer.notices] == ["older_edition"]
        assert answer.passages == next(e.passages for e in reversed(events) if isinstance(e, Retrieved))


def test_where_no_edition_says_it_the_newest_is_named_in_the_refusal(tmp_path: Path) -> None:
    texts = {f"rules_v{n}.md": f"# Pool car rules v{n}\n\nThe pool car holds {n} trunks.\n" for n in (2, 3)}
    model = ScriptedModel([], preferences=[{"Yes": 0.02, "No": 0.98}, {"Yes": 0.02, "No": 0.98}])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", texts)])
        answer = kb.answer("How many dogs does the pool car hold?", OWNER)
        assert answer.refused
        assert [p.document for p in answer.passages] == ["rules_v3.md"]


def test_what_was_refused_is_not_judged_again_behind_an_older_edition(tmp_path: Path) -> None:
    texts = {f"rules_v{n}.md": f"# Pool car rules v{n}\n\nThe pool car holds {n} trunks.\n" for n in (2, 3)}
    others = {f"{n}.md": f"# Desk {n}\n\nThe pool car is fetched at desk {n}.\n" for n in range(9)}
    model = ScriptedModel(["The pool car holds 2 trunks [1]."])
    model.weights = weights.WEIGHTS[shipped_adapters.MODEL].sha256
    model.expect([{STATES: share, SILENT: 1 - share} for share in (0.02, 0.3, 0.02)])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", {**texts, **others})])
        answer = kb.answer("How many trunks does the pool car hold?", OWNER)
        assert answer.outcome == "uncertain"
    newest, older, further = (messages[0].content for messages in model.preference_requests)
    assert "holds 3 trunks" in newest
    assert "holds 2 trunks" in older
    judged = set(re.findall(r"desk \d", newest + older))
    assert "trunks" not in further
    assert re.findall(r"desk \d", further)
    assert judged.isdisjoint(re.findall(r"desk \d", further))


def test_what_disagrees_is_found_where_the_model_did_not_read_it_but_for_older_editions(tmp_path: Path) -> None:
    texts = {
        "garage_2023.md": "# Garage rules 2023\n\nA lost parking card costs 25 EUR.\n",
        "garage_2025.md": "# Garage rules 2025\n\nA lost parking card costs 35 EUR.\n",
        "reception.md": "# Reception\n\nWhoever has lost a parking card pays 40 EUR for a new one.\n",
        "canteen.md": "# Canteen\n\nA lost canteen card costs 5 EUR. Lunch costs 9 EUR.\n",
    }
    model = ScriptedModel(["A lost parking card costs 35 EUR [1]."])
    settings = Settings(retrieval=RetrievalSettings(passages=1))
    with KnowledgeBase.open(tmp_path / "home", settings) as kb:
        kb._model = model
        ingest(kb, [write(tmp_path / "docs", texts)])
        answer = kb.answer("What does a lost parking card cost?", OWNER)
        assert [p.document for p in answer.passages] == ["garage_2025.md", "reception.md"]
        assert [(claim.state, claim.markers) for claim in answer.claims] == [("contradicted", (1, 2))]
        assert [citation.document for citation in answer.citations] == ["garage_2025.md", "reception.md"]
        assert "disagreement" in [notice.kind for notice in answer.notices]


def test_what_a_newer_edition_says_otherwise_is_told_where_an_older_one_was_read(tmp_path: Path) -> None:
    texts = {
        "garage_2023.md": "# Garage rules 2023\n\nA lost parking card costs 25 EUR.\n",
        "garage_2025.md": "# Garage rules 2025\n\nA lost parking card costs 35 EUR.\n",
    }
    sure, silent = {"Yes": 0.95, "No": 0.05}, {"Yes": 0.02, "No": 0.98}
    model = ScriptedModel(["A lost parking card costs 25 EUR [1]."], preferences=[silent, sure])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", texts)])
        answer = kb.answer("What does a lost parking card cost?", OWNER)
        assert [(claim.state, claim.reason) for claim in answer.claims] == [("contradicted", "conflict")]
        assert {notice.kind for notice in answer.notices} == {"disagreement", "older_edition"}


BOARD = {
    "board_2025-02-11.md": "# Board minutes of 11 February 2025\n\nThe pilot in Dove Lane begins on 1 July 2025.\n",
    "board_2025-05-20.md": "# Board minutes of 20 May 2025\n\nThe pilot in Dove Lane begins on 15 September 2025.\n",
}
ON_A_FIRST_OF_JULY = "When does the pilot in Dove Lane begin, and on which first day of July?"  # finds the earlier one
EARLIER, LATER = "The pilot in Dove Lane begins on 1 July 2025.", "The pilot in Dove Lane begins on 15 September 2025."


@pytest.mark.parametrize("passages", [1, 3])
def test_what_a_later_document_of_a_series_says_otherwise_is_answered_from_it(tmp_path: Path, passages: int) -> None:
    model = ScriptedModel([EARLIER, LATER])
    settings = Settings(retrieval=RetrievalSettings(passages=passages))
    with KnowledgeBase.open(tmp_path / "home", settings) as kb:
        kb._model = model
        ingest(kb, [write(tmp_path / "docs", BOARD)])
        answer = kb.answer(ON_A_FIRST_OF_JULY, OWNER)
        assert answer.text.startswith(LATER[:-1])
        assert [claim.state for claim in answer.claims] == ["confirmed"]
        assert {citation.document for citation in answer.citations} == {"board_2025-05-20.md"}
        assert answer.notices == ()  # not even of what was set aside


@pytest.mark.parametrize("again", ["The passages do not state this.", "It is 9 May.", "<think>Hm.</think>"])
def test_the_first_answer_stays_where_the_later_document_brings_none(tmp_path: Path, again: str) -> None:
    model = ScriptedModel([EARLIER, again])
    with open_kb(tmp_path / "home", model) as kb:
        ingest(kb, [write(tmp_path / "docs", BOARD)])
        answer = kb.answer(ON_A_FIRST_OF_JULY, OWNER)
        assert answer.text.startswith(EARLIER[:-1])
        assert [(claim.state, claim.reason) for claim in answer.claims] == [("contradicted", "conflict")]
        assert {citation.document for citation in answer.citations} == BOARD.keys()


def test_the_earlier_one_that_is_asked_for_is_no_disagreement(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home", ScriptedModel([EARLIER])) as kb:
        ingest(kb, [write(tmp_path / "docs", BOARD)])
        answer = kb.answer("When does the pilot in Dove Lane begin, as said on 11 February 2025?", OWNER)
        assert [claim.state for claim in answer.claims] == ["confirmed"]
        assert {citation.document for citation in answer.citations} == {"board_2025-02-11.md"}


def test_a_document_without_a_title_is_known_by_its_path() -> None:
    shown = [passage(rank, f"Text {rank}.", document=path) for rank, path in enumerate((OLD, NEW), 1)]
    assert [p.document for p in newest("How many days of leave are there?", shown)] == [NEW]
    titled = [replace(shown[0], title="Rules"), replace(shown[1], title="Leave")]
    assert [p.document for p in newest("How many days of leave are there?", titled)] == [OLD, NEW]


def test_documents_are_only_looked_up_where_a_cited_one_names_an_edition() -> None:
    asked: list[bool] = []
    assert list(older_editions([SHOWN[2]], lambda: asked.append(True) or [], "en")) == []
    assert asked == []
    assert list(older_editions([SHOWN[0]], lambda: asked.append(True) or [], "en")) == []
    assert asked == [True]


def _in_library(*titles: str) -> list[Document]:
    """Documents whose titles are their paths; of one that is named "held …" an editor has to release it first."""
    return [
        Document("c", title.removeprefix("held "), "", "text/markdown", "added", "", 1, "", 1, None, 1, 1.0, "",
                 quarantined=title.startswith("held "))
        for title in titles
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "library", "read"),
    [
        ("How long is leave?", ["rules_2021.md", OLD, "rules_2025.md", OTHER], ["rules_2025.md", OLD, OTHER]),
        ("How long was leave in 2023?", [OLD, "rules_2025.md", OTHER], [OLD, OTHER]),
        ("How long is leave?", [OLD, "held rules_2025.md", OTHER], [OLD, OTHER]),
        ("How long is leave?", [OLD, "travel_2025.md", OTHER], [OLD, OTHER]),
    ],
)
def test_the_newest_edition_is_looked_up_where_only_an_older_one_was_found(
    question: str, library: list[str], read: list[str]
) -> None:
    asked: list[tuple[str, str]] = []

    def search(place: tuple[str, str], older: Passage) -> list[Passage]:
        asked.append((place[1], older.document))
        return [replace(SHOWN[1], document=place[1], title=place[1], chunk_id=40 + n) for n in range(3)]

    found = [replace(SHOWN[0], score=0.9), replace(SHOWN[2], score=0.5)]
    got = with_newest(question, found, lambda: _in_library(*library), search)
    assert [(p.document, p.rank) for p in got] == [(path, n) for n, path in enumerate(read, 1)]
    assert [p.score for p in got] == ([0.9, 0.9, 0.5] if len(read) == 3 else [0.9, 0.5])
    assert asked == ([("rules_2025.md", OLD)] if len(read) == 3 else [])


def test_each_passage_of_an_older_edition_is_met_by_another_of_the_newest() -> None:
    found = [SHOWN[0], replace(SHOWN[0], chunk_id=32), replace(SHOWN[0], chunk_id=33)]
    got = with_newest(
        "How long is leave?", found, lambda: _in_library(OLD, NEW),
        lambda document, older: [replace(SHOWN[1], chunk_id=40 + n) for n in range(2)],
    )  # fmt: skip
    assert [p.document for p in got] == [NEW, OLD, NEW, OLD, OLD]
    assert [p.chunk_id for p in got if p.document == NEW] == [40, 41]


def test_the_newest_edition_that_was_found_further_down_is_as_worth_reading_as_the_older_one() -> None:
    found = [replace(SHOWN[0], score=0.9), replace(SHOWN[2], score=0.8), replace(SHOWN[1], score=0.0)]
    got = with_newest("How long is leave?", found, lambda: _in_library(OLD, NEW, OTHER), lambda *_: [SHOWN[1]])
    assert [(p.document, p.score) for p in got] == [(OLD, 0.9), (OTHER, 0.8), (NEW, 0.9)]


def test_the_newest_edition_that_was_found_nearer_stays_where_it_is() -> None:
    found = [replace(SHOWN[1], score=0.9), replace(SHOWN[0], score=0.8)]

    def search(place: tuple[str, str], older: Passage) -> list[Passage]:
        raise AssertionError

    assert with_newest("How long is leave?", found, lambda: _in_library(OLD, NEW), search) == (
        replace(found[0], rank=1),
        replace(found[1], rank=2),
    )


def test_another_collection_has_editions_of_its_own() -> None:
    library = [replace(each, collection="elsewhere") for each in _in_library(NEW)]
    got = with_newest("How long is leave?", SHOWN[:1], lambda: [*library, *_in_library(OLD)], lambda *_: [SHOWN[1]])
    assert [p.document for p in got] == [OLD]


def test_documents_are_not_looked_up_where_no_passage_names_an_edition() -> None:
    def documents() -> list[Document]:
        raise AssertionError

    assert with_newest("How long is leave?", SHOWN[2:], documents, lambda *_: []) == (SHOWN[2],)


IN_OTHER_WORDS = {
    "garage_2023.md": "# Garage rules 2023\n\nA lost parking card costs 25 EUR.\n",
    "garage_2025.md": "# Garage rules 2025\n\nThe fee is 35 EUR for each one that has to be replaced.\n",
    "tenants.md": "# Tenants\n\nTenants are asked what a parking card costs, and whether one was lost.\n",
}


@pytest.mark.parametrize(
    ("options", "read"),
    [
        (AskOptions(), ["garage_2025.md"]),
        (AskOptions(scope=Scope(paths=("*2023*", "tenants.md"))), ["garage_2023.md"]),
        (AskOptions(scope=Scope(paths=("garage*",))), ["garage_2025.md"]),
    ],
)
def test_the_newest_edition_is_read_though_its_words_are_others(
    tmp_path: Path, options: AskOptions, read: list[str]
) -> None:
    model = ScriptedModel(["The fee is 35 EUR for each one that has to be replaced [1]."])
    settings = Settings(retrieval=RetrievalSettings(passages=1))
    with KnowledgeBase.open(tmp_path / "home", settings) as kb:
        kb._model = model
        ingest(kb, [write(tmp_path / "docs", IN_OTHER_WORDS)])
        question = "What does a lost parking card cost?"
        assert [p.document for p in kb.search(question, OWNER, 1).passages] == ["garage_2023.md"]
        [found, *_] = kb.ask(question, OWNER, options)
        assert isinstance(found, Retrieved)
        documents = [p.document for p in found.passages]
        assert documents[: len(read)] == read
        assert not {"garage_2023.md", "garage_2025.md"} <= {*documents}


@pytest.mark.parametrize("passages", [1, 3])
def test_a_document_that_the_filter_excludes_is_not_read_as_the_newest(tmp_path: Path, passages: int) -> None:
    drafts = {"hr/garage_2025.md": "# Garage rules 2025\n\nA lost parking card costs 99 EUR, says a draft.\n"}
    settings = Settings(retrieval=RetrievalSettings(passages=passages))
    with KnowledgeBase.open(tmp_path / "home", settings) as kb:
        kb._model = ScriptedModel(["The fee is 35 EUR for each one that has to be replaced [1]."])
        ingest(kb, [write(tmp_path / "docs", IN_OTHER_WORDS | drafts)], collection="hr")
        [found, *_] = kb.ask("What does a lost parking card cost?", OWNER, AskOptions(scope=Scope(paths=("garage*",))))
        assert isinstance(found, Retrieved)
        assert {p.document for p in found.passages} == {"garage_2025.md"}
