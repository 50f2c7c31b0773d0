"""The table of limits in docs/operators.md says what the product holds to."""

import re
from pathlib import Path

import pytest

from kb.answering.answer_builder import LONGEST_QUESTION
from kb.config import Settings
from kb.evaluation.questions import MAX_SET_MB
from kb.filing.tags import LONGEST_TAG, MOST_TAGS
from kb.glossary.csv_form import MOST_MB
from kb.glossary.entries import MOST_ENTRIES, MOST_FORMS
from kb.people import passwords
from kb.store import conversations
from ui.api import body_limit
from ui.api.answers import SearchBody
from ui.api.common import MOST_MESSAGES
from ui.api.uploads import MOST_FILES
from ui.mcp.http import MOST_BYTES
from ui.openai.embeddings import MOST_INPUTS

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"
DEFAULT = Settings()
_SECTION = PAGE.read_text(encoding="utf-8").partition("## Limits\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| ([^|]+?) \| ([\d,]+[^|]*?) \|", _SECTION, re.MULTILINE))
_MOST_K = next(limit.le for limit in SearchBody.model_fields["k"].metadata if hasattr(limit, "le"))
LIMITS = {
    "a file, also a sent one": f"{DEFAULT.ingest.max_file_mb} MB",
    "chunks of a document": f"{DEFAULT.ingest.max_chunks:,}",
    "time to read a file": f"{DEFAULT.ingest.file_seconds} seconds",
    "memory to read a file": f"{DEFAULT.ingest.file_mb_memory:,} MB",
    "files of one upload": f"{MOST_FILES:,}",
    "a request in JSON": f"{body_limit._JSON_MB} MB",
    "a set of questions": f"{MAX_SET_MB} MB",
    "a message of MCP": f"{MOST_BYTES >> 20} MB",
    "a question": f"{LONGEST_QUESTION:,} characters",
    "messages of a history": f"{MOST_MESSAGES:,}",
    "passages of one search": f"{_MOST_K:,}",
    "questions of a conversation": f"{conversations.MOST_TURNS}",
    "conversations of a home": f"{conversations.MOST_CONVERSATIONS:,}",
    "a title": f"{conversations.LONGEST_TITLE} characters",
    "tags of a document": f"{MOST_TAGS}, of {LONGEST_TAG} characters",
    "a reason with a judgement": f"{conversations.LONGEST_REASON:,} characters",
    "terms of the glossary": f"{MOST_ENTRIES:,}",
    "other forms of a term": f"{MOST_FORMS}",
    "a glossary file": f"{MOST_MB} MB",
    "texts of one embedding request": f"{MOST_INPUTS:,}",
    "a password": f"{passwords.LONGEST:,} characters",
    "questions of a person": f"{DEFAULT.service.questions_a_minute} a minute",
    "searches of a person": f"{DEFAULT.service.searches_a_minute} a minute",
    "requests of a person's tokens": f"{DEFAULT.service.requests_a_minute:,} a minute",
}


def test_the_table_lists_all_limits_and_no_other() -> None:
    assert list(ROWS) == list(LIMITS)


@pytest.mark.parametrize("what", LIMITS)
def test_a_limit_is_what_the_page_says(what: str) -> None:
    assert ROWS[what] == LIMITS[what]


def test_the_settings_that_the_table_names_exist() -> None:
    named = re.findall(r"`(\w+)\.(\w+)`", _SECTION)
    assert len(named) == 7
    for section, name in named:
        assert hasattr(getattr(DEFAULT, section), name)
