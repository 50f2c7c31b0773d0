"""Files dropped into a conversation: read before all else, asked about, kept or let go of without a trace."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.sync import pipeline
from kb.access.rules import OWNER
from kb.assistant import KnowledgeBase
from kb.errors import ConversationNotFound, DocumentNotFound, RefusedByPolicy, UsageError
from kb.people.accounts import People
from kb.schema import EVERYTHING, AskOptions, Principal, Scope
from kb.store import conversations as conversation_store
from tests.fakes import ScriptedModel
from tests.knowledge import write
from tests.ui.serving import opened, until
from ui.service.runtime import Service
from ui.service.turns import Turn
from ui.service.uploading import DroppedFile

SOON = 240  # seconds, on busy cores
LOCAL = Principal("local", unlimited=True)
LI = Principal("li", edits=frozenset({"~li"}))
NOTE = "# Lantern\n\nThe zibeline lantern hangs by the canal since 1873.\n"
OTHER = "# Lantern\n\nThe lantern was sold in 1901.\n"
REPLY = "<think>The note says it.</think>\n\nThe zibeline lantern hangs by the canal since 1873 [1]."
QUESTION = "Since when does the zibeline lantern hang by the canal?"


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with opened(tmp_path / "home", ScriptedModel([REPLY], completions=[QUESTION] * 9)) as kb:
        People(kb.catalog).add("li", by="owner")
        yield kb


@pytest.fixture
def service(kb: KnowledgeBase) -> Iterator[Service]:
    service = Service.of(kb)
    yield service
    service.conversations.close()
    service.jobs.shut_down()


def drop(service: Service, asker: Principal, id: str, **texts: str) -> list[DroppedFile]:
    """Drop files, given by their names without `.md`."""
    return service.files.drop(asker, id, [(f"{n}.md", io.BytesIO(text.encode())) for n, text in texts.items()])


def read(service: Service, id: str) -> list[DroppedFile]:
    until(lambda: all(file.state in ("ready", "failed") for file in service.files.of(id)), SOON)
    return service.files.of(id)


def asked(service: Service, asker: Principal, id: str, scope: Scope, question: str = QUESTION) -> Turn:
    conversation = service.own(asker).get(id)
    assert conversation is not None
    first = service.files.first(id, scope)
    turn = service.own(asker).ask(conversation, question, "documents", AskOptions(scope), first=first)
    assert turn is not None
    assert turn.running.finishes(SOON)
    assert turn.running.join(SOON)
    return turn


def traces(home: Path, *words: str) -> list[str]:
    """The files of a home that hold one of these words."""
    files = [file for file in home.rglob("*") if file.is_file()]
    named = [str(file) for file in files if any(word in file.name for word in words)]
    return named + [str(file) for file in files if any(word.encode() in file.read_bytes() for word in words)]


@pytest.mark.parametrize(("asker", "collection"), [(LI, "~li"), (LOCAL, f"~{OWNER}")])
def test_a_file_is_asked_about_while_it_is_being_read(service: Service, asker: Principal, collection: str) -> None:
    conversation = service.own(asker).new()
    [dropped] = drop(service, asker, conversation.id, note=NOTE)
    assert (dropped.collection, dropped.name) == (collection, "note.md")
    turn = asked(service, asker, conversation.id, service.files.scope(conversation.id, ["note.md"]))
    given = turn.running.snapshot.answer
    assert given is not None, turn.running.snapshot.error
    assert [(c.collection, c.document, c.supported) for c in given.citations] == [(collection, "note.md", True)]
    stored = service.kb.stored_text(asker, collection, "note.md")
    assert stored.text[given.citations[0].start : given.citations[0].end] == given.citations[0].quote
    [ready] = service.files.of(conversation.id)
    assert (ready.state, ready.is_document) == ("ready", True)
    assert service.own(asker).list()[0].id == conversation.id


def test_nobody_else_finds_it(service: Service) -> None:
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, note=NOTE)
    read(service, conversation.id)
    assert service.kb.documents(Principal("anna")) == []
    assert [d.path for d in service.kb.documents(LI)] == ["note.md"]
    with pytest.raises(RefusedByPolicy, match="no collection of their own"):
        service.files.own_collection(Principal("nobody"))


def test_what_is_let_go_of_leaves_no_trace_and_the_question_stays(service: Service, kb: KnowledgeBase) -> None:
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, quagga=NOTE, other=OTHER)
    read(service, conversation.id)
    asked(service, LI, conversation.id, service.files.scope(conversation.id, ["quagga.md"]), "What hangs there?")
    assert traces(kb.home.path, "zibeline", "quagga")
    service.files.let_go(LI, conversation.id, "quagga.md")
    assert [file.name for file in service.files.of(conversation.id)] == ["other.md"]
    assert traces(kb.home.path, "zibeline", "quagga") == []
    seen = service.own(LI).get(conversation.id)
    assert seen is not None
    [turn] = seen.turns
    assert turn.question == "What hangs there?"
    assert turn.running.snapshot.answer is None
    assert [notice.kind for notice in turn.running.snapshot.notices] == ["document_deleted"]
    refused = asked(service, LI, conversation.id, turn.scope, "And what hangs there?").running.snapshot.answer
    assert refused is not None  # it does not look elsewhere instead
    assert refused.refused
    with pytest.raises(DocumentNotFound, match=r"quagga\.md"):
        service.files.let_go(LI, conversation.id, "quagga.md")


def test_with_the_conversation_its_files_go_unless_they_were_kept(service: Service, kb: KnowledgeBase) -> None:
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, quagga=NOTE, other=OTHER)
    read(service, conversation.id)
    service.files.keep(conversation.id, "other.md")
    service.own(LI).delete(conversation.id)
    assert [d.path for d in kb.documents(LI)] == ["other.md"]
    assert traces(kb.home.path, "zibeline", "quagga") == []
    with pytest.raises(ConversationNotFound):
        drop(service, LI, conversation.id, quagga=NOTE)
    assert [d.path for d in kb.documents(LI)] == ["other.md"]
    assert traces(kb.home.path, "zibeline", "quagga") == []


def test_a_document_of_that_name_is_not_touched(service: Service, kb: KnowledgeBase) -> None:
    job = service.uploads.add([("note.md", io.BytesIO(OTHER.encode()))], "~li", "li")
    assert job is not None
    until(lambda: service.jobs.get(job.id).finished, SOON)
    conversation = service.own(LI).new()
    first, second = drop(service, LI, conversation.id, note=NOTE), drop(service, LI, conversation.id, note=NOTE)
    assert [file.name for file in (*first, *second)] == ["note (2).md", "note (3).md"]
    read(service, conversation.id)
    service.own(LI).delete(conversation.id)
    assert [(d.path, d.version) for d in kb.documents(LI)] == [("note.md", 1)]
    assert kb.stored_text(LI, "~li", "note.md").text.strip() == OTHER.strip()


def test_a_file_is_read_before_a_long_ingestion_which_goes_on_after_it(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "many", {f"{n}.md": f"# Page {n}\n\nThe page {n} is one of many." for n in range(30)})
    begun, go_on = threading.Event(), threading.Event()
    ingest = pipeline.ingest

    def held(*args: Any, **how: Any) -> pipeline.IngestReport:
        if how["collection"] == "many" and not begun.is_set():
            begun.set()
            assert go_on.wait(SOON)
        return ingest(*args, **how)

    monkeypatch.setattr(pipeline, "ingest", held)
    long = service.jobs.ingest([folder], collection="many")
    later = service.jobs.ingest([folder], collection="later")
    assert begun.wait(SOON)
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, note=NOTE)
    go_on.set()
    assert [file.state for file in read(service, conversation.id)] == ["ready"]
    for job in (long, later):
        until(lambda job=job: service.jobs.get(job.id).finished, SOON)  # type: ignore[misc]
        assert service.jobs.get(job.id).state == "done"
    order = [r["id"] for r in service.kb.catalog.db.execute("SELECT id FROM documents ORDER BY id").fetchall()]
    first = service.kb.catalog.db.execute("SELECT id FROM documents WHERE path = 'note.md'").fetchone()["id"]
    assert first == order[0]
    assert {d.collection for d in service.kb.documents(LOCAL)} == {"~li", "many", "later"}


def test_what_waits_to_be_read_is_let_go_of(service: Service, kb: KnowledgeBase, monkeypatch: Any) -> None:
    held = threading.Event()

    def ingest(*args: Any, stop: threading.Event, **how: Any) -> pipeline.IngestReport:
        held.set()
        assert stop.wait(SOON)  # it is told to end
        return pipeline.IngestReport((), 0, 0, 0, 0, 0, 0, 0.0, stopped=True)

    monkeypatch.setattr(pipeline, "ingest", ingest)
    conversation = service.own(LI).new()
    [dropped] = drop(service, LI, conversation.id, quagga=NOTE)
    assert held.wait(SOON)
    assert [file.state for file in service.files.of(conversation.id)] == ["reading"]
    service.files.let_go(LI, conversation.id, dropped.name)
    assert service.files.of(conversation.id) == []
    assert traces(kb.home.path, "zibeline", "quagga") == []


def test_a_file_that_cannot_be_read_says_why_instead_of_an_answer(service: Service) -> None:
    conversation = service.own(LI).new()
    service.files.drop(LI, conversation.id, [("empty.md", io.BytesIO(b""))])
    [dropped] = read(service, conversation.id)
    assert (dropped.name, dropped.state) == ("empty.md", "failed")
    assert dropped.reason
    turn = asked(service, LI, conversation.id, service.files.scope(conversation.id, ["empty.md"]))
    assert turn.running.snapshot.state == "failed"
    assert dropped.reason in (turn.running.snapshot.error or "")
    service.files.let_go(LI, conversation.id, "empty.md")
    assert service.kb.documents(LI) == []


def test_a_document_deleted_from_the_list_is_gone_from_the_conversation(service: Service, kb: KnowledgeBase) -> None:
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, note=NOTE)
    read(service, conversation.id)
    kb.delete_document(LI, "~li", "note.md")
    assert service.files.of(conversation.id) == []


def test_only_so_many_files_are_taken(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_store, "MOST_FILES", 2)
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, a=NOTE, b=OTHER)
    with pytest.raises(UsageError, match="At most 2 files"):
        drop(service, LI, conversation.id, c=NOTE)
    assert [d.path for d in service.kb.documents(LI)] in ([], ["a.md"], ["a.md", "b.md"])
    read(service, conversation.id)


def test_a_question_to_everything_waits_for_no_file(service: Service) -> None:
    conversation = service.own(LI).new()
    drop(service, LI, conversation.id, note=NOTE)
    assert service.files.first(conversation.id, EVERYTHING) is None
    assert service.files.first(conversation.id, service.files.scope(conversation.id, ["note.md"])) is not None
    read(service, conversation.id)
