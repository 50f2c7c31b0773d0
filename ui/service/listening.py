"""Listening: on which address the service waits, by which names it is reached, and with which certificate."""

import ipaddress
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import RefusedByPolicy, UsageError, why
from kb.files import read_regular

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = ("127.0.0.1", "localhost")
_NAME = re.compile(r"[a-z0-9*](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
_MOST_MB = 1  # of a certificate or key


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key: the files, the names it is for, and itself as text (PEM)."""

    file: Path
    key: Path
    names: tuple[str, ...]  # a name may begin with `*.`
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListeningAddress:
    """Where the service waits, and by which names browsers reach it.

    `names` are those of a certificate, of a proxy and of the settings; one may have a port of its own. `proxies` are
    the networks of the reverse proxies that are believed in what they say of a request.
    """

    host: str = LOOPBACK
    port: int = 0
    names: tuple[str, ...] = ()
    certificate: Certificate | None = None
    proxies: tuple[str, ...] = ()
    _networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = field(default=(), repr=False)

    @property
    def is_local(self) -> bool:
        """Whether only programs of this machine reach it directly."""
        return self.host in _LOCAL_NAMES or is_loopback(self.host)

    @property
    def secure(self) -> bool:
        """Whether people reach it over TLS: its own, or that of a proxy."""
        return self.certificate is not None or bool(self.proxies)

    @property
    def here(self) -> str:
        """The address at which programs of this machine reach it."""
        if self.host in ("0.0.0.0", ""):
            return LOOPBACK
        return "::1" if self.host == "::" else self.host

    @property
    def here_origin(self) -> str:
        """The origin for programs of this machine."""
        return f"{'https' if self.certificate else 'http'}://{_bracketed(self.here)}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin for people."""
        named = next((name for name in self.names if "*" not in name), "")
        if not named:
            return self.here_origin
        if self.certificate is None:
            return f"https://{named}"  # of the proxy
        return f"https://{named}" if ":" in named or self.port == 443 else f"https://{named}:{self.port}"

    def is_loopback_name(self, host: str) -> bool:
        """Whether a `Host` is that of programs of this machine, and not one for people."""
        name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        own = {*_LOCAL_NAMES, "[::1]", _bracketed(self.here)}
        return (name in own and port == str(self.port)) or (host in own and self.port in (80, 443))

    def is_ours(self, host: str) -> bool:
        """Whether a `Host`, in lower case, is a name of this service."""
        return self.is_loopback_name(host) or any(_fits(host, name, self) for name in self.names)

    def is_proxy(self, address: str) -> bool:
        """Whether a connection comes from a proxy that is believed."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self._networks)


def place_of(
    listen: str | None,
    port: int,
    cert: Path | None,
    key: Path | None,
    names: Sequence[str] = (),
    proxies: Sequence[str] = (),
) -> ListeningAddress:
    """Where to wait: what the command line and the settings say. Raises UsageError."""
    host, port = _address(listen) if listen is not None else (LOOPBACK, port)
    networks = tuple(_network(given) for given in proxies)
    given = tuple(name.lower() for name in names)
    for name in given:
        if not _NAME.fullmatch(name) or name.startswith("*"):
            raise UsageError("listening.no_host_name", name=name)
    if (cert is None) != (key is None):
        raise UsageError("tls.cert_and_key")
    certificate = read_certificate(cert, key) if cert is not None and key is not None else None
    if certificate is not None:
        for name in given:
            if not any(_covers(known, name.partition(":")[0]) for known in certificate.names):
                raise UsageError("tls.other_name", file=certificate.file, name=name, names=", ".join(certificate.names))
    if proxies and not given:
        raise UsageError("listening.no_names")
    known = (*given, *(certificate.names if certificate else ()))
    return ListeningAddress(host, port, tuple(dict.fromkeys(known)), certificate, tuple(map(str, networks)), networks)


def check(place: ListeningAddress, *, has_accounts: bool) -> None:
    """Raises RefusedByPolicy where others could reach the service and nothing would keep them out or words secret."""
    if place.is_local and not place.proxies:
        return
    where = f"{_bracketed(place.host)}:{place.port}"
    if not has_accounts:
        raise RefusedByPolicy("listening.nobody_has_account", where=where)
    if not place.secure:
        raise RefusedByPolicy("listening.without_tls", where=where)


def read_certificate(file: Path, key: Path) -> Certificate:
    """A certificate and its key, seen to be good now and to belong together. Raises UsageError."""
    from cryptography import x509

    text = _read(file)
    try:
        [leaf, *_] = x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise UsageError("tls.no_certificate", file=file) from error
    now = datetime.now(UTC)
    if leaf.not_valid_after_utc <= now:
        raise UsageError("tls.expired", file=file, day=f"{leaf.not_valid_after_utc:%Y-%m-%d}")
    if leaf.not_valid_before_utc > now:
        raise UsageError("tls.not_yet", file=file, day=f"{leaf.not_valid_before_utc:%Y-%m-%d}")
    _read(key)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file, key, password=lambda: b"")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise UsageError("tls.other_key", key=key, file=file, why=getattr(error, "reason", None) or error) from error
    names = _names(leaf)
    if not names:
        raise UsageError("tls.names_no_host", file=file)
    return Certificate(file, key, names, text.decode("ascii", "replace"))


def _names(leaf: "X509") -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (_bracketed(str(address)) for address in found.get_values_for_type(x509.IPAddress))
    return tuple(dict.fromkeys([*(n.lower() for n in found.get_values_for_type(x509.DNSName)), *addresses]))


def _read(file: Path) -> bytes:
    try:
        return read_regular(file, _MOST_MB)
    except (OSError, ValueError) as error:
        raise UsageError("tls.unreadable", file=file, why=why(error)) from error


def _address(listen: str) -> tuple[str, int]:
    host, found, port = listen.rpartition(":")
    host = host.strip("[]")
    if not found or not port.isdecimal() or int(port) > 65535:
        raise UsageError("listening.no_address", listen=listen)
    if host == "localhost":
        return LOOPBACK, int(port)
    try:
        return str(ipaddress.ip_address(host)), int(port)
    except ValueError:
        raise UsageError("listening.no_ip", listen=listen) from None


def _network(given: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(given, strict=False)
    except ValueError:
        raise UsageError("listening.no_proxy", given=given) from None


def _fits(host: str, name: str, place: ListeningAddress) -> bool:
    """Whether a `Host` is a name of the service, with the port at which people reach it."""
    name, _, port = name.partition(":") if not name.startswith("[") else (name, "", "")
    asked, _, asked_port = host.partition(":") if not host.startswith("[") else _split_ipv6(host)
    if not _covers(name, asked):
        return False
    wanted = port or ("443" if place.certificate is None else str(place.port))
    return asked_port == wanted or (not asked_port and wanted == "443")


def _split_ipv6(host: str) -> tuple[str, str, str]:
    address, bracket, rest = host.partition("]")
    return address + bracket, ":", rest.removeprefix(":")


def _covers(known: str, name: str) -> bool:
    """Whether a name of a certificate, which may begin with `*.`, is for a host."""
    if known.startswith("*."):
        return name.partition(".")[2] == known[2:] and bool(name.partition(".")[0])
    return known.strip("[]") == name.strip("[]")


def is_loopback(host: str) -> bool:
    """Whether an address is one of this machine that no other reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
