"""Confinement: a hostile reader of the user's own, and so any hostile file, reaches nothing but what it was given.

These tests want a kernel with user namespaces (or root), seccomp and Landlock, as CI has; without one they fail.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.reading import linux_sandbox, process_pool
from ingest.reading.confined_process import start
from ingest.reading.confinement import Confinement, Sight, examined
from ingest.reading.messages import ReadDocument, ReaderMessage, Task, Unreadable
from ingest.reading.process_pool import Workers
from kb.config import IngestSettings, PrivacySettings, Settings
from tests.ingest.lesser_kernels import lacking

PLUGIN = Path(__file__).parents[1] / "hostile_plugin.py"
REFUSED = r"PermissionError|Operation not permitted|Function not implemented|OutsideConnection"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder where somebody works: the plug-in lies there, modules beside it, and what is nobody's business."""
    folder = tmp_path_factory.mktemp("work")
    shutil.copyfile(PLUGIN, folder / "hostile_plugin.py")
    for name in ("a_module_beside_it", "another_module_beside_it"):
        (folder / f"{name}.py").write_text("ANSWER = 42\n")
    (folder / "private.txt").write_text("a secret")
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "catalog.db").write_text("everything")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


SETTINGS = Settings(
    ingest=IngestSettings(readers={"plugin": "hostile_plugin:Plugin"}, file_seconds=60),
    privacy=PrivacySettings(allow=("192.0.2.1",)),
)


@pytest.fixture(scope="module")
def pool(place: Path) -> Iterator[Workers]:
    made = Workers(1)
    yield made
    made.close()


def task(place: Path, text: str, settings: Settings = SETTINGS, **more: object) -> Task:
    file = place / "a.plugin"
    file.write_text(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Task(file, "a.plugin", sha256, settings, **{"scratch": place / "home" / "reading"} | more)  # type: ignore[arg-type]


def given(pool: Workers, asked: Task) -> ReaderMessage:
    [message] = pool.read(asked).messages(threading.Event())
    return message


def attempt(pool: Workers, place: Path, *lines: str, **more: object) -> dict[str, str]:
    """What came of each attempt."""
    message = given(pool, task(place, "\n".join(lines), **more))
    assert isinstance(message, ReadDocument), message
    return dict(json.loads(message.content.text))


def refused(pool: Workers, place: Path, *lines: str, how: str = REFUSED, **more: object) -> None:
    came = attempt(pool, place, *lines, **more)
    assert {name: outcome for name, outcome in came.items() if not re.search(how, outcome)} == {}
    assert len(came) == len(lines)


# ---- what holds


def test_here_everything_holds() -> None:
    """The machine that runs these tests has all of it: else they show nothing."""
    found = examined()
    assert found == Confinement("", "", "", found.landlock)
    assert found.landlock >= 6, "signals and abstract sockets are bounded from version 6 on"


def test_the_numbers_of_system_calls_are_those_of_the_kernels_headers() -> None:
    own = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    common = Path("/usr/include/asm-generic/unistd.h")  # of arm64 among others
    for column, header in enumerate((own, common)):
        numbers = {
            name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
        }
        for table in (linux_sandbox._CALLS, linux_sandbox._JUDGED, linux_sandbox._OWN_CALLS):
            for name, both in table.items():
                assert both[column] == numbers.get(name), (header.name, name)
        for name, number in linux_sandbox._ALLOWED_ABOVE.items():
            assert numbers.get(name, number) == number
            assert number >= linux_sandbox._OPEN_FROM


def test_a_process_with_threads_is_not_confined_by_half() -> None:
    from ingest.reading.confinement import confine

    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="before it starts threads"):
            confine(Sight())
    finally:
        stop.set()
        thread.join()


def test_it_holds_for_an_ordinary_user_too() -> None:
    """Who is not root goes into a user namespace of its own. (The interpreter may lie where only root can start it.)"""
    if os.geteuid() != 0:
        pytest.skip("the other tests show it")
    code = (
        "import ctypes, os; from ingest.reading.confinement import _installed, print_confinement\n"
        "list(_installed())\n"  # loads what it needs
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); ctypes.CDLL(None).prctl(4, 1)\n"
        "print_confinement()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Confinement(**json.loads(done.stdout)) == Confinement(landlock=examined().landlock)


