"""Deleting what holds other documents: a mail, an archive, a bundle; and deleting one of those they hold."""

import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import DocumentNotFound, RefusedByPolicy
from kb.schema import PlannedDeletion, Principal
from kb.store.deletion_plan import to_be_typed
from kb.store.uploads import folder_of
from tests import tiny
from tests.kb.storage import unnumbered
from tests.kb.store.test_deletion import files_with, needles
from tests.kb.store.test_document_queries import document
from tests.knowledge import OWNER, write

CANARY = "Quixovertane"


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))) as opened:
        yield opened


def mail(*attachments: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "The offer"
    message["From"] = "ann@example.com"
    message.set_content("Please find it attached.")
    for name in attachments:
        message.add_attachment(f"This is {name}, which says {CANARY}.", filename=name)
    return message.as_bytes()


def pack(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write(tmp_path / "docs", {"offer.txt": "Not the one in the mail.", "mail.eml.txt": "Nor is this."})
    (folder / "mail.eml").write_bytes(mail("offer.txt", "terms.txt"))
    pack(folder / "a.zip", {"1.txt": b"One.", "in/mail.eml": mail("deep.txt"), "2.txt": b"Two."})
    write(folder, {"tickets.jsonl": '{"doc": "t/1", "text": "It leaks."}\n{"doc": "t/2", "text": "It is loud."}'})
    return folder


def paths(kb: KnowledgeBase) -> set[str]:
    return {document.path for document in kb.documents(OWNER)}


MAIL = {"mail.eml", "mail.eml/offer.txt", "mail.eml/terms.txt"}
INNER = {"a.zip/in/mail.eml", "a.zip/in/mail.eml/deep.txt"}


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("mail.eml", MAIL),
        ("a.zip", {"a.zip/1.txt", "a.zip/2.txt", *INNER}),
        ("a.zip/in/mail.eml", INNER),
        ("a.zip/in", INNER),
        ("tickets.jsonl", {"t/1", "t/2"}),
        ("offer.txt", {"offer.txt"}),
    ],
)
def test_what_is_inside_goes_with_it(kb: KnowledgeBase, folder: Path, path: str, gone: set[str]) -> None:
    ingest(kb, [folder])
    before = paths(kb)
    assert gone < before
    assert unnumbered(kb.planned_deletions(OWNER, [(None, path)])) == [
        PlannedDeletion("docs", each) for each in sorted(gone)
    ]
    assert unnumbered(kb.delete_documents(OWNER, [("docs", path)])) == [
        PlannedDeletion("docs", each) for each in sorted(gone)
    ]
    assert paths(kb) == before - gone
    assert kb.check(deep=True).problems == ()


