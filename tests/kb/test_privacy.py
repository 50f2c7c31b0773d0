"""Nothing leaves the machine: the guard refuses, counts and names; the switches reach child processes."""

import _socket
import asyncio
import ctypes
import os
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kb.privacy import SWITCHES, Guard, OutsideConnection, guard

OUTSIDE = ("192.0.2.1", 9)
INSIDE = ("127.0.0.1", 9)


def datagram() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


# Every event of `socket` that CPython 3.11 to 3.13 raises, with calls that raise it: reaching outside, and not.
EVENTS: dict[str, tuple[list[Callable[[], object]], list[Callable[[], object]]]] = {
    "socket.__new__": (
        [lambda family=family: socket.socket(family, socket.SOCK_RAW)  # type: ignore[misc]
         for family in (socket.AF_PACKET, socket.AF_VSOCK, socket.AF_NETLINK, socket.AF_CAN, socket.AF_ALG)],
        [datagram, socket.socketpair, lambda: socket.socket(fileno=datagram().detach())],
    ),
    "socket.connect": (
        [lambda: datagram().connect(OUTSIDE), lambda: datagram().connect_ex(OUTSIDE),
         lambda: datagram().connect(("example.org", 9)), lambda: _socket.socket.connect(datagram(), OUTSIDE),
         lambda: datagram().connect(("255.255.255.255", 9)), lambda: datagram().connect(("<broadcast>", 9))],
        [lambda: datagram().connect(INSIDE), lambda: datagram().connect_ex(INSIDE),
         lambda: socket.socket(socket.AF_UNIX).connect("\0nobody listens"),
         lambda: socket.socket(socket.AF_UNIX).connect("/nobody/listens")],
    ),
    "socket.sendto": (
        [lambda: datagram().sendto(b"x", OUTSIDE), lambda: datagram().sendto(b"x", 0, OUTSIDE)],
        [lambda: datagram().sendto(b"x", INSIDE)],
    ),
    "socket.sendmsg": (
        [lambda: datagram().sendmsg([b"x"], [], 0, OUTSIDE)],
        [lambda: datagram().sendmsg([b"x"], [], 0, INSIDE), lambda: socket.socketpair()[0].sendmsg([b"x"])],
    ),
    "socket.bind": (
        [lambda: datagram().bind(("0.0.0.0", 0)), lambda: datagram().bind(("", 0)), lambda: datagram().bind(OUTSIDE),
         lambda: socket.socket(socket.AF_INET6).bind(("::", 0))],
        [lambda: datagram().bind(("127.0.0.1", 0)), lambda: socket.socket(socket.AF_INET6).bind(("::1", 0)),
         lambda: socket.socket(socket.AF_UNIX).bind("\0of a test of the guard")],
    ),
    "socket.getaddrinfo": (
        [lambda: socket.getaddrinfo("example.org", 443), lambda: socket.getaddrinfo(b"example.org", 443),
         lambda: socket.create_connection(("example.org", 443))],
        [lambda: socket.getaddrinfo("localhost", 443), lambda: socket.getaddrinfo(None, 443)],
    ),
    "socket.gethostbyname": (
        [lambda: socket.gethostbyname("example.org"), lambda: socket.gethostbyname_ex("example.org")],
        [lambda: socket.gethostbyname("localhost"), lambda: socket.gethostbyname_ex("127.0.0.1")],
    ),
    "socket.gethostbyaddr": (
        [lambda: socket.gethostbyaddr("192.0.2.1"), lambda: socket.gethostbyaddr("example.org")],
        [lambda: socket.gethostbyaddr("127.0.0.1")],
    ),
    "socket.getnameinfo": (
        [lambda: socket.getnameinfo(OUTSIDE, 0), lambda: socket.getnameinfo(("2001:db8::1", 9), 0)],
        [lambda: socket.getnameinfo(INSIDE, 0)],
    ),
    "socket.sethostname": ([lambda: socket.sethostname(socket.gethostname())], []),
    "socket.gethostname": ([], [socket.gethostname]),
    "socket.getservbyname": ([], [lambda: socket.getservbyname("http")]),
    "socket.getservbyport": ([], [lambda: socket.getservbyport(80)]),
}  # fmt: skip


