"""Mutated files: whatever is flipped, torn off or renamed, a file gives text or a reason."""

import pytest

from benchmarks.mutations import mutated, outcome, seeds
from tests.ingest import binary

OLD = [
    ("old.doc", binary.word([("heading 1", "制度"), ("cell", "a"), ("cell", "b"), ("row", ""), ("text", "words")])),
    ("old.ppt", binary.slides([("Plan", "First"), ("计划", "然后")])),
    ("old.xls", binary.workbook([["a", "b"], ["c", 1234.5]])),
    ("old.msg", binary.message({0x37: "subject", 0x1000: "words"}, [("a.txt", b"words")])),
]


@pytest.mark.parametrize("part", range(3))
def test_a_mutated_file_gives_text_or_a_reason(part: int) -> None:
    files = list(mutated([*seeds(), *OLD * 3], 50, seed=part))

    outcomes = [outcome(name, data) for name, data in files]

    assert set(outcomes) <= {"read", "refused"}
    assert 5 <= outcomes.count("read") <= 45


def test_the_same_seed_gives_the_same_files() -> None:
    assert list(mutated(seeds(), 20)) == list(mutated(seeds(), 20))
