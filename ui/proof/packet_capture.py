"""A network with nothing but this machine in it, and the capture of whatever would have left it.

All addresses of the world lead to the loopback device there, so that each packet for another machine is seen with its
destination, whoever made it, and reaches nobody. It needs no tool, and root only where user namespaces are off.
"""

import ctypes
import fcntl
import ipaddress
import socket
import struct
import sys
import threading
from dataclasses import dataclass

from ingest.reading import linux_sandbox

_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x41
_RTM_NEWROUTE, _NEW_AND_TOLD = 24, 0x1 | 0x4 | 0x400 | 0x100  # request, ack, create, replace
_TABLE_LOCAL, _PROTO_STATIC, _SCOPE_HOST, _TYPE_LOCAL = 255, 4, 254, 2
_RTA_OIF = 4
_SOL_PACKET, _PACKET_STATISTICS, _SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 263, 6, 26, 33
_OUTGOING = 4  # a packet on loopback is seen twice: as it goes, and as it comes
_ETH_ALL, _ETH_IPV4, _ETH_IPV6 = 3, 0x0800, 0x86DD
_TCP, _UDP, _ICMP, _ICMP6 = 6, 17, 1, 58
_DNS = 53
_MOST_BYTES = 2048  # of a packet that are looked at
_BUFFER = 1 << 25

# What the kernel hands over (classic BPF): all but packets for loopback, and of those what goes to a name server.
# (code, jump if true, jump if false, operand); the packet begins with its IP header.
_FILTER = (
    (0x28, 0, 0, 0xFFFFF000),  # 0: which protocol
    (0x15, 0, 8, _ETH_IPV4),
    (0x30, 0, 0, 16),  # 2: IPv4, the first byte of the destination
    (0x15, 0, 19, 127),
    (0x30, 0, 0, 9),  # 4: TCP or UDP
    (0x15, 1, 0, _TCP),
    (0x15, 0, 15, _UDP),
    (0xB1, 0, 0, 0),  # 7: past the header
    (0x48, 0, 0, 2),
    (0x15, 13, 12, _DNS),
    (0x15, 0, 12, _ETH_IPV6),  # 10: neither of both is seen
    (0x20, 0, 0, 24),  # 11: IPv6, whether the destination is ::1
    (0x15, 0, 10, 0),
    (0x20, 0, 0, 28),
    (0x15, 0, 8, 0),
    (0x20, 0, 0, 32),
    (0x15, 0, 6, 0),
    (0x20, 0, 0, 36),
    (0x15, 0, 4, 1),
    (0x28, 0, 0, 42),  # 19: its port, where no other header comes first
    (0x15, 2, 1, _DNS),
    (0x06, 0, 0, 0),  # 21
    (0x06, 0, 0, 0),  # 22: not seen
    (0x06, 0, 0, _MOST_BYTES),  # 23: seen
)


@dataclass(frozen=True, slots=True)
class Packet:
    """What would have left the machine, or asked a name server, for `name`. `port` is 0 where the protocol has none."""

    protocol: str  # tcp, udp, or the number of another
    address: str
    port: int
    name: str = ""

    @property
    def is_look_up(self) -> bool:
        return self.port == _DNS


def leave_for_loopback() -> str:
    """Go into a network namespace in which all addresses lead to loopback. "" or why this kernel does not allow it.

    To be called while the process has one thread; what it starts is in there too.
    """
    if sys.platform != "linux":
        return "only Linux has network namespaces"
    if refusal := linux_sandbox.leave_network():
        return refusal
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", _IFF_UP_RUNNING))
        for family in (socket.AF_INET, socket.AF_INET6):
            if error := _route_to_loopback(family):
                return f"a route to loopback could not be made (error {error})"
    except OSError as error:
        return f"the loopback device could not be used: {error.strerror}"
    return ""


class _NetlinkAddress(ctypes.Structure):
    _fields_ = (
        ("family", ctypes.c_ushort),
        ("pad", ctypes.c_ushort),
        ("pid", ctypes.c_uint),
        ("groups", ctypes.c_uint),
    )


