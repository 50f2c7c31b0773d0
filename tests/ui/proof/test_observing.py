"""The means of observation: packets, also as an ordinary user; traces; and what a page sends to a browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ui.proof import planted_leaks
from ui.proof.packet_capture import Packet, read_packet
from ui.proof.page_client import PageContents
from ui.proof.syscall_trace import read_trace

ROOT = Path(__file__).parents[3]
_CAPTURE = """
import ctypes, encodings.idna, os, socket, struct, sys
from ui.proof import planted_leaks
from ui.proof.packet_capture import Capture, leave_for_loopback
if sys.argv[1] != "0":
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as any program that such a user starts
problem = leave_for_loopback()
assert not problem, problem
capture = Capture()
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
    client.send(b"x" * 1000)
pid = os.fork()
if not pid:
    for name, number in (("x_ctypes", 23), ("x_ctypes", 24)):
        planted_leaks.attempt(name, number)
    libc = ctypes.CDLL(None)
    made = libc.socket(socket.AF_INET6, socket.SOCK_DGRAM, 0)
    far = socket.inet_pton(socket.AF_INET6, "2001:db8::51")
    there = struct.pack("=HHI16sI", socket.AF_INET6, socket.htons(9), 0, far, 0)
    libc.sendto(made, b"x", 1, 0, there, 28)
    os._exit(0)
os.waitpid(pid, 0)
for packet in capture.packets():
    print(packet.protocol, packet.address, packet.port)
assert capture.lost_packets() == 0
"""


@pytest.mark.parametrize("user", ["0", "65534"])
def test_packets_are_captured_whoever_makes_them_and_loopback_is_none(user: str) -> None:
    if os.geteuid() != 0 and user == "0":
        user = "65534"  # this is an ordinary user, and stays so
    code = _CAPTURE if os.geteuid() == 0 else _CAPTURE.replace('sys.argv[1] != "0"', "False")
    done = subprocess.run([sys.executable, "-c", code, user], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["tcp 192.0.2.23 80", "tcp 192.0.2.24 80", "udp 2001:db8::51 9"]


def test_packets_are_read_whatever_they_hold() -> None:
    dns = bytes.fromhex("0035003500200000") + bytes(12) + b"\x04leak\x07invalid\x00\x00\x01\x00\x01"
    head = bytes([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 192, 0, 2, 9])
    assert read_packet(head + dns, 0x800) == Packet("udp", "192.0.2.9", 53, "leak.invalid")
    for cut in range(len(head + dns)):
        found = read_packet((head + dns)[:cut], 0x800)
        assert found is not None
    assert read_packet(b"", 0x0806) == Packet("ethernet 0x806", "", 0)
    unreachable = bytes([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 9, 192, 0, 2, 9, 3, 3])
    assert read_packet(unreachable, 0x800) is None
    assert read_packet(unreachable[:12] + bytes([10, 0, 0, 1]) + unreachable[16:], 0x800) is not None


def test_a_trace_is_read_and_what_it_does_not_know_counts_as_outside(tmp_path: Path) -> None:
    file = tmp_path / "trace"
    file.write_text(
        '12 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EPERM (x)\n'
        '12 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16 <unfinished ...>\n'
        '12 sendto(3, "GET http://192.0.2.9/", 4, 0, NULL, 0) = 4\n'
        '12 sendto(3, "x", 1, 0, {sa_family=AF_PACKET, sll_protocol=htons(3)}, 20) = 1\n'
        '12 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 16) = 0\n'
        '12 connect(3, {sa_family=AF_INET6, sin6_port=htons(9), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", '
        "&sin6_addr), sin6_scope_id=0}, 28) = 0\n"
        "12 connect(3, {sa_family=AF_INET, broken}, 16) = 0\n",
        encoding="utf-8",
    )
    trace = read_trace(file)
    assert [(each.address, each.port, each.refused) for each in trace.outside] == [
        ("192.0.2.1", 80, True), ("127.0.0.53", 53, False)
    ]  # fmt: skip
    assert trace.calls == {"connect": 5, "sendto": 2}
    assert len(trace.unread) == 2


HERE = "http://127.0.0.1:8600"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("html", '<img src="http://192.0.2.1/a.png">'),
        ("html", '<img srcset="/a.png 1x, //192.0.2.1/b.png 2x">'),
        ("html", '<p style="background: url(http://192.0.2.1/c.png)">'),
        ("html", "<style>@import 'http://192.0.2.1/d.css';</style>"),
        ("bidi_component", "<a href='https://192.0.2.1/e'>x</a>"),
        ("markdown", "![x](http://192.0.2.1/f.png)"),
        ("markdown", "text\n[a]: http://192.0.2.1/g"),
    ],
)
def test_what_a_browser_would_load_elsewhere_is_found(kind: str, text: str) -> None:
    assert PageContents(((kind, text),), "").loads_from(HERE)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("html", f"<p>{planted_leaks.ANSWER}</p>"),
        ("html", f'<img src="/a.png"><a href="{HERE}/documents">x</a><img src="data:image/png;base64,AAAA">'),
        ("html", '<p title="http://192.0.2.1/">&lt;img src="http://192.0.2.1/"&gt;</p>'),
        ("text", "![x](http://192.0.2.1/f.png)"),
    ],
)
def test_what_is_only_words_is_none(kind: str, text: str) -> None:
    assert PageContents(((kind, text),), "").loads_from(HERE) == []
