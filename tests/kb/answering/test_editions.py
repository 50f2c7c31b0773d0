"""The newest edition of a document answers, an older one only where it is asked for, and it is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering.editions import newest, older_editions
from kb.schema import Done, Retrieved
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
