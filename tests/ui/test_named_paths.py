"""Whatever takes a path from a request or a command reads regular files alone, at once, and no more than it may."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ingest.sync.pipeline import ingest
from kb.backups.restore import restore
from kb.config import IngestSettings, Settings, load_settings
from kb.errors import KBError
from kb.evaluation.evaluation import load_run
from kb.evaluation.gates import load_gate
from kb.evaluation.imports import load_set
from kb.evaluation.questions import load_questions
from kb.evaluation.results_log import ResultsLog
from kb.files import open_regular, read_regular
from kb.models import weights
from kb.store.home import Home
from tests.ui.serving import SETTINGS, Served, opened, serving, until

SECONDS = 10  # what hangs takes for ever; an error takes a moment, but for busy machines
GROWS = 400 << 20  # libraries that are loaded at first use; what reads without end takes gigabytes
KINDS = ("zero", "pipe", "memory", "links", "folder")
READERS: dict[str, Callable[[Path, Path], object]] = {
    "questions": lambda path, free: load_questions(path),
    "questions of others": lambda path, free: load_set(path),
    "run": lambda path, free: load_run(path),
    "gate": lambda path, free: load_gate(path),
    "results": lambda path, free: ResultsLog(path, {}),
    "results replaced": lambda path, free: ResultsLog(path, {}, fresh=True),
    "settings": lambda path, free: load_settings(path, env={}),
    "KB_CONFIG": lambda path, free: load_settings(env={"KB_CONFIG": str(path)}),
    "backup": lambda path, free: restore(path, free),
    "GGUF": lambda path, free: weights.gguf_path(str(path)),
    "embedding": lambda path, free: weights.embedding_folder(str(path)),
    "home": lambda path, free: Home(path),
}


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, Path]:
    """Paths that are no files to read."""
    folder, links, pipe = (tmp_path / name for name in ("folder", "links", "pipe.gguf"))
    folder.mkdir()
    (folder / "x.txt").write_text("x")
    links.mkdir()
    os.mkfifo(pipe)
    for name, target in (
        ("zero.txt", "/dev/zero"),
        ("mem.txt", "/proc/self/mem"),
        ("pipe.txt", str(pipe)),
        ("up", ".."),
    ):
        (links / name).symlink_to(target)
    return {"zero": Path("/dev/zero"), "pipe": pipe, "memory": Path("/proc/self/mem"), "links": links, "folder": folder}


@pytest.fixture(autouse=True)
def _at_once_and_no_more() -> Iterator[None]:
    process, began = psutil.Process(), time.monotonic()
    before = process.memory_info().rss
    yield
    assert time.monotonic() - began < SECONDS
    assert process.memory_info().rss - before < GROWS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", READERS)
def test_what_is_no_file_is_refused_at_once(place: str, kind: str, hostile: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(KBError):
        READERS[place](hostile[kind], tmp_path / "free")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_reported_by_an_ingestion(kind: str, hostile: dict[str, Path], tmp_path: Path) -> None:
    if kind == "folder":
        (hostile[kind] / "x.txt").unlink()
    with opened(tmp_path / "home") as kb:
        report = ingest(kb, [hostile[kind]])
    assert (report.added, report.changed) == (0, 0)
    assert all(document.reason for document in report.documents)


def test_a_link_to_a_file_is_followed_and_a_large_or_growing_one_refused(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"x" * (1 << 20))
    link.symlink_to(file)
    assert len(read_regular(link, 1)) == 1 << 20
    with file.open("ab") as out:
        out.write(b"y")
    with pytest.raises(OSError, match="larger than 1 MB"):
        read_regular(link, 1)
    with pytest.raises(OSError, match="made up by the system"), open_regular(Path("/proc/self/status")):
        pass


def test_results_and_reports_are_for_their_owner_alone(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    umask = os.umask(0o022)
    try:
        ResultsLog(out / "results.jsonl", {}).close()
        (out / "old.jsonl").write_text("")
        (out / "old.jsonl").chmod(0o644)
        ResultsLog(out / "old.jsonl", {}, fresh=True).close()
    finally:
        os.umask(umask)
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
    assert out.stat().st_mode & 0o777 == 0o700


# ---- requests


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Served]:
    """A service that may read `allowed`."""
    (tmp_path / "allowed").mkdir()
    settings = SETTINGS.model_copy(update={"ingest": IngestSettings(max_file_mb=1, roots=(str(tmp_path / "allowed"),))})
    with opened(tmp_path / "home", settings=settings) as kb, serving(kb) as served:
        yield served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home") as kb, serving(kb) as served:
        yield served


def requests(path: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        "evaluation": ("evaluations", {"path": str(path), "options": {"retrieval_only": True}}),
        "model": ("models/use", {"engine": "embedded", "name": f"{path}"}),
        "ingest": ("ingest", {"paths": [str(path)]}),
        "backup": ("backup", {"target": str(path)}),
    }


@pytest.mark.parametrize("kind", ["zero", "pipe", "memory", "links"])
@pytest.mark.parametrize("route", ["evaluation", "model", "ingest", "backup"])
def test_what_is_no_file_is_refused_to_requests(
    route: str, kind: str, served: Served, hostile: dict[str, Path]
) -> None:
    if (route, kind) == ("backup", "links"):
        return  # a folder is where a backup may go
    address, body = requests(hostile[kind])[route]
    answer = served.http.post(address, json=body)
    if route == "ingest" and kind in ("zero", "pipe", "links"):
        until(lambda: served.http.get(f"jobs/{answer.json()['id']}").json()["state"] == "done")
        report = served.http.get(f"jobs/{answer.json()['id']}").json()["report"]
        assert report["added"] == 0
        assert all(document["reason"] for document in report["documents"])
        return
    assert 400 <= answer.status_code < 600
    assert answer.json()["error"]["message"]
    assert served.http.get("status").status_code == 200


@pytest.mark.parametrize("route", ["evaluation", "ingest", "model"])
def test_a_request_reads_within_ingest_roots_and_never_the_home(route: str, limited: Served, tmp_path: Path) -> None:
    allowed, outside = tmp_path / "allowed", tmp_path / "outside.gguf"
    for file in (allowed / "in.gguf", outside, limited.service.kb.home.path / "x.gguf"):
        file.write_text('{"id": "1", "question": "When?", "answers": ["now"]}\n', encoding="utf-8")
    (allowed / "out.gguf").symlink_to(outside)
    for path in (
        outside,
        allowed / "out.gguf",
        allowed / ".." / "outside.gguf",
        limited.service.kb.home.path / "x.gguf",
    ):
        address, body = requests(path)[route]
        answer = limited.http.post(address, json=body)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (403, "RefusedByPolicy"), path
    address, body = requests(allowed / "in.gguf")[route]
    answer = limited.http.post(address, json=body)
    assert answer.status_code == (202 if route != "model" else 503)  # it is no GGUF


def test_without_roots_requests_read_what_this_user_may_but_not_the_home(served: Served, tmp_path: Path) -> None:
    assert Settings().ingest.roots == ()
    (tmp_path / "notes.md").write_text("The boiler is checked in May.", encoding="utf-8")
    assert served.http.post("ingest", json={"paths": [str(tmp_path / "notes.md")]}).status_code == 202
    for name in ("", "token", "uploads"):
        answer = served.http.post("ingest", json={"paths": [str(served.service.kb.home.path / name)]})
        assert answer.status_code == 403
