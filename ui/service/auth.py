"""Access: the token that opens page and API, as Jupyter's does, and where the running service of a home is found."""

import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from kb.errors import HomeError

ADDRESS = "127.0.0.1"
_COOKIE_SECONDS = 30 * 24 * 3600
_LEAST_TOKEN = 32  # characters: a shorter one was not made here

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that owns a home now."""

    port: int
    pid: int
    token: str

    @property
    def origin(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    @property
    def address(self) -> str:
        """What opens the page."""
        return page_address(self.port, self.token)


def page_address(port: int, token: str) -> str:
    """The address that lets a browser in; the token leaves it at the first request."""
    return f"http://{ADDRESS}:{port}/?token={token}"


def token_of(home: Path) -> str:
    """The home's token, made at first need (file `token`, mode 0600) and kept. Raises HomeError."""
    file = home / "token"
    try:
        with suppress(FileNotFoundError):
            file.chmod(0o600)
            token = file.read_text(encoding="ascii", errors="replace").strip()
            if len(token) >= _LEAST_TOKEN and token.isascii() and token.isprintable():
                return token
        token = secrets.token_urlsafe(32)
        _write(file, token + "\n")
    except OSError as error:
        raise HomeError(
            f"The token {file} cannot be read or written: {error.strerror}. Check who owns it, or delete it: the next "
            "start makes another."
        ) from error
    return token


@contextmanager
def announced(home: Path, port: int) -> Iterator[None]:
    """Say in the home, while this lasts, where its service is (file `service.json`, mode 0600)."""
    file = home / "service.json"
    try:
        _write(file, json.dumps({"port": port, "pid": os.getpid()}) + "\n")
    except OSError as error:
        raise HomeError(f"{file} cannot be written: {error.strerror}. Check the home's disk and its owner.") from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def running_service(home: Path) -> RunningService | None:
    """The service that owns this home. What a crash left is not believed: its process must hold the home's lock."""
    home = home.expanduser().absolute()
    try:
        note = json.loads((home / "service.json").read_text(encoding="utf-8"))
        port, pid = int(note["port"]), int(note["pid"])
        token = (home / "token").read_text(encoding="ascii").strip()
        owner = int((home / "lock").read_text(encoding="ascii"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if owner != pid or not 0 < port < 65536 or not token or not _alive(pid) or not _locked(home / "lock"):
        return None
    return RunningService(port, pid, token)


def _write(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(text)
    os.replace(part, file)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return pid > 0


def _locked(file: Path) -> bool:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered in place of the application."""

    status: int
    headers: Headers
    body: bytes = b""


class Gate:
    """Lets in who has the token: in a cookie (the page), in `Authorization: Bearer` (programs), or once in the address.

    The cookie's name holds the port: browsers send cookies of one host to all its ports.
    """

    def __init__(self, token: str, port: int) -> None:
        self._token = token.encode()
        self._cookie = f"kb-{port}"

    def reply(self, scope: Any) -> Reply | None:
        """None for who may pass; else a redirect that takes the token out of the address, or a refusal."""
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        if given and scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            if len(given) == 1 and self._is_right(given[0]):
                return self._welcome(scope["path"], [(name, value) for name, value in query if name != "token"])
            return _refusal(scope, "The token in the address is wrong.", "地址中的令牌不正确。")
        if any(self._is_right(token) for token in self._sent(scope["headers"])):
            return None
        return _refusal(scope, "This address needs the token.", "访问此地址需要令牌。")

    def _is_right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token)

    def _sent(self, headers: Headers) -> Iterator[str]:
        """The tokens in a request's headers."""
        for name, raw in headers:
            value = raw.decode("latin-1")
            if name == b"authorization":
                scheme, _, token = value.partition(" ")
                if scheme.lower() == "bearer":
                    yield token.strip()
            elif name == b"cookie":
                for part in value.split(";"):
                    key, _, token = part.strip().partition("=")
                    if key == self._cookie:
                        yield token

    def _welcome(self, path: str, query: list[tuple[str, str]]) -> Reply:
        place = "/" + quote(path.lstrip("/"))  # one slash: `//host` would lead to another host
        # Lax: a strict cookie would not go along where the address was clicked in a mail or wiki. Requests that another
        # site's page makes by itself carry none, and a foreign Origin is refused.
        cookie = f"{self._cookie}={self._token.decode()}; Path=/; Max-Age={_COOKIE_SECONDS}; HttpOnly; SameSite=Lax"
        location = place + (f"?{urlencode(query)}" if query else "")
        return Reply(303, [(b"location", location.encode()), (b"set-cookie", cookie.encode()), _NO_STORE])


_NO_STORE = (b"cache-control", b"no-store")
_HELP_EN = (
    "Open the address that <code>kb up</code> printed when it started; it holds the token. "
    "<code>kb up</code>, run once more on this machine for the same home, prints it again. "
    "Programs send the token of the file <code>token</code> in the home as <code>Authorization: Bearer</code>."
)
_HELP_ZH = (
    "请打开 <code>kb up</code> 启动时显示的地址，其中带有令牌。在本机对同一目录再次运行 <code>kb up</code>，"
    "会重新显示该地址。程序请用 <code>Authorization: Bearer</code> 发送该目录下 <code>token</code> 文件中的令牌。"
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>401</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1rem }}
h1 {{ font-size: 1.25rem; margin-bottom: .25rem }} code {{ font-size: .92em }} section {{ margin-bottom: 2rem }}
</style></head><body>
<section><h1>{en}</h1><p>{help_en}</p></section>
<section lang="zh"><h1>{zh}</h1><p>{help_zh}</p></section>
</body></html>
"""


def _refusal(scope: Any, english: str, chinese: str) -> Reply:
    """401: JSON for the API, a small page elsewhere."""
    headers: Headers = [(b"www-authenticate", b'Bearer realm="kb"'), _NO_STORE]
    if is_api(scope["path"]):
        message = (
            f"{english} Send the token of the file `token` in the home as `Authorization: Bearer TOKEN`, or open the "
            "address that `kb up` prints."
        )
        body = json.dumps({"error": {"kind": "TokenMissing", "message": message}}).encode()
        return Reply(401, [(b"content-type", b"application/json"), *headers], body)
    page = _PAGE.format(en=english, zh=chinese, help_en=_HELP_EN, help_zh=_HELP_ZH)
    return Reply(401, [(b"content-type", b"text/html; charset=utf-8"), *headers], page.encode())


def is_api(path: str) -> bool:
    """Whether a path belongs to the API rather than to the page."""
    return path == "/api" or path.startswith("/api/")
