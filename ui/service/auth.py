"""Access: the token of programs, the sessions of browsers, and where the running service of a home is found."""

import fcntl
import hashlib
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

from anyio import to_thread

from kb.errors import HomeError
from kb.people.sessions import Session
from ui.service.sessions import SESSION_LASTS, Sessions

ADDRESS = "127.0.0.1"
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


def page_address(origin: str, code: str) -> str:
    """The address that lets a browser in, once; the code leaves it at that request."""
    return f"{origin}/?code={code}"


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
    """Lets in programs, which have the token (`Authorization: Bearer`), and browsers, which have a session (a cookie).

    A code in the address begins a session, once. The cookie's name is the home's: browsers send the cookies of a host
    to all its ports.
    """

    def __init__(self, token: str, home: Path, sessions: Sessions) -> None:
        self._token, self._sessions = token.encode(), sessions
        self._cookie = f"kb-{hashlib.sha256(str(home.absolute()).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"

    async def reply(self, scope: Any) -> Reply | None:
        """None for who may pass, with the session, or None, as `SESSION` in the scope; else what is answered instead:
        a redirect that takes the code out of the address, or a refusal. Raises KBError where a session cannot be
        stored.
        """
        bearers, secrets = self._sent(scope["headers"])
        session = next(filter(None, map(self._sessions.holder, secrets)), None)
        scope[SESSION] = session
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        codes = [value for name, value in query if name == "code"]
        if codes and scope["type"] == "http" and scope["method"] == "GET" and not is_api(scope["path"]):
            place = _without_code(scope["path"], query)
            if session is not None:
                return Reply(303, [(b"location", place), _NO_STORE])
            secret = await to_thread.run_sync(self._sessions.exchange, codes[0], _label(scope["headers"]))
            if secret is None:
                return _refusal(scope, "This address was used already, or is too old.", "这个地址已经用过，或已过期。")
            lasts = int(SESSION_LASTS.total_seconds())
            cookie = f"{self._cookie}={secret}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict"
            return Reply(303, [(b"location", place), (b"set-cookie", cookie.encode()), _NO_STORE])
        if session is not None or any(map(self._is_token, bearers)):
            return None
        if _came_from_elsewhere(scope):
            return _AGAIN
        return _refusal(scope, "This page needs a new address.", "请用新的地址打开此页面。")

    def while_it_lasts(self, session: Session, receive: Any, send: Any) -> tuple[Any, Any]:
        """`receive` and `send` of a WebSocket over which nothing goes any more once the session has ended."""
        closed = False

        async def receive_while() -> Any:
            message = await receive()
            return message if self._sessions.lasts(session.id) else {"type": "websocket.disconnect", "code": 1008}

        async def send_while(message: Any) -> None:
            nonlocal closed
            if closed:
                return
            if closed := not self._sessions.lasts(session.id):
                message = {"type": "websocket.close", "code": 1008}
            await send(message)

        return receive_while, send_while

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token)

    def _sent(self, headers: Headers) -> tuple[list[str], list[str]]:
        """The tokens and the secrets of sessions in a request's headers."""
        bearers, secrets = [], []
        for name, raw in headers:
            value = raw.decode("latin-1")
            if name == b"authorization":
                scheme, _, token = value.partition(" ")
                if scheme.lower() == "bearer":
                    bearers.append(token.strip())
            elif name == b"cookie":
                pairs = (part.strip().partition("=") for part in value.split(";"))
                secrets += [secret for key, _, secret in pairs if key == self._cookie]
        return bearers, secrets


SESSION = "kb.session"  # where a request's scope says which session it has
_NO_STORE = (b"cache-control", b"no-store")


def _without_code(path: str, query: list[tuple[str, str]]) -> bytes:
    place = "/" + quote(path.lstrip("/"))  # one slash: `//host` would lead to another host
    kept = urlencode([(name, value) for name, value in query if name != "code"])
    return (place + (f"?{kept}" if kept else "")).encode()


def _label(headers: Headers) -> str:
    """What a browser says it is, in short: `Firefox on Linux`."""
    agent = next((value.decode("latin-1") for name, value in headers if name == b"user-agent"), "")
    browser = next((shown for word, shown in _BROWSERS if word in agent), agent.partition("/")[0][:40])
    system = next((f" on {shown}" for word, shown in _SYSTEMS if word in agent), "")
    return browser + system


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def _came_from_elsewhere(scope: Any) -> bool:
    """Whether a browser comes here by a link of another site: it then leaves a strict cookie at home."""
    headers = dict(scope["headers"])
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not is_api(scope["path"])
        and headers.get(b"sec-fetch-site") == b"cross-site"
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
    )


# The browser asks once more, from this page of ours, and then sends the cookie if it has one.
_AGAIN = Reply(
    200,
    [(b"content-type", b"text/html; charset=utf-8"), _NO_STORE],
    b'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title></title>',
)
_HELP_EN = (
    "Run <code>kb open</code> on this machine, and open the address that it prints: it works once, for ten minutes. "
    "The browser then stays signed in for 30 days. "
    "Programs send the token of the file <code>token</code> in the home as <code>Authorization: Bearer</code>."
)
_HELP_ZH = (
    "请在本机运行 <code>kb open</code>，并打开它显示的地址；该地址十分钟内有效，只能使用一次，"
    "之后浏览器保持登录 30 天。"
    "程序请用 <code>Authorization: Bearer</code> 发送知识库目录下 <code>token</code> 文件中的令牌。"
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
            "The token is missing or wrong. Send that of the file `token` in the home as `Authorization: Bearer TOKEN`."
        )
        body = json.dumps({"error": {"kind": "TokenMissing", "message": message}}).encode()
        return Reply(401, [(b"content-type", b"application/json"), *headers], body)
    page = _PAGE.format(en=english, zh=chinese, help_en=_HELP_EN, help_zh=_HELP_ZH)
    return Reply(401, [(b"content-type", b"text/html; charset=utf-8"), *headers], page.encode())


def is_api(path: str) -> bool:
    """Whether a path belongs to the API rather than to the page."""
    return path == "/api" or path.startswith("/api/")
