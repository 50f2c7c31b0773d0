"""Privacy: switches off what phones home, and refuses connections that leave the machine.

Import this before anything else. Environment variables reach child processes; the guard is an audit
hook and is asked before everything that Python's `socket` does. It cannot see native code or what another
program does: where files are read the kernel stops those (`ingest.reading.confinement`), elsewhere an
operator does, with the systemd unit or a network namespace (see docs/privacy.md).
"""

import _socket
import functools
import ipaddress
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "1",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "RAY_USAGE_STATS_ENABLED": "0",
    "OLLAMA_NO_CLOUD": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "TOKENIZERS_PARALLELISM": "false",
    # Not privacy, but it must be as early: threads that spin for each other make the embedded engine 5 to 10 times
    # slower as soon as another process wants the same cores (measured), and libgomp reads this when it is loaded.
    "GOMP_SPINCOUNT": "2000",
}

_LOCAL_NAMES = {"localhost", "ip6-localhost"}

# All that Python's `socket` announces: what reaches nothing, what names a host, and what has an address (its place in
# the arguments). An event that stands nowhere here is refused.
_HARMLESS = frozenset({"socket.gethostname", "socket.getservbyname", "socket.getservbyport"})
_NAMING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_REACHING = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getnameinfo": 0}
_LISTENING = "socket.bind"
_MAKING = "socket.__new__"

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_GIVEN = -1  # as a family: the socket was made by another, and is judged when it is used
_FAMILIES = (*_INTERNET, getattr(socket, "AF_UNIX", _GIVEN), _GIVEN)


class OutsideConnection(ConnectionRefusedError):
    """A library tried to reach an address that is neither loopback nor listed in `privacy.allow`."""