def raised(call: Callable[[], object]) -> tuple[set[str], bool]:
    """The events that a call raises, and whether it was refused."""
    events: set[str] = set()

    def hear(event: str, args: tuple[object, ...]) -> None:
        if hearing and event.startswith("socket."):
            events.add(event)

    hearing = True
    sys.addaudithook(hear)
    refused = False
    try:
        call()
    except OutsideConnection:
        refused = True
    except OSError:
        pass  # nobody listens there
    hearing = False
    return events, refused


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("event", EVENTS)
def test_each_event_of_sockets_is_refused_where_it_reaches_outside_and_nowhere_else(event: str) -> None:
    outside, inside = EVENTS[event]
    for call in outside:
        before = guard.refusals.total()
        assert raised(call)[1], event
        assert guard.refusals.total() == before + 1
    for call in inside:
        events, refused = raised(call)
        assert not refused, event
        assert event in events


def test_these_are_all_events_that_this_python_can_raise() -> None:
    """They stand as they are in the module that raises them, which may be built into Python itself."""
    places = [getattr(_socket, "__file__", None) or sys.executable]
    names = {
        name.decode() for place in places for name in re.findall(rb"(?<=\0)socket\.\w+(?=\0)", Path(place).read_bytes())
    }
    assert {"socket.connect", "socket.sendmsg"} <= names
    assert names - {"socket.h", "socket.herror", "socket.gaierror", "socket.timeout", "socket.socket"} <= set(EVENTS)


def test_a_name_in_an_address_is_not_looked_up_before_it_is_refused() -> None:
    """CPython looks it up first and raises the event then; without a network that fails with another error."""
    with datagram() as made:
        for call in (
            lambda: made.connect(("example.org", 9)), lambda: made.connect_ex(("example.org", 9)),
            lambda: made.sendto(b"x", ("example.org", 9)), lambda: made.sendmsg([b"x"], [], 0, ("example.org", 9)),
            lambda: made.bind(("example.org", 9)),
        ):  # fmt: skip
            with pytest.raises(OutsideConnection, match=r"example\.org"):
                call()


def test_an_event_that_is_not_known_is_refused() -> None:
    with pytest.raises(OutsideConnection, match=r"socket\.teleport"):
        sys.audit("socket.teleport", "somewhere")
    with suppress(OutsideConnection):
        sys.audit("not.socket.teleport", "somewhere")


def test_a_name_that_says_something_else_of_itself_is_refused() -> None:
    class Liar(str):
        def lower(self) -> str:
            return "localhost"

        __str__ = lower

    class Twisted(tuple):  # type: ignore[type-arg]
        def __getitem__(self, at: object) -> object:
            return "127.0.0.1"

    for address in ((Liar("192.0.2.1"), 9), Twisted(OUTSIDE), (bytearray(b"192.0.2.1"), 9)):
        with datagram() as made, pytest.raises(OutsideConnection):
            made.connect(address)


