"""What nobody sees in a file is not found by a question, and stands in the details of its document."""

from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.schema import HiddenText
from tests.knowledge import OWNER, write

SECRET = "The code of the safe is 4711."
PAGE = (
    "<h1>The safe</h1><p>The safe stands in room 12, behind the picture of the founder.</p>"
    f'<p style="font-size:0;color:white">{SECRET}</p>'
)


def test_hidden_text_is_not_searched_and_is_listed(kb: KnowledgeBase, tmp_path: Path) -> None:
    ingest(kb, [write(tmp_path / "pages", {"safe.html": PAGE})])
    found = kb.search("What is the code of the safe?", OWNER)
    assert all("4711" not in passage.text for passage in found.passages)
    stored = kb.stored_text(OWNER, None, "safe.html")
    assert "4711" not in stored.text
    hidden = (HiddenText(None, "size", SECRET),)
    assert kb.hidden(stored) == hidden
    assert [version.hidden for version in kb.versions(OWNER, None, "safe.html")] == [hidden]


def test_it_goes_with_the_document(kb: KnowledgeBase, tmp_path: Path) -> None:
    ingest(kb, [write(tmp_path / "pages", {"safe.html": PAGE})])
    kb.delete_document(OWNER, None, "safe.html")
    assert kb.catalog.db.execute("SELECT count(*) FROM hidden_texts").fetchone()[0] == 0
    assert not any(b"4711" in file.read_bytes() for file in kb.home.catalog.parent.rglob("*") if file.is_file())


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_characters_that_no_screen_shows_are_no_words(kb: KnowledgeBase, tmp_path: Path, name: str) -> None:
    tagged = "".join(chr(0xE0000 + ord(sign)) for sign in SECRET)
    text = f"The safe{tagged} stands in room 12.\nThe se\u200bcretary has the k\u2060ey. می\u200cخواهم"
    ingest(kb, [write(tmp_path / "texts", {name: text})])
    assert kb.hidden(kb.stored_text(OWNER, None, name)) == (HiddenText(None, "characters", SECRET),)
    kb.release(OWNER, "texts", name)  # it is held back for them
    embedded = kb.catalog.chunks(kb.catalog.find_document(OWNER, name, None)[0])[0].embedded_text
    assert "The secretary has the key. می\u200cخواهم" in embedded
    assert "\U000e0034" not in embedded