class Guard:
    """Refuses outside connections of this process, and counts the refusals by the module that asked."""

    def __init__(self) -> None:
        self.refusals: Counter[str] = Counter()
        self._names: frozenset[str] = frozenset()
        self._allowed: frozenset[str] = frozenset()
        self._listening: frozenset[str] = frozenset()
        self._installed = False
        self._lock = threading.RLock()

    def install(self, allow: Iterable[str] = ()) -> None:
        """Start refusing. `allow` holds host names or IP addresses; a later call replaces the list.

        The addresses of a name are allowed with it: those it has now, and those it is found to have when it is looked
        up later, as a name may move.
        """
        hosts = frozenset(host.lower() for host in allow)
        with self._lock:
            self._names = self._allowed = hosts
            self._allowed = hosts | {address for host in hosts for address in _addresses(host)}
            if not self._installed:
                self._come_before_look_ups()
                sys.addaudithook(self._on_event)
                self._installed = True

    def permits(self, host: str) -> bool:
        """Whether `host` (a name or an IP address) is loopback or was allowed."""
        host = host.lower().strip("[]").split("%")[0]
        if host in self._allowed or host in _LOCAL_NAMES or host == "":
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or address.is_unspecified

    def listens(self, host: str) -> bool:
        """Whether something may wait for connections on `host`: loopback, not all addresses at once, or one allowed."""
        bare = host.strip("[]")
        return bare in self._listening or (self.permits(host) and bare not in ("", "0.0.0.0", "::"))

    def listen_on(self, host: str) -> None:
        """Let this process wait for connections on an address, which whoever started it has named."""
        with self._lock:
            self._listening |= {host}

    def _come_before_look_ups(self) -> None:
        """Judge names before they are looked up: these methods look up the name in an address, and tell of it then."""
        self._judge_first("connect", lambda address, *_: address, "socket.connect")
        self._judge_first("connect_ex", lambda address, *_: address, "socket.connect")
        self._judge_first("bind", lambda address, *_: address, _LISTENING)
        self._judge_first("sendto", lambda *given: given[-1], "socket.sendto")
        self._judge_first("sendmsg", lambda *given: given[3] if len(given) > 3 else None, "socket.sendmsg")
        look_up = socket.getaddrinfo

        @functools.wraps(look_up)
        def learned(host: Any, *given: Any, **more: Any) -> Any:
            found = look_up(host, *given, **more)
            if type(host) in (str, bytes) and _text(host).lower() in self._names:
                with self._lock:
                    self._allowed |= {str(each[4][0]).lower() for each in found}
            return found

        socket.getaddrinfo = learned

    def _judge_first(self, name: str, address: Callable[..., Any], event: str) -> None:
        method = getattr(socket.socket, name)

        @functools.wraps(method)
        def judged(made: socket.socket, *given: Any) -> Any:
            if given:
                self._on_event(event, (made, address(*given)))
            return method(made, *given)

        setattr(socket.socket, name, judged)

    def _on_event(self, event: str, args: tuple[Any, ...]) -> None:
        if not event.startswith("socket.") or event in _HARMLESS:
            return
        if event in _NAMING:
            if args[0] is not None:
                self._check(_text(args[0]))
        elif event in _REACHING:
            if (address := args[_REACHING[event]]) is not None:  # None: to the other end of a connection
                family = socket.AF_INET if event == "socket.getnameinfo" else _family(args[0])
                self._check_address(family, address, self.permits)
        elif event == _LISTENING:
            self._check_address(_family(args[0]), args[1], self.listens)
        elif event == _MAKING:
            if args[1] not in _FAMILIES:
                self._refuse(f"a socket of family {args[1]}")
        else:
            self._refuse(f"something by {event}")

    def _check_address(self, family: int, address: Any, permits: Callable[[str], bool]) -> None:
        """Refuse an address that is not on this machine. A Unix socket always is, also one without a file."""
        if family in _INTERNET and isinstance(address, tuple) and len(address) > 0:
            self._check(_text(tuple.__getitem__(address, 0)), permits)
        elif family not in _FAMILIES or type(address) not in (str, bytes):
            self._refuse(f"an address of family {family}")

    def _check(self, host: str, permits: Callable[[str], bool] | None = None) -> None:
        if not (permits or self.permits)(host):
            self._refuse(host or "any address")

    def _refuse(self, what: str) -> NoReturn:
        module = _asking_module()
        self.refusals[module] += 1
        raise OutsideConnection(
            f"refused: {module} tried to reach {what}. Nothing may leave this machine; "
            "list the host in privacy.allow if it is yours."
        )


def _family(made: Any) -> int:
    """The family of a socket, whatever a class of its own says."""
    return int(_socket.socket.family.__get__(made))


def _text(host: Any) -> str:
    """A host as it will be used: neither a class that says something else of itself, nor bytes that may change."""
    if type(host) is bytes:
        return host.decode("ascii", "backslashreplace")
    return host if type(host) is str else f"{type(host).__name__} in the place of a name"


def _addresses(host: str) -> set[str]:
    """The IP addresses of a host; none where it is unknown or is an address itself."""
    try:
        return {str(found[4][0]).lower() for found in socket.getaddrinfo(host, None)}
    except OSError:
        return set()


def _asking_module() -> str:
    """The nearest caller outside this file and the standard library's network modules."""
    own = {__name__, "socket", "ssl", "asyncio", "http", "urllib", "httpcore", "anyio", "selectors"}
    frame = sys._getframe(1)
    name = "unknown"
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "unknown"))
        if name.split(".")[0] not in own and name not in own:
            return name
        if frame.f_back is None:
            break
        frame = frame.f_back
    return name


guard = Guard()


def switch_telemetry_off() -> None:
    """Tell the libraries of this process and of its children not to phone home. Done by `import kb`."""
    os.environ.update(SWITCHES)


def protect(allow: Iterable[str] = ()) -> None:
    """Switch telemetry off, and install the guard. Done by `import ui`, so before any command or page runs."""
    switch_telemetry_off()
    guard.install(allow)
