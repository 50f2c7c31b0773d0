"""Files of a conversation in the API: dropped, asked about, kept and let go of, by nobody but whose it is."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kb.people.accounts import People
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.ui.api.test_nothing_seen import as_person
from tests.ui.serving import Served, opened, serving, until

__all__ = ["quick_hashes"]
NOTE = b"# Lantern\n\nThe zibeline lantern hangs by the canal since 1873.\n"
REPLY = "<think>The note says it.</think>\n\nThe zibeline lantern hangs by the canal since 1873 [1]."
QUESTION = "Since when does the zibeline lantern hang by the canal?"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        people = People(kb.catalog)
        for name in ("boss", "li", "anna"):
            people.add(name, by="owner")
        with serving(kb) as running:
            yield running


def dropped(client: httpx.Client, *names: str) -> str:
    """A conversation with files of these names, which are read."""
    id = str(client.post("conversations").json()["id"])
    sent = client.post(f"conversations/{id}/files", files=[("f", (name, NOTE)) for name in names])
    assert sent.status_code == 202, sent.text
    assert [file["name"] for file in sent.json()["files"]] == [*names]
    until(lambda: {file["state"] for file in client.get(f"conversations/{id}/files").json()["files"]} == {"ready"}, 240)
    return id


def test_a_file_is_dropped_asked_about_and_let_go_of(served: Served) -> None:
    with as_person(served, "li") as li:
        id = dropped(li, "note.md")
        turn = li.post(f"conversations/{id}/turns", json={"question": QUESTION, "files": ["note.md"]})
        assert turn.status_code == 202, turn.text
        assert turn.json()["scope"]["paths"] == ["~li/note.md"]
        assert list(li.get(f"conversations/{id}/turns/0/events").iter_lines())
        [seen] = li.get(f"conversations/{id}").json()["turns"]
        assert seen["answer"]["citations"][0]["document"] == "note.md"
        assert li.request("DELETE", f"conversations/{id}/files", params={"name": "note.md"}).json() == {"done": True}
        assert li.get(f"conversations/{id}/files").json() == {"files": []}
        assert li.get("documents").json()["documents"] == []
        [seen] = li.get(f"conversations/{id}").json()["turns"]
        assert (seen["question"], seen["answer"]) == (QUESTION, None)


def test_a_file_that_is_kept_outlives_the_conversation(served: Served) -> None:
    with as_person(served, "li") as li:
        id = dropped(li, "note.md", "gone.md")
        kept = li.post(f"conversations/{id}/files/keep", json={"name": "note.md"})
        assert [file["name"] for file in kept.json()["files"]] == ["gone.md"]
        assert li.delete(f"conversations/{id}").status_code == 200
        assert [each["document"] for each in li.get("documents").json()["documents"]] == ["note.md"]


def test_what_is_not_there_or_not_theirs_is_told_in_the_same_words(served: Served) -> None:
    with as_person(served, "li") as li, as_person(served, "anna") as anna:
        id = dropped(li, "note.md")
        assert li.put(f"conversations/{id}/readers", json={"readers": ["person:anna"]}).is_success
        assert anna.get(f"conversations/{id}").is_success  # it is shared, to be read; its files are not
        body = {"question": QUESTION, "files": ["note.md"]}
        assert anna.post(f"conversations/{id}/turns", json=body).json()["error"]["code"] == "conversation.gone"
        for client, place in ((anna, id), (li, "0" * 24)):
            for refused in (
                client.get(f"conversations/{place}/files"),
                client.post(f"conversations/{place}/files", files={"f": ("note.md", NOTE)}),
                client.post(f"conversations/{place}/files/keep", json={"name": "note.md"}),
                client.request("DELETE", f"conversations/{place}/files", params={"name": "note.md"}),
            ):
                assert refused.status_code == 404
                assert refused.json()["error"]["code"] == "conversation.gone"
        for refused in (
            li.request("DELETE", f"conversations/{id}/files", params={"name": "other.md"}),
            li.post(f"conversations/{id}/files/keep", json={"name": "other.md"}),
            li.post(f"conversations/{id}/turns", json={"question": QUESTION, "files": ["other.md"]}),
        ):
            assert refused.status_code == 404
            assert refused.json()["error"]["code"] == "conversation.no_file"
        assert li.post(f"conversations/{id}/files", files={"f": ("", b"")}).status_code == 400
        large = li.post(f"conversations/{id}/files", files={"f": ("large.md", b"x" * (1 << 20) + b"x")})
        assert (large.status_code, large.json()["error"]["code"]) == (413, "upload.over_limit")
        assert [file["name"] for file in li.get(f"conversations/{id}/files").json()["files"]] == ["note.md"]