def test_a_collection_is_read_once_however_many_are_named(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(kb, [folder])
    read: list[str] = []
    known = kb.catalog.known_documents
    monkeypatch.setattr(kb.catalog, "known_documents", lambda name: read.append(name) or known(name))
    names = [(None, name) for name in ("a.zip", "a.zip/in", "a.zip/1.txt", "tickets.jsonl", "mail.eml", "offer.txt")]
    assert len(kb.planned_deletions(OWNER, names)) == 10
    assert read == ["docs"]


def test_those_given_by_id_go_and_no_other(kb: KnowledgeBase, folder: Path) -> None:
    ingest(kb, [folder])
    ids = {document.path: document.id for document in kb.documents(OWNER)}
    told = kb.planned_deletions(OWNER, [ids["mail.eml"]])
    assert [each.path for each in told] == ["mail.eml", "mail.eml/offer.txt", "mail.eml/terms.txt"]
    assert [each.id for each in told] == [ids[each.path] for each in told]
    before = paths(kb)
    with pytest.raises(DocumentNotFound, match="no document with id 9999"):
        kb.delete_documents(OWNER, [ids["mail.eml"], 9999])
    assert paths(kb) == before
    assert [each.path for each in kb.delete_documents(OWNER, [ids["mail.eml"]])] == ["mail.eml"]
    assert paths(kb) == before - {"mail.eml"}
    kb.delete_documents(OWNER, [ids["offer.txt"], (None, "a.zip/in/mail.eml")])  # a name stands for what is inside
    assert paths(kb) == {p for p in before if p not in ("mail.eml", "offer.txt") and "in/mail.eml" not in p}
    assert kb.check(deep=True).problems == ()


@pytest.mark.parametrize(
    ("going", "typed"),
    [
        ({"a": 20}, ""), ({"a": 21}, "21"), ({"one": 1}, ""), ({"two": 2}, "two"), ({"one": 1, "two": 1}, ""),
        ({"one": 1, "two": 2}, "3"), ({"a": 30}, "a"), ({"a": 15, "b": 6}, "21"),
    ],
)  # fmt: skip
def test_what_is_typed_for_many_and_for_a_whole_collection(going: dict[str, int], typed: str) -> None:
    held = [document(str(n), collection=c) for c, count in {"a": 30, "b": 30, "one": 1, "two": 2}.items()
            for n in range(count)]  # fmt: skip
    doomed = [PlannedDeletion(collection, str(n)) for collection, count in going.items() for n in range(count)]
    assert to_be_typed(doomed, held) == typed


def test_a_deleted_attachment_is_still_in_its_mail_and_that_is_said(kb: KnowledgeBase, folder: Path) -> None:
    ingest(kb, [folder])
    [found] = kb.planned_deletions(OWNER, [("docs", "mail.eml/offer.txt")])
    assert found.kept_in == "mail.eml"
    kb.delete_document(OWNER, "docs", "mail.eml/offer.txt")
    assert b"offer.txt" in kb.original(OWNER, "docs", "mail.eml").read_bytes()
    assert unnumbered(kb.planned_deletions(OWNER, [(None, "mail.eml"), (None, "mail.eml/terms.txt")])) == [
        PlannedDeletion("docs", "mail.eml"), PlannedDeletion("docs", "mail.eml/terms.txt")
    ]  # fmt: skip
    [deep] = kb.planned_deletions(OWNER, [(None, "a.zip/in/mail.eml/deep.txt")])
    assert deep.kept_in == "a.zip/in/mail.eml"
    [plain] = kb.planned_deletions(OWNER, [(None, "a.zip/1.txt")])
    assert plain.kept_in == ""  # of the archive itself nothing is kept in the home


def test_an_uploaded_archive_stays_until_its_last_document_goes(kb: KnowledgeBase) -> None:
    hr = folder_of(kb.home.uploads, "hr")
    archive = pack(hr / "a.zip", {"1.txt": f"One says {CANARY}.".encode(), "2.txt": b"Two."})
    (hr / "mail.eml").write_bytes(mail("offer.txt"))
    write(hr, {"offer.txt": "Another one."})
    ingest(kb, sorted(hr.iterdir()), collection="hr")
    [one] = kb.planned_deletions(OWNER, [("hr", "a.zip/1.txt")])
    assert one.kept_in == "a.zip"
    kb.delete_documents(OWNER, [("hr", "a.zip/1.txt"), ("hr", "mail.eml/offer.txt")])
    assert {path.name for path in hr.iterdir()} == {"a.zip", "mail.eml", "offer.txt"}
    [two] = kb.planned_deletions(OWNER, [("hr", "a.zip/2.txt")])
    assert two.kept_in == ""
    kb.delete_document(OWNER, "hr", "a.zip/2.txt")
    assert not archive.exists()
    kb.delete_document(OWNER, "hr", "mail.eml")
    assert {path.name for path in hr.iterdir()} == {"offer.txt"}
    assert files_with(kb.home.path, needles(CANARY)) == []


def test_a_name_is_that_of_a_document_or_of_a_file_that_gave_some(kb: KnowledgeBase, folder: Path) -> None:
    ingest(kb, [folder])
    for name in ("nothing", "a.zip/1", "t", "docs"):
        with pytest.raises(DocumentNotFound, match=name):
            kb.planned_deletions(OWNER, [(None, name)])
    ingest(kb, [folder], collection="again")
    for name in ("a.zip", "mail.eml"):
        with pytest.raises(DocumentNotFound):
            kb.planned_deletions(OWNER, [(None, name)])
    assert len(kb.planned_deletions(OWNER, [("again", "a.zip")])) == 4
    with pytest.raises(RefusedByPolicy):
        kb.planned_deletions(Principal("guest"), [("docs", "a.zip")])
