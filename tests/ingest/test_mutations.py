"""Mutated files: whatever is flipped, torn off or renamed, a file gives text or a reason."""

import pytest

from benchmarks.mutations import mutated, seeds
from ingest.reading import reading
from kb.config import IngestSettings
from kb.errors import DocumentError
from tests.ingest import binary

SETTINGS = IngestSettings(ocr=False)

OLD = [
    ("old.doc", binary.word([("heading 1", "制度"), ("cell", "a"), ("cell", "b"), ("row", ""), ("text", "words")])),
    ("old.ppt", binary.slides([("Plan", "First"), ("计划", "然后")])),
    ("old.xls", binary.workbook([["a", "b"], ["c", 1234.5]])),
    ("old.msg", binary.message({0x37: "subject", 0x1000: "words"}, [("a.txt", b"words")])),
]


def outcome(name: str, data: bytes) -> str:
    """ "read", or the kind of refusal; raises whatever a reader lets through."""
    result = "refused"
    content = reading.Content(data, name)
    try:
        if data and not content.is_archive:
            result = "read" if reading.read_content(content, SETTINGS).text.strip() else "empty"
    except DocumentError as error:
        if not str(error):
            raise
    try:
        for member in reading.members(content, SETTINGS):
            try:
                reading.read_bytes(member.open(), SETTINGS, name=member.name)
            except DocumentError:
                continue
            result = "read"
    except DocumentError:
        pass
    return result


@pytest.mark.parametrize("part", range(3))
def test_a_mutated_file_gives_text_or_a_reason(part: int) -> None:
    files = list(mutated([*seeds(), *OLD * 3], 50, seed=part))

    outcomes = [outcome(name, data) for name, data in files]

    assert set(outcomes) <= {"read", "refused"}
    assert 5 <= outcomes.count("read") <= 45


def test_the_same_seed_gives_the_same_files() -> None:
    assert list(mutated(seeds(), 20)) == list(mutated(seeds(), 20))