def test_what_is_typed_at_a_terminal_is_not_read(place: Path) -> None:
    ours, theirs = os.openpty()
    before = os.dup(2)
    try:
        os.dup2(theirs, 2)
        pool = Workers(1)
        came = attempt(pool, place, "typed", "terminal")
        pool.close()
    finally:
        os.dup2(before, 2)
        for descriptor in (ours, theirs, before):
            os.close(descriptor)
    assert "Bad file descriptor" in came["typed"]
    assert re.search(REFUSED, came["terminal"])


# ---- a hostile plug-in


def test_a_plugin_may_do_what_reading_needs(pool: Workers, place: Path) -> None:
    lines = ("threads", "event_loop", "own_files", "beside", "libraries", "read /dev/urandom", "write /dev/null")
    assert set(attempt(pool, place, *lines).values()) == {"done"}


def test_a_plugin_has_no_network(pool: Workers, place: Path, tmp_path: Path) -> None:
    """Not even what `privacy.allow` lists, nor the services of this machine."""
    heard = tmp_path / "heard"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as named,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract,
    ):
        named.bind(str(heard))
        abstract.bind("\0kb-test-of-confinement")
        port = server.getsockname()[1]
        for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"):
            refused(pool, place, f"python_socket {family}")
        refused(
            pool, place, f"python_connect 127.0.0.1:{port}", f"native_socket {port}", f"native_sendto {port}",
            f"native_connect {port}", "internet_pair", "io_uring",
        )  # fmt: skip
        for family in range(1, 46):
            refused(pool, place, f"socket_by_number {family}")
        for where in (str(heard), "@kb-test-of-confinement"):
            refused(pool, place, f"unix_socket {where}")
        refused(pool, place, "name_look_up example.org", how="getaddrinfo: -")
        for listener in (server, named, abstract):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept() if listener is server else listener.recv(1)


