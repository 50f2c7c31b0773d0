"""A backup that somebody made up or changed: nothing in it leads out of the home, and it does not pass for proved."""

import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.backups import backup_key
from kb.backups.restore import Doubt, restore
from kb.config import load_settings
from kb.errors import HomeError, RefusedByPolicy, SignInRefused, UsageError
from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.people.provided import Admission, Identity
from tests import tiny
from tests.knowledge import OWNER, write


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with opened(tmp_path / "home") as kb:
        ingest(kb, [write(tmp_path / "docs", {"canteen.md": "# Canteen\n\nIt serves soup.\n"})])
        kb.home.uploads.mkdir(mode=0o700)
        ingest(kb, [write(kb.home.uploads, {"sent.md": "# Sent\n\nIt was sent.\n"}) / "sent.md"], collection="sent")
        yield kb


@pytest.fixture
def file(kb: KnowledgeBase, tmp_path: Path) -> Path:
    return kb.backup(tmp_path / "b.tar").file


def opened(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, load_settings(env=dict(tiny.ENVIRONMENT)))


def rewrite(file: Path, tmp_path: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """What who can write a backup can do: change the catalog, and the manifest so that it agrees."""
    with tarfile.open(file) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    catalog = tmp_path / "crafted.db"
    catalog.write_bytes(members["catalog.db"])
    db = sqlite3.connect(catalog, isolation_level=None)
    db.execute("PRAGMA journal_mode = DELETE")
    change(db)
    db.close()
    members["catalog.db"] = catalog.read_bytes()
    pack(file, members)


def pack(file: Path, members: dict[str, bytes]) -> None:
    manifest = json.loads(members.pop("manifest.json"))
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    members["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(file, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def yes(_: Doubt) -> bool:
    return True


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("sha256", "UPDATE versions SET sha256 = '../x'"),
        ("sha256", "UPDATE versions SET sha256 = x'2e2e2f2e2e2f78'"),
        ("source", "UPDATE documents SET source = '../../x' WHERE root LIKE '%/uploads'"),
        ("source", "UPDATE documents SET source = '/etc/passwd'"),
        ("root", "UPDATE documents SET root = root || '/../..' WHERE root LIKE '%/uploads'"),
        (
            "sneaky",
            "CREATE TRIGGER sneaky AFTER INSERT ON audit_records BEGIN UPDATE versions SET sha256 = '../../x'; END",
        ),
        ("other", "CREATE VIEW other AS SELECT 1"),
    ],
)
def test_a_catalog_whose_names_lead_out_of_the_home_is_refused_whoever_signed_it(
    file: Path, kb: KnowledgeBase, tmp_path: Path, what: str, statement: str
) -> None:
    secret = write(tmp_path, {"x": "no document"}) / "x"
    rewrite(file, tmp_path, lambda db: db.execute(statement))
    before = sorted(tmp_path.iterdir())

    with pytest.raises(UsageError, match="made up") as raised:
        restore(file, tmp_path / "new", accepted=yes)

    assert repr(what) in str(raised.value) or f"column {what} " in str(raised.value)
    assert sorted(tmp_path.iterdir()) == before
    assert secret.read_text(encoding="utf-8") == "no document"


