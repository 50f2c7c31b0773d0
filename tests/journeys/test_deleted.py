"""Deletion by the command line, as a person does it: with the home to itself, through a running service, and killed.

After `kb docs delete` the raw bytes of every file of the home are searched. The embedding model is the tiny one.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tiny
from tests.kb.store.test_deletion import CANARIES, CHINESE, NAME, SECRET, files_with, needles
from tests.knowledge import write

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, **tiny.ENVIRONMENT, "KB_LLM__OLLAMA_HOST": "http://127.0.0.1:9", "USER": "ann"}
KB = [sys.executable, "-c", "from ui.cli.main import main; main()"]


def kb(home: Path, *arguments: str, code: int = 0) -> str:
    """What a command prints on stdout."""
    done = subprocess.run(
        [*KB, *arguments, "--home", str(home)], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rooms = {f"{n:02}.md": f"# Room {n}\n\n" + f"The key of room {n} hangs on hook {n}. " * 30 for n in range(30)}
    return write(tmp_path_factory.mktemp("deleted") / "docs", {f"{NAME}.md": SECRET, **rooms})


@pytest.fixture(scope="module")
def made(folder: Path) -> Path:
    """A home that has read the folder, and its secret in two versions."""
    home = folder.parent / "home"
    kb(home, "ingest", str(folder))
    write(folder, {f"{NAME}.md": SECRET.replace("cellar", "attic")})
    kb(home, "ingest", str(folder))
    assert files_with(home, needles(CHINESE))
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """One such home for each test."""
    return shutil.copytree(made, tmp_path / "home")


@pytest.fixture
def service(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """`kb up` over the home."""
    process = subprocess.Popen(
        [*KB, "up", "--port", "0", "--home", str(home)], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    yield process
    process.terminate()
    process.communicate(timeout=60)


def traces(home: Path) -> list[tuple[str, bytes]]:
    return files_with(home, needles(*CANARIES))


def test_a_deleted_document_is_in_no_file_and_the_record_stays(home: Path) -> None:
    deleted = json.loads(kb(home, "docs", "delete", f"{NAME}.md", "--yes", "--json"))
    assert deleted
    assert traces(home) == []
    erased, row = json.loads(kb(home, "audit", "--json"))["audit"][:2]
    assert (erased["asker"], erased["action"]) == ("deletion", "erase")
    assert (row["asker"], row["action"]) == ("ann", "delete")
    assert row["subject"].startswith("sha256:")
    assert len(row["detail"]["sha256"]) == 2
    assert json.loads(kb(home, "check", "--deep", "--json"))["problems"] == []


def test_a_document_is_deleted_through_the_running_service(
    home: Path, service: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert json.loads(kb(home, "search", "key of room 7", "--json"))["passages"]
    before = json.loads(kb(home, "backup", str(tmp_path / "before.tar"), "--json"))
    kb(home, "docs", "delete", f"{NAME}.md", "--yes")
    assert service.poll() is None
    assert traces(home) == []
    assert json.loads(kb(home, "check", "--deep", "--json"))["problems"] == []
    after = json.loads(kb(home, "backup", str(tmp_path / "after.tar"), "--json"))
    assert (before["documents"], after["documents"]) == (31, 30)
    service.terminate()
    service.communicate(timeout=60)
    assert traces(home) == []
    assert "30 documents" in kb(tmp_path / "new", "restore", str(tmp_path / "after.tar"))
    assert traces(tmp_path / "new") == []
    assert len(json.loads(kb(tmp_path / "new", "docs", "list", "--json"))["documents"]) == 30
    assert "not empty" not in kb(tmp_path / "older", "restore", str(tmp_path / "before.tar"))
    assert files_with(tmp_path / "older", needles(CHINESE))
    kb(tmp_path / "older", "restore", str(tmp_path / "before.tar"), code=2)


def test_a_folder_is_pruned_without_a_trace(home: Path, folder: Path) -> None:
    (folder / f"{NAME}.md").unlink(missing_ok=True)
    assert json.loads(kb(home, "ingest", str(folder), "--prune", "--json"))["deleted"] == 1
    assert traces(home) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from kb.store import catalog, database, deletion, vectors
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from tests.knowledge import OWNER
places = {
    "removed": (deletion.Deletion, "scrub"), "files": (deletion.Deletion, "_delete_files"),
    "records": (vectors.VectorIndex, "wipe"), "graph": (vectors._Graph, "wipe"),
    "catalog": (database.Database, "wipe"), "pages": (database, "wipe_unused"),
}
with KnowledgeBase.open(Path(sys.argv[1]), load_settings()) as kb:
    kb.indexes.ready()
    setattr(*places[sys.argv[2]], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    kb.delete_document(OWNER, None, sys.argv[3])
"""


def test_a_deletion_that_was_killed_is_finished_by_the_next_command(home: Path, tmp_path: Path) -> None:
    for step in ("removed", "graph", "pages"):
        copy = tmp_path / step
        shutil.copytree(home, copy)
        done = subprocess.run([sys.executable, "-c", KILLED, str(copy), step, f"{NAME}.md"], cwd=ROOT, env=ENVIRONMENT)
        assert done.returncode == -signal.SIGKILL
        assert traces(copy) != [] or step == "pages"
        assert json.loads(kb(copy, "check", "--deep", "--json"))["problems"] == []
        assert traces(copy) == [], step