def test_a_plugin_starts_no_program(pool: Workers, place: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        refused(
            pool, place, f"curl http://127.0.0.1:{server.getsockname()[1]}/", "fork", f"exec_itself {sys.executable}",
            "exec_of_memory", "clone3",
        )  # fmt: skip
        refused(pool, place, f"shell touch {tmp_path}/made", how="ended with")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert not (tmp_path / "made").exists()


def test_a_plugin_touches_no_other_process(pool: Workers, place: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    refused(
        pool, place, f"signal_parent {signal.SIGCONT:d}", f"signal_thread_of_parent {signal.SIGCONT:d}",
        f"signal_all {signal.SIGCONT:d}", "signal_by_descriptor", "signal_by_pipe", "trace_parent", "memory_of_parent",
        "limits_of_parent", "priority_of_parent", "outlive_parent",
    )  # fmt: skip
    for name in ("environ", "mem", "maps", "fd/0", "root/etc/passwd", "cwd"):
        refused(pool, place, f"read /proc/{os.getpid()}/{name}")
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_a_plugin_gets_no_other_view_of_the_machine(pool: Workers, place: Path) -> None:
    refused(pool, place, "user_namespace", "mount", "chroot", "bpf", "keys", "become_another")


def test_a_plugin_sees_no_file_but_its_own(pool: Workers, place: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("x")
    secrets = (
        "/etc/passwd", "/etc/shadow", "/etc/hostname", str(place / "private.txt"), str(place / "home/catalog.db"),
        str(tmp_path / "other.txt"), "/proc/self/root/etc/passwd", "/proc/self/cwd/pyproject.toml",
        "/proc/1/environ", "/proc/sys/kernel/random/boot_id", f"{sys.prefix}/pyvenv.cfg", str(Path.home() / ".bashrc"),
    )  # fmt: skip
    for path in secrets:
        for way in ("read", "native_read", "by_handle"):
            refused(pool, place, f"{way} {path}", how=f"{REFUSED}|Permission denied|No such file")
    for path in ("/", "/etc", "/home", "/tmp", "/proc", *map(str, (Path.home(), place, place / "home", tmp_path))):
        refused(pool, place, f"list {path}")
        refused(pool, place, f"watch {path}")
    for way in ("through_a_link", "hard_link", "take_in"):
        refused(pool, place, f"{way} {place}/private.txt", how=f"{REFUSED}|Invalid cross-device")


def test_a_plugin_changes_no_file_but_its_own(pool: Workers, place: Path, tmp_path: Path) -> None:
    victim = place / "home" / "catalog.db"
    before = victim.stat()
    for way in ("write", "remove", "truncate", "permissions", "times"):
        refused(pool, place, f"{way} {victim}")
    for folder in (place, place / "home", place / "home" / "reading", tmp_path, Path("/tmp"), Path(sys.prefix, "lib")):
        for way in ("write", "make_folder"):
            refused(pool, place, f"{way} {folder}/made")
        refused(pool, place, f"put_out {folder}/made", how=f"{REFUSED}|Invalid cross-device")
        assert not (folder / "made").exists()
    refused(pool, place, "pipe_in_own_folder")
    assert (victim.stat(), victim.read_text()) == (before, "everything")


def test_what_a_plugin_leaves_is_gone_before_the_next_file(pool: Workers, place: Path) -> None:
    [pid] = pool.pids or [0]
    assert attempt(pool, place, "leave_behind a secret of this file", "own_files") == {
        "leave_behind": "done", "own_files": "done",
    }  # fmt: skip
    assert [path for path in (place / "home" / "reading").rglob("*") if path.is_file()] == []
    assert attempt(pool, place, "what_was_left") == {"what_was_left": "done"}
    assert pool.pids == [pid] or pid == 0  # it was the same process


def test_what_a_plugin_can_do_all_the_same(pool: Workers, place: Path) -> None:
    """The page on privacy says so; when it can no longer, the page is to say that."""
    lines = ("exists /etc/passwd", f"exists {place}/private.txt", "environment PATH", "read /proc/self/environ")
    assert set(attempt(pool, place, *lines).values()) == {"done"}


# ---- what a hostile process says


FORGED = {
    "path": "a.plugin", "sha256": "0" * 64, "size": 1, "media_type": "text/plain", "title": "", "text": "x",
    "pages": [], "chunks": [], "words": [], "original": "", "recognised": [], "headings": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        f"forge {json.dumps(FORGED | {'path': 'policies/leave.md'})}",
        f"forge {json.dumps(FORGED | {'path': '../../etc/passwd'})}",
        f"forge {json.dumps(FORGED | {'pages': [{'number': 1, 'start': 0, 'end': 9}]})}",
        f"forge {json.dumps(FORGED | {'size': 'large'})}",
        "forge {",
        "pickle PLACE",
        f"endless_frame {1 << 62}",
        "unasked_content",
        "members_without_end",
    ],
    ids=lambda line: line.split()[0],
)
def test_what_is_not_of_the_file_ends_the_process_and_becomes_no_document(
    pool: Workers, place: Path, tmp_path: Path, line: str
) -> None:
    message = given(pool, task(place, line.replace("PLACE", str(tmp_path / "made"))))
    assert isinstance(message, Unreadable)
    assert message.path == "a.plugin"
    assert "told what is not in the file" in str(message.error)
    assert not (tmp_path / "made").exists()


def test_a_message_that_never_ends_is_the_files_time(pool: Workers, place: Path) -> None:
    impatient = SETTINGS.model_copy(update={"ingest": SETTINGS.ingest.model_copy(update={"file_seconds": 4})})
    message = given(pool, task(place, "endless_frame 1000000", impatient))
    assert isinstance(message, Unreadable)
    assert "longer than 4 s" in str(message.error)


def test_a_process_that_talks_without_end_is_looked_at_all_the_same(pool: Workers, place: Path) -> None:
    small = SETTINGS.model_copy(update={"ingest": SETTINGS.ingest.model_copy(update={"file_mb_memory": 700})})
    message = given(pool, task(place, "talk_and_fill", small))
    assert isinstance(message, Unreadable)
    assert "more than 700 MB of memory" in str(message.error)


def test_a_process_that_is_deaf_after_a_file_is_not_the_fault_of_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Workers(1)
    assert [*pool.read(task(place, "end_and_stay")).messages(threading.Event())] == []
    [deaf] = pool.pids
    monkeypatch.setattr(process_pool, "_START_SECONDS", 20.0)
    impatient = SETTINGS.model_copy(update={"ingest": SETTINGS.ingest.model_copy(update={"file_seconds": 2})})
    message = given(pool, task(place, "threads", impatient))
    assert isinstance(message, ReadDocument)
    assert pool.pids != [deaf]
    pool.close()


def test_a_document_keeps_no_content_but_that_of_its_hash(pool: Workers, place: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    [message] = pool.read(task(place, "threads", folder=folder, keep=True)).messages(threading.Event())
    assert isinstance(message, ReadDocument)
    kept = folder / message.original
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == message.sha256
    assert [*folder.iterdir()] == [kept]


# ---- kernels that lack something


@pytest.mark.parametrize(
    ("lacks", "still"),
    [
        (("see_only",), ("native_socket 9", "curl http://127.0.0.1:9/", "signal_parent 18", "fork")),
        (
            ("call_only",),
            (
                "native_socket 9",
                "python_connect 127.0.0.1:9",
                "read /etc/passwd",
                "list /tmp",
                f"exec_itself {sys.executable}",
            ),
        ),
        (("leave_network",), ("native_socket 9", "read /etc/passwd", "fork")),
        (("see_only", "call_only", "leave_network"), ("python_connect 192.0.2.1:9", "mount", "chroot")),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_what_holds_where_the_kernel_lacks_a_part(
    place: Path, tmp_path: Path, lacks: tuple[str, ...], still: tuple[str, ...]
) -> None:
    bootstrap = lacking(*lacks)
    process = start("ingest.reading.reader_process", Sight(), 60, bootstrap=bootstrap)
    process.kill()
    parts = {"leave_network": "network", "call_only": "calls", "see_only": "files"}
    told = {name for name, part in parts.items() if getattr(process.confinement, part)}
    assert told == set(lacks)
    assert not process.confinement.holds

    pool = Workers(1, bootstrap)
    assert attempt(pool, place, "threads", "own_files", scratch=tmp_path) == {"threads": "done", "own_files": "done"}
    refused(pool, place, *still, how=f"{REFUSED}|Network is unreachable|Permission denied", scratch=tmp_path)
    pool.close()
    assert [*tmp_path.iterdir()] == []


# ---- the filter, instruction by instruction


def judged(number: int, *arguments: int, arch: int | None = None, pid: int = 4711) -> int:
    """What the filter says of a system call: run as the kernel runs it."""
    data = struct.pack("=IIQ6Q", number, linux_sandbox._machine()[1] if arch is None else arch, 0,
                       *(*arguments, *[0] * (6 - len(arguments))))  # fmt: skip
    program, at, held = linux_sandbox.filter_program(pid), 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == 0x20:
            held = int(struct.unpack_from("=I", data, value)[0])
        elif code == 0x06:
            return value
        else:
            holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
            at += yes if holds else no


def test_the_filter_judges_numbers_arguments_and_architectures() -> None:
    column = linux_sandbox._machine()[0]
    allow, refuse, kill = linux_sandbox._ALLOW, linux_sandbox._REFUSE, linux_sandbox._KILL

    def number(name: str) -> int:
        found = linux_sandbox._JUDGED[name][column]
        assert found is not None
        return found

    assert {judged(both[column]) for both in linux_sandbox._CALLS.values() if both[column] is not None} == {refuse}
    assert {judged(each) for each in linux_sandbox._ALLOWED_ABOVE.values()} == {allow}
    assert {judged(each) for each in (424, 425, 426, 427, 434, 435, 438, 440, 447, 463, 999)} == {
        linux_sandbox._UNKNOWN
    }
    assert judged(0, arch=0x40000003) == kill  # as a 32-bit program would call
    if column == 0:
        assert judged(0x40000000 | 41) == kill
    assert judged(number("clone"), 0x00010000 | 0x100) == allow
    assert judged(number("clone"), 17) == refuse
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        assert judged(number(name), 4711, 9) == allow
        assert {judged(number(name), each & (2**64 - 1), 9) for each in (0, 1, -1, -4711, 4710)} == {refuse}
    assert {judged(number("prlimit64"), each) for each in (0, 4711)} == {allow}
    assert judged(number("prlimit64"), 1) == refuse
    assert judged(number("setpriority"), 0, 0) == allow
    assert {judged(number("setpriority"), *each) for each in ((0, 1), (1, 0), (2, 0))} == {refuse}
    assert judged(number("socketpair"), 1) == allow
    assert {judged(number("socketpair"), each) for each in (0, 2, 10, 16)} == {refuse}
    assert judged(number("sendto"), 3, 1, 1, 0, 0) == allow
    assert {judged(number("sendto"), 3, 1, 1, 0, each) for each in (1, 1 << 32, 0x7FFF00000000)} == {refuse}
    assert judged(number("ioctl"), 0, 0x5401) == allow
    assert judged(number("ioctl"), 0, 0x5412) == refuse
    assert judged(number("fcntl"), 0, 3) == allow
    assert {judged(number("fcntl"), 0, each) for each in (8, 10, 15)} == {refuse}
    assert judged(number("prctl"), 15) == allow
    assert judged(number("prctl"), 1) == refuse
