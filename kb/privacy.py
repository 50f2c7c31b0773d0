"""Privacy: switches off what phones home, and refuses connections that leave the machine.

Import this before anything else. Environment variables reach child processes; the guard is an audit
hook and sees every connection and name lookup that Python makes. It cannot see native code: an
operator closes that with the systemd unit or a network namespace (see docs/privacy.md).
"""

import ipaddress
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any

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


class OutsideConnection(ConnectionRefusedError):
    """A library tried to reach an address that is neither loopback nor listed in `privacy.allow`."""


class Guard:
    """Refuses outside connections of this process, and counts the refusals by the module that asked."""

    def __init__(self) -> None:
        self.refusals: Counter[str] = Counter()
        self._allowed: frozenset[str] = frozenset()
        self._installed = False
        self._lock = threading.Lock()

    def install(self, allow: Iterable[str] = ()) -> None:
        """Start refusing. `allow` holds host names or IP addresses; a later call replaces the list.

        A name is looked up once, now; its addresses are allowed with it.
        """
        hosts = frozenset(host.lower() for host in allow)
        with self._lock:
            self._allowed = hosts
            self._allowed = hosts | {address for host in hosts for address in _addresses(host)}
            if not self._installed:
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

    def _on_event(self, event: str, args: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto"):
            target = args[1]
            if isinstance(target, tuple) and target:
                self._check(str(target[0]))
        elif event in ("socket.getaddrinfo", "socket.gethostbyname") and args[0] is not None:
            self._check(args[0].decode() if isinstance(args[0], bytes) else str(args[0]))

    def _check(self, host: str) -> None:
        if self.permits(host):
            return
        module = _asking_module()
        self.refusals[module] += 1
        raise OutsideConnection(
            f"refused: {module} tried to reach {host}. Nothing may leave this machine; "
            "list the host in privacy.allow if it is yours."
        )


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
