"""A reader as a hostile person would write it. The tests copy this file to where a plug-in may lie, and name it there.

It does what stands in the file it is to read, a line for each attempt, and gives as its document what came of each:
`name: done`, or the error. It imports nothing of the product, and knows of it only what the operating system tells.
"""

import asyncio
import ctypes
import importlib
import json
import os
import pathlib
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import time

import a_module_beside_it

LIBC = ctypes.CDLL(None, use_errno=True)
PARENT = os.getppid()
FILE = b"/etc/passwd"


def checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def syscall(number: int, *arguments: object) -> int:
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return checked(LIBC.syscall(ctypes.c_long(number), *wide))


def address(port: int) -> bytes:
    return struct.pack("=HHI8x", socket.AF_INET, socket.htons(port), struct.unpack("=I", bytes((127, 0, 0, 1)))[0])


def sockets() -> list[int]:
    """The sockets that this process has, among them the channel to the product."""
    return [int(name) for name in os.listdir("/proc/self/fd") if _is_socket(int(name))]


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def raw_frame(kind: bytes, data: bytes, length: int | None = None) -> None:
    """Speak to the product past its own code."""
    data = struct.pack("!cQ", kind, len(data) if length is None else length) + data
    while data:
        data = data[os.write(sockets()[0], data) :]