def _route_to_loopback(family: int) -> int:
    """Make the route for all addresses of a family. Returns the error's number, 0 for none.

    By the C library: the guard refuses sockets of this family, and is right to.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    made = libc.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    if made < 0:
        return ctypes.get_errno()
    with socket.socket(fileno=made) as netlink:
        route = struct.pack(
            "BBBBBBBBI", family, 0, 0, 0, _TABLE_LOCAL, _PROTO_STATIC, _SCOPE_HOST, _TYPE_LOCAL, 0
        ) + struct.pack("HHi", 8, _RTA_OIF, socket.if_nametoindex("lo"))
        message = struct.pack("IHHII", 16 + len(route), _RTM_NEWROUTE, _NEW_AND_TOLD, 1, 0) + route
        there = _NetlinkAddress(socket.AF_NETLINK, 0, 0, 0)
        if libc.sendto(made, message, len(message), 0, ctypes.byref(there), ctypes.sizeof(there)) < 0:
            return ctypes.get_errno()
        return -int(struct.unpack_from("i", netlink.recv(4096), 16)[0])


class Capture:
    """The packets that would have left, since it was made. For use after `leave_for_loopback`. Raises OSError."""

    def __init__(self) -> None:
        made = ctypes.CDLL(None, use_errno=True).socket(17, socket.SOCK_DGRAM, socket.htons(_ETH_ALL))  # AF_PACKET
        if made < 0:
            raise OSError(ctypes.get_errno(), "no packets can be captured")
        self._socket = socket.socket(fileno=made)
        program = b"".join(struct.pack("HBBI", *each) for each in _FILTER)
        kept = ctypes.create_string_buffer(program)
        form = struct.pack("HL", len(_FILTER), ctypes.addressof(kept))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, form)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except OSError:  # an ordinary user has less room
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.settimeout(0.05)
        self._lock = threading.Lock()
        self._found: list[Packet] = []
        self._idle = threading.Event()
        self._ended = False
        threading.Thread(target=self._read, name="capture", daemon=True).start()

    def packets(self, since: int = 0) -> list[Packet]:
        """The packets from number `since` on, once all that came are read."""
        for _ in range(2):
            self._idle.clear()
            self._idle.wait(5)
        with self._lock:
            return self._found[since:]

    def lost_packets(self) -> int:
        """How many packets came faster than they were read, since this was asked last."""
        told = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        return int(struct.unpack("II", told)[1])

    def close(self) -> None:
        self._ended = True

    def _read(self) -> None:
        while not self._ended:
            try:
                data, where = self._socket.recvfrom(_MOST_BYTES)
            except TimeoutError:
                self._idle.set()
                continue
            packet = read_packet(data, where[1]) if where[2] == _OUTGOING else None
            if packet is not None:
                with self._lock:
                    self._found.append(packet)
        self._socket.close()


def read_packet(data: bytes, kind: int) -> Packet | None:
    """A packet from its IP header on; None for this kernel's own "nobody is here", which answers one that was seen."""
    if kind == _ETH_IPV4 and len(data) >= 20:
        protocol, address, source = data[9], data[16:20], data[12:16]
        rest = data[(data[0] & 15) * 4 :]
    elif kind == _ETH_IPV6 and len(data) >= 40:
        protocol, address, source = data[6], data[24:40], data[8:24]
        rest = data[40:]
    else:
        return Packet(f"ethernet {kind:#x}", "", 0)
    is_reset = protocol == _TCP and len(rest) > 13 and rest[13] & 0x04
    is_unreachable = (protocol == _ICMP and rest[:1] == b"\x03") or (protocol == _ICMP6 and rest[:1] == b"\x01")
    if address == source and (is_reset or is_unreachable):
        return None
    port = int.from_bytes(rest[2:4], "big") if protocol in (_TCP, _UDP) else 0
    name = _asked_name(rest[8:]) if protocol == _UDP and port == _DNS else ""
    known = {_TCP: "tcp", _UDP: "udp"}.get(protocol, str(protocol))
    return Packet(known, str(ipaddress.ip_address(address)), port, name)


def _asked_name(question: bytes) -> str:
    """The name that a DNS message asks for; "" where it is none."""
    parts, at = [], 12
    while at < len(question) and 0 < question[at] < 64:
        parts.append(question[at + 1 : at + 1 + question[at]].decode("ascii", "backslashreplace"))
        at += question[at] + 1
    return ".".join(parts)