def test_what_is_allowed_may_be_reached_in_every_way() -> None:
    code = (
        "import socket\nfrom kb.privacy import protect\nprotect(['192.0.2.1'])\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "for call in (lambda: s.sendto(b'x', ('192.0.2.1', 9)), lambda: s.sendmsg([b'x'], [], 0, ('192.0.2.1', 9)),\n"
        "             lambda: s.connect(('192.0.2.1', 9)), lambda: socket.getaddrinfo('192.0.2.1', 9)):\n"
        "    try:\n        call()\n    except OSError as error:\n        assert 'refused:' not in str(error), error\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_that_is_allowed_may_move_and_takes_no_other_with_it() -> None:
    code = (
        "import socket\nplaces = {'moved.example': '192.0.2.1', 'other.example': '192.0.2.3'}\n"
        "def look_up(host, *given, **more):\n"
        "    return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (places[host], 443))]\n"
        "socket.getaddrinfo = look_up\nfrom kb.privacy import guard, protect\nprotect(['Moved.example'])\n"
        "assert guard.permits('192.0.2.1')\nplaces['moved.example'] = '192.0.2.2'\n"
        "assert not guard.permits('192.0.2.2')\nsocket.getaddrinfo('moved.example', 443)\n"
        "socket.getaddrinfo('other.example', 443)\n"
        "assert guard.permits('192.0.2.2') and not guard.permits('192.0.2.3')\n"
        "protect([])\nassert not guard.permits('192.0.2.2') and not guard.permits('moved.example')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_outside_address_is_refused_before_a_packet_leaves() -> None:
    before = guard.refusals.total()
    with socket.socket() as outside, pytest.raises(OutsideConnection, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 443))
    assert guard.refusals.total() == before + 1


def test_a_name_is_not_even_looked_up() -> None:
    with pytest.raises(OutsideConnection, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_the_module_that_asked_is_named() -> None:
    import httpx

    before = guard.refusals[__name__]
    with pytest.raises((httpx.ConnectError, OutsideConnection)):
        httpx.get("http://192.0.2.1/", timeout=1)
    assert guard.refusals[__name__] + guard.refusals["httpx._transports.default"] > before


def test_asyncio_is_guarded_too() -> None:
    async def connect() -> None:
        await asyncio.open_connection("192.0.2.1", 443)

    with pytest.raises(OutsideConnection):
        asyncio.run(connect())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "0.0.0.0", "[::1]"])
def test_loopback_is_permitted(host: str) -> None:
    assert Guard().permits(host)


@pytest.mark.parametrize("host", ["192.168.1.9", "10.0.0.1", "example.org", "127.0.0.1.example.org", "169.254.169.254"])
def test_all_else_is_not(host: str) -> None:
    assert not Guard().permits(host)


def test_a_host_of_ones_own_can_be_allowed() -> None:
    code = (
        "from kb.privacy import protect, guard\nprotect(['192.168.1.9'])\n"
        "assert guard.permits('192.168.1.9') and not guard.permits('192.168.1.10')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_pages_and_commands_are_guarded_and_a_program_that_imports_the_knowledge_base_is_not() -> None:
    code = (
        "import sys, socket, {package}\n"
        "try:\n    socket.getnameinfo(('192.0.2.1', 9), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)\n"
        "except OSError as error:\n    print(error)"
    )
    said = [
        subprocess.run([sys.executable, "-c", code.format(package=package)], check=True, capture_output=True, text=True)
        for package in ("ui", "kb")
    ]
    assert "refused: __main__ tried to reach 192.0.2.1" in said[0].stdout
    assert said[1].stdout == ""


def test_native_code_is_not_seen() -> None:
    """The page on privacy says so."""

    def call() -> None:
        made = ctypes.CDLL(None).socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
        address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(9), bytes((127, 0, 0, 1)))
        assert ctypes.CDLL(None).connect(made, address, 16) == 0
        os.close(made)

    assert raised(call) == (set(), False)


def test_a_model_of_ones_own_reaches_what_is_allowed_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "chatty.py").write_text(
        "import socket\nclass Chatty:\n    def get_query_embedding(self, text):\n"
        "        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:\n"
        "            made.connect((text, 9))\n        return [1.0]\n"
    )
    code = (
        "import ui\nfrom kb.config import EmbeddingSettings\nfrom kb.models.embedders import open_embedder\n"
        "from kb.privacy import OutsideConnection, guard, protect\nprotect(['127.0.0.9', '192.0.2.7'])\n"
        "embedder = open_embedder(EmbeddingSettings(llamaindex_class='chatty:Chatty'))\n"
        "embedder.embed_question('127.0.0.9')\n"
        "for host in ('192.0.2.1', 'example.org'):\n"
        "    try:\n        embedder.embed_question(host)\n    except OutsideConnection:\n        pass\n"
        "assert guard.refusals == {'chatty': 2}, guard.refusals\n"
        "try:\n    embedder.embed_question('192.0.2.7')\n"
        "except OSError as error:\n    assert not isinstance(error, OutsideConnection)\n"
    )
    path = os.pathsep.join((str(tmp_path), *sys.path))
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": path})


def test_importing_the_product_switches_telemetry_off_for_children() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    code = "import kb, subprocess, sys; subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ))'])"
    printed = subprocess.run([sys.executable, "-c", code], env=clean, check=True, capture_output=True, text=True).stdout
    for name, value in SWITCHES.items():
        assert f"'{name}': '{value}'" in printed


def test_the_service_listens_where_whoever_started_it_says_and_reaches_no_more_for_that() -> None:
    guard = Guard()
    places = ("0.0.0.0", "::", "192.0.2.7")
    assert [guard.listens(place) for place in places] == [False] * 3
    for place in places[:2]:
        guard.listen_on(place)
    assert [guard.listens(place) for place in places] == [True, True, False]
    assert guard.listens("127.0.0.1")
    assert not guard.permits("192.0.2.7")
