"""The unit of systemd in which the service runs: what it may write, and whom it may reach, made from the settings."""

import hashlib
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.config import Settings
from kb.errors import RefusedByPolicy, UsageError, why
from ui.service.listening import ListeningAddress
from ui.words.strings import Strings

_MARK = "# Made by `kb service install`; SHA-256 of what follows: "
_RESOLVER = Path("/etc/resolv.conf")
_OF_PEOPLE = tuple(Path("/", *parts) for parts in (("home",), ("root",), ("run", "user")))  # what ProtectHome= hides
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # what PrivateTmp= hides


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """Addresses that the unit lets through, and why, which are settings; "" for a name server. `host` is a name, an
    address or a network as it was given."""

    host: str
    why: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit is made of. `user` is who a system's unit runs as; "" for a unit of one's own."""

    command: tuple[str, ...]
    home: Path
    cache: Path
    config: Path | None
    user: str
    place: ListeningAddress
    allowed_hosts: tuple[AllowedHost, ...]

    def text(self, t: Strings) -> str:
        """The whole file, with comments for those who read it."""
        body = "\n".join([*self._unit(t), "", *self._service(t), "", *self._install(), ""])
        return f"{_MARK}{_digest(body)}\n{body}"

    def _unit(self, t: Strings) -> list[str]:
        waits = "network.target" if self.place.host in ("0.0.0.0", "::") or self.place.is_local else ""
        told = [f"After={waits}"] if waits else ["After=network-online.target", "Wants=network-online.target"]
        return ["[Unit]", f"Description={_percent(t('cli_unit_description', home=self.home))}", *told]

    def _service(self, t: Strings) -> list[str]:
        named = {"KB_HOME": self.home, "KB_CACHE": self.cache, "KB_CONFIG": self.config}
        environment = " ".join(_quoted(f"{name}={value}") for name, value in named.items() if value is not None)
        started = " ".join(_quoted(word).replace("$", "$$") for word in self.command)
        return [
            "[Service]",
            *([f"User={self.user}"] if self.user else []),
            f"Environment={environment}",
            f"ExecStart={started}",
            "Restart=on-failure",
            "UMask=0077",
            f"# {t('cli_unit_writes')}",
            "ProtectSystem=strict",
            f"ReadWritePaths={_quoted(str(self.home))} {_quoted(str(self.cache))}",
            f"ProtectHome={'read-only' if self._needs(_OF_PEOPLE) else 'true'}",
            f"PrivateTmp={'false' if self._needs(_TEMPORARY) else 'true'}",
            "NoNewPrivileges=true",
            "LockPersonality=true",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
            "RestrictRealtime=true",
            "RestrictSUIDSGID=true",
            "SystemCallArchitectures=native",
            *(self._of_the_system() if self.user else []),
            f"# {t('cli_unit_reaches')}",
            *([] if self.user else [f"# {t('cli_unit_no_right')}"]),
            "IPAddressDeny=any",
            "IPAddressAllow=localhost",
            *(line for each in self.allowed_hosts for line in _allowed(each, t)),
        ]

    def _of_the_system(self) -> list[str]:
        """What a user's own systemd has no right to."""
        low = "CAP_NET_BIND_SERVICE" if 0 < self.place.port < 1024 else ""
        protected = ("Clock", "ControlGroups", "Hostname", "KernelLogs", "KernelModules", "KernelTunables")
        return [
            f"CapabilityBoundingSet={low}",
            f"AmbientCapabilities={low}",
            *(f"Protect{what}=true" for what in protected),
        ]

    def _install(self) -> list[str]:
        return ["[Install]", f"WantedBy={'multi-user' if self.user else 'default'}.target"]

    def _needs(self, folders: tuple[Path, ...]) -> bool:
        """Whether something that is needed lies in one of these folders, so that they cannot be hidden."""
        certificate = (self.place.certificate.file, self.place.certificate.key) if self.place.certificate else ()
        needed = [Path(self.command[0]), self.home, self.cache, *([self.config] if self.config else []), *certificate]
        real = [each for path in needed for each in (path, path.resolve())]
        return any(path.is_relative_to(folder) for path in real for folder in folders)


def allowed_hosts(settings: Settings, place: ListeningAddress) -> tuple[AllowedHost, ...]:
    """Whom the unit lets through besides this machine: the hosts that may be reached, the name servers where some of
    these are names, proxies, and the networks of those who use the service.

    Names are looked up now. Raises UsageError for one that has no address, and RefusedByPolicy where nobody could reach
    the service, or everything could be reached.
    """
    found = [AllowedHost(d.host, ", ".join(d.settings), _addresses(d.host)) for d in settings.destinations]
    if any(each.addresses != (each.host,) for each in found):
        found += [AllowedHost(server, "", (server,)) for server in _name_servers()]
    found += [AllowedHost(given, "service.trusted_proxies", (given,)) for given in place.proxies]
    clients = [AllowedHost(given, "service.clients", (_network(given),)) for given in settings.service.clients]
    if not place.is_local and not clients and not place.proxies:
        raise RefusedByPolicy("unit.no_clients")
    return tuple(each for each in [*found, *clients] if not all(map(_is_loopback, each.addresses)))


def is_ours(text: str) -> bool:
    """Whether a unit was made by `kb service install` and not changed since."""
    first, _, body = text.partition("\n")
    return first == f"{_MARK}{_digest(body)}"


def check_path(path: Path) -> None:
    """Raises UsageError for a path that cannot stand in a unit."""
    if not str(path).isprintable():
        raise UsageError("unit.no_path", path=str(path))


def _addresses(host: str) -> tuple[str, ...]:
    if (given := _address(host)) is not None:
        return (str(given),)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError("unit.no_address", host=host, why=why(error)) from None
    return tuple(sorted({str(each[4][0]).partition("%")[0] for each in found}))


def _name_servers() -> list[str]:
    try:
        text = _RESOLVER.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    named = re.findall(r"^nameserver[ \t]+([0-9a-fA-F.:]+)", text, re.MULTILINE)
    return [str(address) for name in named if (address := _address(name)) is not None]


def _address(given: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(given)
    except ValueError:
        return None


def _network(given: str) -> str:
    try:
        network = ipaddress.ip_network(given, strict=False)
    except ValueError:
        raise UsageError("unit.no_network", given=given[:80]) from None
    if network.prefixlen == 0:
        raise RefusedByPolicy("unit.every_address", given=given)
    return str(network)


def _is_loopback(given: str) -> bool:
    return ipaddress.ip_network(given).is_loopback


def _allowed(each: AllowedHost, t: Strings) -> Sequence[str]:
    name = "" if each.addresses == (each.host,) else f"{each.host}, "
    return [f"# {name}{each.why or t('cli_unit_name_server')}", f"IPAddressAllow={' '.join(each.addresses)}"]


def _quoted(word: str) -> str:
    """A word as units write it."""
    plain = _percent(word)
    if re.fullmatch(r"[\w@%+=:,./-]+", plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
