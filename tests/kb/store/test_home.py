"""The home: one owner, and clear words for a home that cannot be used."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.config import Settings
from kb.errors import EmbeddingChanged, HomeError, HomeInUse, HomeTooNew
from kb.models.embedders import open_embedder
from kb.schema import Principal
from kb.store.catalog import Catalog
from kb.store.home import Home
from kb.store.migrations import MIGRATIONS
from tests.knowledge import OWNER, open_kb, write


def test_a_home_is_private(tmp_path: Path) -> None:
    docs, umask = write(tmp_path / "docs", {"notes.md": "The boiler is checked in May."}), os.umask(0o022)
    try:
        with open_kb(tmp_path / "home") as kb:
            assert stat.S_IMODE(kb.home.path.stat().st_mode) == 0o700
            ingest(kb, [docs])
            logs = [file for file in kb.home.path.iterdir() if file.name.startswith("catalog.db")]
            assert {stat.S_IMODE(file.stat().st_mode) for file in logs} == {0o600}
    finally:
        os.umask(umask)
    files = [file for file in (tmp_path / "home").rglob("*") if file.is_file()]
    assert len(files) > 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    (tmp_path / "home" / "catalog.db").chmod(0o644)  # as an earlier version made it
    with open_kb(tmp_path / "home") as kb:
        assert stat.S_IMODE(kb.home.catalog.stat().st_mode) == 0o600


def test_a_second_process_is_told_who_owns_the_home(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kb.store.home import Home\n"
        "h = Home(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(HomeInUse, match=str(owner.pid)):
            Home(tmp_path)
        owner.communicate("")
    Home(tmp_path).close()


def test_what_was_on_its_way_goes_when_the_home_is_opened_and_closed(tmp_path: Path) -> None:
    """The last owner need not have been killed: an upload that it was stopped in leaves its files, too."""
    left = {"incoming/abc/0": "half", "reading/def/temporary-7/document.a": "half"}
    Home(tmp_path).close()
    write(tmp_path, left)
    home = Home(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    write(tmp_path, left)
    home.close()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_home_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    open_kb(tmp_path / "home").close()
    with sqlite3.connect(tmp_path / "home" / "catalog.db") as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(HomeTooNew, match="newer version"):
        open_kb(tmp_path / "home")


def test_a_damaged_catalog_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "catalog.db").write_bytes(b"not a database" * 500)
    with pytest.raises(HomeError, match=r"catalog\.db"):
        open_kb(tmp_path / "home")


def test_a_file_where_the_home_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError, match="--home"):
        open_kb(tmp_path / "home")


def test_a_folder_of_other_files_is_not_made_a_home(tmp_path: Path) -> None:
    folder = write(tmp_path / "project", {"notes.md": "Mine."})
    folder.chmod(0o755)
    with pytest.raises(HomeError, match="has other files in it"):
        Home(folder)
    assert (stat.S_IMODE(folder.stat().st_mode), [each.name for each in folder.iterdir()]) == (0o755, ["notes.md"])
    write(tmp_path / "disk", {".hidden": "", "lost+found/x": ""})
    Home(tmp_path / "disk").close()
    Home(tmp_path / "disk").close()


def test_a_home_whose_catalog_is_gone_keeps_its_originals(tmp_path: Path) -> None:
    """Begun anew, it would take all of them for what a crash had left."""
    with open_kb(tmp_path / "home") as kb:
        original = kb.home.original("ab" * 32)
        write(original.parent, {original.name: "The only copy."})
    (tmp_path / "home" / "catalog.db").unlink()
    with pytest.raises(HomeError, match=r"catalog\.db is gone"):
        open_kb(tmp_path / "home")
    assert original.is_file()


def test_another_embedding_model_is_refused(docs: Path, tmp_path: Path) -> None:
    with open_kb(tmp_path / "home") as kb:
        ingest(kb, [docs])
    with open_kb(tmp_path / "home") as kb:
        kb.catalog.set_property("embedding", '{"model": "another"}')
        for asker in (OWNER, Principal("guest")):
            with pytest.raises(EmbeddingChanged, match="reindex"):
                kb.search("When does the office open?", asker)


def test_the_identity_changes_with_model_and_prefix() -> None:
    settings = Settings().embedding
    other = settings.model_copy(update={"query_prefix": "ask: "})
    assert open_embedder(settings).identity() != open_embedder(other).identity()


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    for _ in range(2):
        catalog = Catalog(tmp_path / "catalog.db")
        assert catalog.collections() == []
        catalog.close()