class Attempts:
    """Each method is one attempt; its argument is what the test says."""

    # ---- a network

    def python_socket(self, family: str) -> None:
        socket.socket(getattr(socket, family), socket.SOCK_DGRAM)

    def python_connect(self, address: str) -> None:
        host, _, port = address.partition(":")
        socket.create_connection((host, int(port)), timeout=5)

    def native_socket(self, port: str) -> None:
        made = checked(LIBC.socket(socket.AF_INET, socket.SOCK_STREAM, 0))
        checked(LIBC.connect(made, address(int(port)), 16))

    def socket_by_number(self, family: str) -> None:
        syscall(41 if os.uname().machine == "x86_64" else 198, int(family), 1, 0)

    def native_sendto(self, port: str) -> None:
        checked(LIBC.sendto(sockets()[0], b"x", 1, 0, address(int(port)), 16))

    def native_connect(self, port: str) -> None:
        checked(LIBC.connect(sockets()[0], address(int(port)), 16))

    def unix_socket(self, place: str) -> None:
        made = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]
        where = place.replace("@", "\0")
        made.sendmsg([b"x"], [], 0, where)

    def internet_pair(self, _: str) -> None:
        pair = (ctypes.c_int * 2)()
        checked(LIBC.socketpair(socket.AF_INET, socket.SOCK_STREAM, 0, pair))

    def name_look_up(self, name: str) -> None:
        found = ctypes.c_void_p()
        code = LIBC.getaddrinfo(name.encode(), None, None, ctypes.byref(found))
        if code:
            raise OSError(f"getaddrinfo: {code}")

    def io_uring(self, _: str) -> None:
        syscall(425, 8, ctypes.create_string_buffer(120))

    # ---- other programs

    def curl(self, url: str) -> None:
        subprocess.run(["curl", "-s", "--max-time", "5", url], check=True)

    def shell(self, command: str) -> None:
        code = os.system(command)
        if code != 0:
            raise OSError(f"ended with {code}")

    def fork(self, _: str) -> None:
        if os.fork() == 0:
            os._exit(0)

    def exec_itself(self, program: str) -> None:
        os.execv(program, [program])

    def exec_of_memory(self, program: str) -> None:
        made = os.memfd_create("program")
        os.write(made, b"#!/bin/sh\nexit 0\n")
        syscall(322 if os.uname().machine == "x86_64" else 281, made, b"", None, None, 0x1000)

    def clone3(self, _: str) -> None:
        if syscall(435, struct.pack("=11Q", 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0), 88) == 0:
            os._exit(0)

    # ---- other processes

    def signal_parent(self, number: str) -> None:
        os.kill(PARENT, int(number))

    def signal_thread_of_parent(self, number: str) -> None:
        syscall(234 if os.uname().machine == "x86_64" else 131, PARENT, PARENT, int(number))

    def signal_all(self, number: str) -> None:
        os.kill(-1, int(number))

    def signal_by_descriptor(self, _: str) -> None:
        syscall(434, PARENT, 0)

    def signal_by_pipe(self, _: str) -> None:
        import fcntl

        fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, PARENT)

    def trace_parent(self, _: str) -> None:
        checked(LIBC.ptrace(16, PARENT, None, None))

    def memory_of_parent(self, _: str) -> None:
        buffer = ctypes.create_string_buffer(8)
        local = struct.pack("PN", ctypes.addressof(buffer), 8)
        checked(LIBC.process_vm_readv(PARENT, local, 1, struct.pack("PN", 4096, 8), 1, 0))

    def limits_of_parent(self, _: str) -> None:
        checked(LIBC.prlimit(PARENT, 7, None, ctypes.create_string_buffer(16)))

    def priority_of_parent(self, _: str) -> None:
        os.setpriority(os.PRIO_PROCESS, PARENT, 19)

    def outlive_parent(self, _: str) -> None:
        checked(LIBC.prctl(1, 0, 0, 0, 0))

    # ---- another view of the machine

    def user_namespace(self, _: str) -> None:
        checked(LIBC.unshare(0x10000000))

    def mount(self, _: str) -> None:
        checked(LIBC.mount(b"none", b"/tmp", b"tmpfs", 0, None))

    def chroot(self, _: str) -> None:
        os.chroot("/usr")

    def bpf(self, _: str) -> None:
        syscall(321 if os.uname().machine == "x86_64" else 280, 0, ctypes.create_string_buffer(64), 64)

    def keys(self, _: str) -> None:
        syscall(250 if os.uname().machine == "x86_64" else 219, 0, -3, 1)

    def become_another(self, _: str) -> None:
        os.setuid(65534)

    # ---- files

    def read(self, path: str) -> None:
        with open(path, "rb") as file:
            file.read(1)

    def list(self, path: str) -> None:
        os.listdir(path)

    def write(self, path: str) -> None:
        pathlib.Path(path).write_text("x")

    def native_read(self, path: str) -> None:
        checked(LIBC.open(path.encode(), 0))

    def by_handle(self, path: str) -> None:
        handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0) + bytes(128))
        checked(LIBC.name_to_handle_at(-100, path.encode(), handle, ctypes.byref(ctypes.c_int()), 0))
        checked(LIBC.open_by_handle_at(os.open("/usr/lib", os.O_RDONLY), handle, 0))

    def through_a_link(self, path: str) -> None:
        link = pathlib.Path(tempfile.mkdtemp(), "link")
        link.symlink_to(path)
        link.read_bytes()

    def hard_link(self, path: str) -> None:
        os.link(path, os.path.join(tempfile.mkdtemp(), "link"))

    def take_in(self, path: str) -> None:
        os.rename(path, os.path.join(tempfile.mkdtemp(), "taken"))

    def put_out(self, path: str) -> None:
        made = pathlib.Path(tempfile.mkdtemp(), "made")
        made.write_text("x")
        made.rename(path)

    def remove(self, path: str) -> None:
        os.remove(path)

    def make_folder(self, path: str) -> None:
        os.mkdir(path)

    def truncate(self, path: str) -> None:
        os.truncate(path, 0)

    def permissions(self, path: str) -> None:
        os.chmod(path, 0o777)

    def times(self, path: str) -> None:
        os.utime(path, (0, 0))

    def watch(self, path: str) -> None:
        checked(LIBC.inotify_add_watch(checked(LIBC.inotify_init1(0)), path.encode(), 0xFFF))

    def pipe_in_own_folder(self, _: str) -> None:
        os.mkfifo(os.path.join(tempfile.mkdtemp(), "pipe"))

    def typed(self, _: str) -> None:
        os.read(2, 1)

    def terminal(self, _: str) -> None:
        import fcntl

        fcntl.ioctl(2, 0x5412, b"x")

    # ---- the product itself

    def forge(self, form: str) -> None:
        raw_frame(b"m", b"ReadDocument\n" + form.encode())
        time.sleep(1000)

    def pickle(self, path: str) -> None:
        import pickle

        class Bomb:
            def __reduce__(self) -> object:
                return (os.system, (f"touch {path}",))

        raw_frame(b"m", pickle.dumps([Bomb()]))
        time.sleep(1000)

    def endless_frame(self, length: str) -> None:
        raw_frame(b"m", b"ReadDocument\n", int(length))
        while True:
            os.write(sockets()[0], b" ")
            time.sleep(0.05)

    def unasked_content(self, _: str) -> None:
        raw_frame(b"e", b"a content")
        time.sleep(1000)

    def members_without_end(self, _: str) -> None:
        raw_frame(b"b", json.dumps((0, FORGED)).encode())
        raw_frame(b"b", json.dumps((0, FORGED)).encode())
        time.sleep(1000)

    def talk_and_fill(self, _: str) -> None:
        held = []
        while True:
            raw_frame(b"a", b"")
            held.append(bytearray(os.urandom(1 << 20)) * 8)

    def end_and_stay(self, _: str) -> None:
        raw_frame(b"l", b"")
        time.sleep(1000)

    # ---- what a reader may well do, or can do all the same

    def exists(self, path: str) -> None:
        assert os.stat(path).st_size > 0

    def environment(self, name: str) -> None:
        assert os.environ[name]

    def threads(self, _: str) -> None:
        done = threading.Event()
        threading.Thread(target=done.set).start()
        assert done.wait(30)

    def event_loop(self, _: str) -> None:
        async def answer() -> int:
            return await asyncio.to_thread(int, "42")

        assert asyncio.run(answer()) == 42

    def own_files(self, _: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder, "a", "b.txt")
            place.parent.mkdir()
            place.write_text("x")
            place.rename(place.with_suffix(".md"))
            assert os.listdir(place.parent) == ["b.md"]

    def leave_behind(self, text: str) -> None:
        pathlib.Path(tempfile.gettempdir(), "left").write_text(text)

    def what_was_left(self, _: str) -> None:
        assert not os.listdir(tempfile.gettempdir()) or os.listdir(tempfile.gettempdir()) == [OWN_FOLDER]

    def beside(self, _: str) -> None:
        import another_module_beside_it

        assert a_module_beside_it.ANSWER == another_module_beside_it.ANSWER == 42

    def libraries(self, _: str) -> None:
        for name in ("llama_index.core", "lxml.etree", "PIL.Image", "numpy"):
            importlib.import_module(name)


FORGED = "a.plugin"
OWN_FOLDER = ""


class Plugin:
    """The reader."""

    def load_data(self, file: pathlib.Path) -> list[object]:
        global OWN_FOLDER
        OWN_FOLDER = pathlib.Path(file).parent.name
        outcomes = []
        for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines():
            name, _, argument = line.partition(" ")
            try:
                getattr(Attempts(), name)(argument)
                outcomes.append([name, "done"])
            except BaseException as error:
                outcomes.append([name, f"{type(error).__name__}: {error}"])
        return [type("Read", (), {"text": json.dumps(outcomes)})()]
