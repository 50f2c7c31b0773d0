"""Two editions that are named by what they are of."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.answering.answer_builder import Draft
from kb.assistant import KnowledgeBase
from kb.requests.edition_pairs import pair_of
from kb.schema import AskOptions
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb, write

SITE = {
    "berth_rules_2023.md": (
        "# Rules for berths\n\nA boat may stay for 14 days. The gate is open at night. Lamps are lit at dusk.\n"
        "Dogs are kept on a lead.\n"
    ),
    "mooring_guide.md": (
        "# Guide to mooring\n\nThis guide replaces the Rules for Berths (2023).\n\nA boat may stay for 10 days. "
        "The gate is open at night. Lamps are lit at dusk. Dogs are kept on a lead.\n"
    ),
    "办法_2022.md": "# 停泊办法（2022 年版）\n\n船只最多停泊 14 天。夜间开门。黄昏亮灯。\n",
    "办法_2024.md": "# 停泊办法（2024 年版）\n\n船只最多停泊 10 天。夜间开门。黄昏亮灯。\n",
    "canteen.md": "# Canteen north and canteen south\n\nThe canteens serve soup.\n",
}


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_kb(tmp_path / "home", ScriptedModel([[RuntimeError("no model is asked")]])) as opened:
        ingest(opened, [write(tmp_path / "site", SITE)])
        yield opened


@pytest.mark.parametrize(
    ("sides", "paths"),
    [
        (("the old rules for berths", "the new ones"), ("berth_rules_2023.md", "mooring_guide.md")),
        (("mooring guide", "the previous edition"), ("berth_rules_2023.md", "mooring_guide.md")),
        (("新旧两版停泊办法",), ("办法_2022.md", "办法_2024.md")),
        (("2022 年的停泊办法", "新版"), ("办法_2022.md", "办法_2024.md")),
    ],
)
def test_editions_are_found_by_what_they_are_of(
    kb: KnowledgeBase, sides: Sequence[str], paths: tuple[str, str]
) -> None:
    desk = kb._desk(Draft(" ".join(sides), "en"), OWNER, AskOptions())
    found = pair_of(sides, desk)
    assert found is not None
    assert (found[0].path, found[1].path) == paths


@pytest.mark.parametrize(
    "sides",
    [
        ("canteen north", "canteen south"),
        ("the old canteen", "the new canteen"),  # there is one edition alone
        ("the old rules for berths", "the new canteen"),
        ("2022", "2024"),
    ],
)
def test_other_things_are_no_editions(kb: KnowledgeBase, sides: Sequence[str]) -> None:
    assert pair_of(sides, kb._desk(Draft(" ".join(sides), "en"), OWNER, AskOptions())) is None


def test_what_changed_is_told_of_a_text_that_was_renamed_and_in_what_is_asked(kb: KnowledgeBase) -> None:
    answer = kb.answer("Compare the old rules for berths and the new rules for berths", OWNER)
    assert answer.text.splitlines()[:3] == [
        "What **Guide to mooring** (mooring_guide.md) says otherwise than **Rules for berths** (berth_rules_2023.md):",
        "",
        "- “A boat may stay for 14 days.” → “A boat may stay for 10 days.” [1][2]",
    ]
    of_stays = kb.answer("Compare 停泊办法 2022 and 停泊办法 2024", OWNER)
    assert of_stays.kind == "comparison"
