"""What strace says a command and all it started did with the network: how many calls, and which addresses."""

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CALLS = ("connect", "sendto", "sendmsg", "sendmmsg", "io_uring_setup")
_CALL = re.compile(r"^(?:\d+ +)?(connect|sendto|sendmsg|sendmmsg|io_uring_setup)\((.*)")
_FAMILY = re.compile(r"sa_family=(AF_\w+|0x[0-9a-f]+|\d+)")
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
_INSIDE = ("AF_UNIX", "AF_UNSPEC")
_NETLINK = "AF_NETLINK"  # the kernel's own, which answers what addresses this machine has
_REFUSED = re.compile(r"= -1 (EPERM|EACCES) ")


@dataclass(frozen=True, slots=True)
class TracedConnection:
    """An address that a process connected or sent to. `refused`: the kernel did not let it."""

    call: str
    address: str
    port: int
    refused: bool = False

    @property
    def is_look_up(self) -> bool:
        return self.port == 53

    @property
    def outside(self) -> bool:
        """Whether it is on no loopback address of this machine; a name server counts wherever it is."""
        return self.is_look_up or not (self.address.startswith("127.") or self.address in ("::1", "::ffff:127.0.0.1"))


@dataclass(frozen=True, slots=True)
class Trace:
    """`calls` by name; all addresses; and lines that name an address in no known form, which count as outside."""

    calls: dict[str, int]
    reached: tuple[TracedConnection, ...]
    unread: tuple[str, ...]

    @property
    def outside(self) -> list[TracedConnection]:
        return [each for each in self.reached if each.outside]


def strace() -> str:
    """The tool; "" where it is not installed."""
    return shutil.which("strace") or ""


def traced(trace: Path, command: list[str], fail_with: str = "") -> list[str]:
    """The command under strace, with its threads and children. With `fail_with`, none of the calls is carried out."""
    chosen = f"trace={','.join(CALLS)}"
    fail = ["-e", f"inject=connect,sendto,sendmsg,sendmmsg:error={fail_with}"] if fail_with else []
    return [strace(), "-f", "--seccomp-bpf", "-qq", "-s", "64", "-e", chosen, *fail, "-o", str(trace), *command]


def read_trace(file: Path) -> Trace:
    """What stands in a trace. Raises OSError where there is none."""
    calls: Counter[str] = Counter()
    reached: list[TracedConnection] = []
    unread: list[str] = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            call = _CALL.match(line)
            if call is None:
                continue
            calls[call[1]] += 1
            for family in _FAMILY.findall(call[2]):
                if family not in (*_INSIDE, _NETLINK, "AF_INET", "AF_INET6"):
                    unread.append(line.strip())
            addresses, ports = _ADDRESS.findall(call[2]), _PORT.findall(call[2])
            if len(addresses) != len(ports) or (not addresses and "sa_family=AF_INET" in call[2]):
                unread.append(line.strip())
                continue
            refused = bool(_REFUSED.search(line))
            for (a, b), port in zip(addresses, ports, strict=True):
                reached.append(TracedConnection(call[1], a or b, int(port), refused))
    return Trace(dict(calls), tuple(reached), tuple(unread))