@pytest.mark.parametrize(
    "name",
    ["originals/../../x", "originals/ab/../../../x", "originals/ab/x", "/etc/x", "uploads/../x", "chroma/x", "lock"],
)
def test_a_file_that_is_none_of_a_home_s_is_refused(file: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(file) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    pack(file, {name: b"x", **members})
    with pytest.raises(UsageError, match="does not belong into it"):
        restore(file, tmp_path / "new", accepted=yes)
    assert not (tmp_path / "new").exists()


def test_a_small_file_that_would_fill_the_disk_is_refused(file: Path, tmp_path: Path) -> None:
    with tarfile.open(file, "w") as tar:
        info = tarfile.TarInfo("uploads/zeros")
        info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
        tar.addfile(info)
    with pytest.raises(UsageError, match="does not belong into it"):
        restore(file, tmp_path / "new", accepted=yes)


def test_a_home_whose_catalog_names_content_by_a_path_is_not_opened(kb: KnowledgeBase, tmp_path: Path) -> None:
    """As one that an earlier version restored from a crafted backup."""
    secret = write(tmp_path, {"x": "no document"}) / "x"
    kb.close()
    db = sqlite3.connect(kb.home.catalog)
    db.execute("UPDATE versions SET sha256 = '../x'")
    db.commit()
    db.close()
    with pytest.raises(HomeError, match="damaged or made up"):
        opened(kb.home.path)
    assert secret.exists()


def test_content_is_not_looked_for_by_anything_but_a_hash(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Where it was changed while the home is open: neither served, nor deleted."""
    secret = write(tmp_path, {"x": "no document"}) / "x"
    with kb.catalog.transaction() as db:
        db.execute("UPDATE versions SET sha256 = '../x' WHERE title = 'Canteen'")
    assert (kb.home.originals / ".." / "../x").samefile(secret)
    with pytest.raises(HomeError, match="no hash"):
        kb.original(OWNER, "docs", "canteen.md")
    assert any("no hash" in problem for problem in kb.check().problems)
    kb.delete_document(OWNER, "docs", "canteen.md")
    assert secret.exists()


def test_what_a_crafted_backup_would_do_later_is_taken_out_of_it(file: Path, tmp_path: Path) -> None:
    secret, keys = write(tmp_path, {"x": "no document"}) / "x", "name, value"
    note = {
        "name": "sent",
        "path": "a",
        "root": f"{tmp_path}/new/uploads",
        "source": "../../x",
        "sha256": ["../x"],
    }

    def change(db: sqlite3.Connection) -> None:
        db.execute(f"INSERT INTO properties ({keys}) VALUES ('forget:1', ?)", (json.dumps(note),))
        db.execute(
            f"INSERT INTO properties ({keys}) VALUES ('backup:/a', ?)", (json.dumps([str(secret), str(secret)]),)
        )
        db.execute(f"INSERT INTO properties ({keys}) VALUES ('model', ?)", (json.dumps(["embedded", str(secret)]),))
        db.execute(
            "INSERT INTO jobs (kind, title, paths, prune, who, state, created_at) "
            "VALUES ('ingest', 'Handbook', '[\"/etc\"]', 0, 'me', 'paused', '')"
        )

    rewrite(file, tmp_path, change)
    restore(file, tmp_path / "new", accepted=yes)

    (tmp_path / "new" / "lock").write_text("1", encoding="utf-8")  # as after a kill
    with opened(tmp_path / "new") as new:
        assert new.check().problems == ()
        assert [row["paths"] for row in new.catalog.db.execute("SELECT paths FROM jobs WHERE who = 'me'")] == ["[]"]
        assert new.catalog.property("model") is None
    assert secret.exists()


@pytest.mark.parametrize("is_proved", [True, False])
def test_passwords_of_an_unproved_backup_let_nobody_in_and_no_token_of_any(
    file: Path, kb: KnowledgeBase, tmp_path: Path, is_proved: bool
) -> None:
    people = People(kb.catalog)
    people.add("mallory", by="root", password="what its maker knows")
    _, token = ApiTokens(kb.catalog, people).create("x", ["admin"], 30, by="mallory")
    who = Identity("https://login.example.org", "u-1", "eve")
    people.sign_in_provided(who, Admission())
    kb.backup(tmp_path / "with-people.tar")
    if not is_proved:
        rewrite(tmp_path / "with-people.tar", tmp_path, lambda db: db.execute("UPDATE accounts SET full_name = 'M'"))
    restore(tmp_path / "with-people.tar", tmp_path / "new", accepted=yes)
    with opened(tmp_path / "new") as new:
        restored = People(new.catalog)
        assert ApiTokens(new.catalog, restored).holder(token) is None
        assert [account.enabled for account in restored.all()] == [is_proved, is_proved]
        if is_proved:
            assert restored.sign_in("mallory", "what its maker knows")
            assert restored.sign_in_provided(who, Admission()).name == "eve"
        else:
            with pytest.raises(SignInRefused):
                restored.sign_in("mallory", "what its maker knows")
            for name in ("mallory", "eve"):
                restored.change(name, by="root", enabled=True)
            with pytest.raises(SignInRefused):
                restored.sign_in("mallory", "what its maker knows")
            with pytest.raises(SignInRefused):  # it is nobody's whom the maker is at a provider
                restored.sign_in_provided(who, Admission())


# ---- the MAC


def test_a_backup_is_proved_by_the_key_of_its_home(file: Path, kb: KnowledgeBase, tmp_path: Path) -> None:
    assert restore(file, tmp_path / "new").proved
    assert backup_key.key_of(tmp_path / "new") == backup_key.key_of(kb.home.path)  # it goes on signing with it
    assert (tmp_path / "new" / backup_key.NAME).stat().st_mode & 0o777 == 0o600
    assert b"%b" % backup_key.key_of(kb.home.path).hex().encode() not in file.read_bytes()


def test_a_backup_that_was_changed_is_refused_until_that_is_accepted(file: Path, tmp_path: Path) -> None:
    rewrite(file, tmp_path, lambda db: db.execute("UPDATE versions SET title = 'Another'"))
    with pytest.raises(RefusedByPolicy, match="not signed with the key of its home"):
        restore(file, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    report = restore(file, tmp_path / "new", accepted=yes)
    assert not report.proved
    with opened(tmp_path / "new") as new:
        [row] = [row for row in new.catalog.audit_rows() if row["action"] == "restore"]
        assert row["detail"]["proved"] is False


def test_without_the_home_the_key_must_be_named_to_prove_it(file: Path, kb: KnowledgeBase, tmp_path: Path) -> None:
    key = kb.home.path / backup_key.NAME
    kept = write(tmp_path, {"kept.txt": key.read_text(encoding="ascii")}) / "kept.txt"
    key.unlink()
    doubts: list[Doubt] = []

    def asked(doubt: Doubt) -> bool:
        doubts.append(doubt)
        return True

    assert not restore(file, tmp_path / "unproved", accepted=asked).proved
    assert [(doubt.refused, "--key" in doubt.why) for doubt in doubts] == [(False, True)]
    assert restore(file, tmp_path / "proved", backup_key.read(kept)).proved
    with pytest.raises(RefusedByPolicy):
        restore(file, tmp_path / "another", bytes(32))


def test_a_key_that_another_user_could_have_put_there_proves_nothing(
    file: Path, kb: KnowledgeBase, tmp_path: Path
) -> None:
    """A backup says itself which home it is of."""
    (kb.home.path / backup_key.NAME).chmod(0o644)
    assert not restore(file, tmp_path / "new").proved


def test_a_backup_without_a_mac_is_restored_and_said_to_be_unproved(file: Path, tmp_path: Path) -> None:
    with tarfile.open(file) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    manifest = json.loads(members["manifest.json"])
    del manifest["mac"]
    pack(file, {**members, "manifest.json": json.dumps(manifest).encode()})
    assert not restore(file, tmp_path / "new").proved
    with pytest.raises(RefusedByPolicy, match="no MAC"):
        restore(file, tmp_path / "another", bytes(32))
