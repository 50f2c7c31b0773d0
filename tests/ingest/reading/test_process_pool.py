"""Reading processes: what a file does to its process hurts nothing else, and is said beside its name."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.reading import process_pool
from ingest.reading.messages import ReadDocument, ReaderMessage, Task, Unreadable
from ingest.reading.process_pool import Reading, Workers
from kb.config import IngestSettings, Settings
from kb.errors import ConfigError
from tests.ingest.lesser_kernels import lacking

HOSTILE = {"bad": "tests.ingest.hostile:HostileReader"}
LONG = 60.0


@pytest.fixture
def pool() -> Iterator[Workers]:
    made = Workers(1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Workers]:
    """A process that several tests use: one takes seconds to start."""
    made = Workers(1)
    yield made
    made.close()


def limited(seconds: int = 60, megabytes: int = 2048) -> Settings:
    ingest = IngestSettings(file_seconds=seconds, file_mb_memory=megabytes, readers=HOSTILE)
    return Settings(ingest=ingest)


def task(folder: Path, name: str, text: str | bytes, settings: Settings | None = None, **more: object) -> Task:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Task(path, name, sha256, settings or limited(), **more)  # type: ignore[arg-type]


def read(pool: Workers, *tasks: Task) -> list[ReaderMessage]:
    """What the files give, all handed in before the first is taken."""
    begun = [pool.read(each) for each in tasks]
    return [message for reading in begun for message in reading.messages(threading.Event())]


def reason(message: ReaderMessage) -> str:
    assert isinstance(message, Unreadable)
    return str(message.error)


@pytest.mark.parametrize(
    ("order", "settings", "said"),
    [
        ("hang", limited(seconds=4), "longer than 4 s"),
        ("fill", limited(megabytes=700), "more than 700 MB of memory"),
        ("ask for too much", limited(), "more than 2048 MB of memory"),
        ("crash", limited(), "SIGSEGV"),
        ("exit", limited(), "code 7"),
    ],
)
def test_a_hostile_file_is_ended_with_its_reason_and_its_neighbours_are_read(
    pool: Workers, tmp_path: Path, order: str, settings: Settings, said: str
) -> None:
    first, hostile, last = read(
        pool,
        task(tmp_path, "a.md", "# First\n\nBefore it."),
        task(tmp_path, "b.bad", f"{order}\nrest", settings),
        task(tmp_path, "c.md", "# Last\n\nAfter it."),
    )
    assert said in reason(hostile)
    assert hostile.path == "b.bad"
    assert isinstance(first, ReadDocument)
    assert isinstance(last, ReadDocument)
    assert (first.content.text, last.content.text) == ("# First\n\nBefore it.", "# Last\n\nAfter it.")


def test_what_a_process_has_started_counts_where_the_kernel_lets_it_start_something(tmp_path: Path) -> None:
    pool = Workers(1, lacking("call_only", "see_only"))
    [message] = read(pool, task(tmp_path, "a.bad", "fill with a child\nrest", limited(megabytes=700)))
    pool.close()
    assert "more than 700 MB of memory" in reason(message)


def test_a_hostile_member_of_an_archive_costs_the_archive_nothing_else(pool: Workers, tmp_path: Path) -> None:
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for name, text in (("1.md", "# One"), ("2.bad", "crash"), ("3.bad", "hang"), ("4.md", "# Four")):
            archive.writestr(name, text)
    one, crashed, hung, four = read(pool, task(tmp_path, "a.zip", place.read_bytes(), limited(seconds=15)))
    assert [message.path for message in (one, crashed, hung, four)] == [
        "a.zip/1.md", "a.zip/2.bad", "a.zip/3.bad", "a.zip/4.md",
    ]  # fmt: skip
    assert "SIGSEGV" in reason(crashed)
    assert "longer than 15 s" in reason(hung)
    assert isinstance(four, ReadDocument)


def test_a_file_is_bounded_as_a_whole_however_many_pages_or_members_it_has(
    shared: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_pool, "_WHOLE_FILE", 1)
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for name, text in (("1.md", "# One"), ("2.bad", "pages without end"), ("3.md", "# Three")):
            archive.writestr(name, text)
    one, ended, after = read(
        shared,
        task(tmp_path, "a.zip", place.read_bytes(), limited(seconds=10)),
        task(tmp_path, "b.md", "# After", limited(seconds=60)),
    )
    assert (one.path, ended.path, after.path) == ("a.zip/1.md", "a.zip", "b.md")
    assert isinstance(one, ReadDocument)
    assert "longer than 10 s, 1 times ingest.file_seconds" in reason(ended)


def test_the_page_that_is_read_is_told(shared: Workers, tmp_path: Path) -> None:
    shown: list[str] = []

    def show(page: str) -> None:
        shown.append(page)
        (tmp_path / f"{len(shown)} was told").touch()

    [message] = shared.read(task(tmp_path, "a.bad", f"pages\n{tmp_path}")).messages(threading.Event(), show)
    assert isinstance(message, ReadDocument)
    assert shown == ["a.bad (1/3)", "a.bad (2/3)", "a.bad (3/3)"]


def test_temporary_files_and_contents_are_put_where_the_task_says(shared: Workers, tmp_path: Path) -> None:
    folder, scratch = tmp_path / "of the run", tmp_path / "of the home"
    folder.mkdir()
    kept, known = read(
        shared,
        replace(task(tmp_path, "a.md", "# A"), folder=folder, scratch=scratch, keep=True),
        replace(task(tmp_path, "b.bad", "where\n"), folder=folder, scratch=scratch),
    )
    assert isinstance(kept, ReadDocument)
    assert isinstance(known, ReadDocument)
    assert (folder / kept.original).read_text() == "# A"
    assert known.content.text.startswith(str(scratch))
    assert known.original == ""
    assert [path.name for path in folder.iterdir()] == [kept.original]
    assert [path for path in scratch.rglob("*") if not path.is_dir()] == []


def test_the_process_is_nice_guarded_and_without_models(shared: Workers, tmp_path: Path) -> None:
    about, calling = read(shared, task(tmp_path, "a.bad", "niceness"), task(tmp_path, "b.bad", "call out"))
    assert isinstance(about, ReadDocument)
    assert about.content.text == f"The niceness is {max(10, os.nice(0))}. Loaded: []."
    assert "nothing may leave this machine" in reason(calling).lower()


def test_one_process_reads_many_files_and_starts_only_when_there_is_one(pool: Workers, tmp_path: Path) -> None:
    assert pool.pids == []
    read(pool, task(tmp_path, "a.md", "# A"))
    [pid] = pool.pids
    read(pool, *(task(tmp_path, f"{n}.md", f"# {n}") for n in range(20)))
    assert pool.pids == [pid]


def test_an_idle_process_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "_IDLE_SECONDS", 0.2)
    pool = Workers(1)
    read(pool, task(tmp_path, "a.md", "# A"))
    ends = time.monotonic() + LONG
    while pool.pids:
        assert time.monotonic() < ends
        time.sleep(0.02)
    assert len(read(pool, task(tmp_path, "a.md", "# A"))) == 1
    pool.close()


def test_a_process_that_is_killed_from_outside_is_not_the_fault_of_its_file(pool: Workers, tmp_path: Path) -> None:
    reading = pool.read(task(tmp_path, "a.bad", "pages without end"))
    killed: list[int] = []

    def kill(page: str) -> None:
        if not killed:  # another page may have been sent before it ended
            killed.extend(pool.pids)
            os.kill(killed[0], signal.SIGKILL)

    [message] = reading.messages(threading.Event(), kill)
    assert "ended from outside by SIGKILL" in reason(message)
    assert len(read(pool, task(tmp_path, "b.md", "# B"))) == 1


def test_a_reading_nobody_wants_any_more_frees_its_process(shared: Workers, tmp_path: Path) -> None:
    unwanted = shared.read(task(tmp_path, "a.bad", "hang"))
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    assert list(unwanted.messages(stop)) == []
    unwanted.cancel()
    assert len(read(shared, task(tmp_path, "b.md", "# B"))) == 1


def test_what_was_read_waits_within_bounds(shared: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "_BUFFERED", 1 << 20)
    lines = "\n".join(f'{{"_id": "{n}", "text": "{"word " * 2000}"}}' for n in range(400))
    reading = shared.read(task(tmp_path, "many.jsonl", lines, limited(seconds=10)))
    taken = reading.messages(threading.Event())
    next(taken)
    time.sleep(11)  # longer than a file may take: the wait is not the file's
    assert reading._size < 3 << 20
    assert sum(1 for _ in taken) == 399


def test_content_that_is_not_what_was_hashed_is_refused(shared: Workers, tmp_path: Path) -> None:
    job = task(tmp_path, "a.md", "# A")
    job.place.write_text("# Another")
    [message] = read(shared, job)
    assert "changed while it was being read" in reason(message)


def test_a_setting_that_cannot_be_used_ends_the_reading(shared: Workers, tmp_path: Path) -> None:
    settings = Settings(ingest=IngestSettings(readers={"bad": "no.such:Reader"}))
    reading: Reading = shared.read(task(tmp_path, "a.bad", "x", settings))
    with pytest.raises(ConfigError, match=r"no\.such:Reader"):
        list(reading.messages(threading.Event()))


def test_the_process_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    script = (
        "import sys, threading; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "from tests.ingest.reading.test_process_pool import limited, task\n"
        "from ingest.reading import process_pool\n"
        "reading = process_pool.pool.read(task(Path(sys.argv[1]), 'a.bad', 'hang at a page'))\n"
        "list(reading.messages(threading.Event(), lambda page: print(*process_pool.pool.pids, flush=True)))"
    )
    root = str(Path(__file__).parents[3])
    program = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), root], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    ends = time.monotonic() + LONG
    while _is_running(pid):
        assert time.monotonic() < ends
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second where it goes while it is looked at
        return False


def test_a_document_of_too_many_chunks_is_refused_before_hours_go_into_it(shared: Workers, tmp_path: Path) -> None:
    rule = "Nobody may leave a bicycle in the corridor of the third floor. " * 8
    text = "\n\n".join(f"Rule {number}. {rule}" for number in range(9))
    (refused,) = read(shared, task(tmp_path, "long.txt", text, Settings(ingest=IngestSettings(max_chunks=2))))
    assert "chunks; the limit is 2" in reason(refused)
    assert "ingest.max_chunks" in reason(refused)
