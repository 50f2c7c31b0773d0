"""Access: the gate before page and API, the home's token, and where the running service of a home is found."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import anyio
from anyio import to_thread

from kb.errors import HomeError, TooManyRequests, why
from kb.messages.coded_text import CodedText, fields
from kb.people.rates import Rates
from kb.people.sessions import Session
from ui.service.listening import LOOPBACK, ListeningAddress
from ui.service.replies import MCP, NO_STORE, OPENAI, Headers, Reply, is_api, is_under, label_of, rpc_error
from ui.service.sessions import SESSION_LASTS, Sessions
from ui.service.sign_in import SignIn, cookie_of, place_of
from ui.service.sign_in_page import PASSWORD, SIGN_IN, unknown
from ui.service.visitors import Visitor, Visitors

ADDRESS = LOOPBACK
_LEAST_TOKEN = 32  # characters: a shorter one was not made here


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that owns a home now. `certificate` is what it shows to programs of this machine, as text (PEM)."""

    port: int
    pid: int
    token: str
    address: str = ADDRESS
    certificate: str = ""

    @property
    def origin(self) -> str:
        return ListeningAddress(self.address, self.port).here_origin.replace(
            "http:", "https:" if self.certificate else "http:"
        )


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
        raise HomeError("home.token_unusable", file=file, why=why(error)) from error
    return token


@contextmanager
def announced(home: Path, place: ListeningAddress) -> Iterator[None]:
    """Say in the home, while this lasts, where its service is (file `service.json`, mode 0600)."""
    file = home / "service.json"
    try:
        _write(file, json.dumps({"port": place.port, "pid": os.getpid(), **_apart(place)}) + "\n")
    except OSError as error:
        raise HomeError("home.file_not_written", file=file, why=why(error)) from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _apart(place: ListeningAddress) -> dict[str, str]:
    """What is to be known of a service beside its port, where it is not the usual one."""
    told = {"address": place.here} if place.here != ADDRESS else {}
    return told | ({"certificate": place.certificate.text} if place.certificate else {})


def running_service(home: Path) -> RunningService | None:
    """The service that owns this home. What a crash left is not believed: its process must hold the home's lock."""
    home = home.expanduser().absolute()
    try:
        note = json.loads((home / "service.json").read_text(encoding="utf-8"))
        port, pid = int(note["port"]), int(note["pid"])
        address, certificate = str(note.get("address", ADDRESS)), str(note.get("certificate", ""))
        token = (home / "token").read_text(encoding="ascii").strip()
        owner = int((home / "lock").read_text(encoding="ascii"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if owner != pid or not 0 < port < 65536 or not token or not _alive(pid) or not _locked(home / "lock"):
        return None
    return RunningService(port, pid, token, address, certificate)


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


class Gatekeeper:
    """Lets in whom `Visitors` knows; a code in the address begins a session of the owner, once.

    Others are told how to get in: by signing in where there are accounts, else by an address of `kb open`.
    """

    def __init__(self, visitors: Visitors, sessions: Sessions, sign_in: SignIn, rates: Rates | None = None) -> None:
        self._visitors, self._sessions, self._sign_in, self._rates = visitors, sessions, sign_in, rates

    async def reply(self, scope: Any, receive: Any = None) -> Reply | None:
        """None for who may pass, with who it is as `VISITOR` in the scope; else what is answered instead: a form, a
        redirect, or a refusal. Raises KBError where a session cannot be stored.
        """
        visitor = self._visitors.of(scope["headers"])
        scope[VISITOR] = visitor
        if _is_from_elsewhere(scope, visitor):
            return _NOT_FROM_HERE
        if scope["type"] == "http":
            reply = await self._sign_in.reply(scope, receive, visitor)
            if reply is None:
                reply = await self._exchanged(scope, visitor)
            if reply is not None:
                return reply
        if visitor is None:
            return self._refusal(scope)
        if visitor.must_change and not _is_leaving(scope):
            return _first_a_password(scope)
        return self._too_many(scope, visitor)

    def _too_many(self, scope: Any, visitor: Visitor) -> Reply | None:
        """What a program is answered whose person's programs send more than they may."""
        if self._rates is None or visitor.session is not None or visitor.has_home_token:
            return None
        try:
            self._rates.request(visitor.asker)
        except TooManyRequests as error:
            after = (b"retry-after", str(error.retry_after).encode())
            return _api_refusal(scope["path"], 429, "TooManyRequests", error.message, [after])
        return None

    async def _exchanged(self, scope: Any, visitor: Visitor | None) -> Reply | None:
        """The redirect that takes a code out of the address; None where there is none."""
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        codes = [value for name, value in query if name == "code"]
        if not codes or scope["method"] != "GET" or is_api(scope["path"]):
            return None
        place = place_of(scope["path"], scope.get("query_string", b""), without=("code",)).encode()
        if visitor is not None and visitor.session is not None:
            return Reply(303, [(b"location", place), NO_STORE])
        secret = await to_thread.run_sync(self._sessions.exchange, codes[0], label_of(scope["headers"]))
        if secret is None:
            return _address_refusal("This address was used already, or is too old.", "这个地址已经用过，或已过期。")
        cookie = cookie_of(self._visitors, secret, int(SESSION_LASTS.total_seconds()))
        return Reply(303, [(b"location", place), (b"set-cookie", cookie.encode()), NO_STORE])

    def _refusal(self, scope: Any) -> Reply:
        if is_api(scope["path"]):
            return _api_refusal(scope["path"], 401, "TokenMissing", _NO_TOKEN, [_BEARER])
        if _came_from_elsewhere(scope):
            return _AGAIN
        if self._sign_in.needed:
            return self._sign_in.page(scope)
        return _address_refusal("This page needs a new address.", "请用新的地址打开此页面。")

    def while_it_lasts(self, session: Session, receive: Any, send: Any) -> tuple[Any, Any]:
        """`receive` and `send` of a WebSocket over which nothing goes any more once the session has ended."""
        closed = False

        async def receive_while() -> Any:
            message = await receive()
            seen = message["type"] == "websocket.receive"
            lasts = self._visitors.goes_on(session, seen=seen)
            return message if lasts else {"type": "websocket.disconnect", "code": 1008}

        async def send_while(message: Any) -> None:
            nonlocal closed
            if closed:
                return
            if closed := not self._visitors.goes_on(session):
                message = {"type": "websocket.close", "code": 1008}
            await send(message)

        return receive_while, send_while

    def while_let_in(self, scope: Any, receive: Any, send: Any) -> tuple[Any, Any]:
        """`receive` and `send` of a request, over which nothing more of a stream goes once its session or token has
        ended: the client is as good as gone then. What is answered at once, such as to who signs out, is answered.
        """
        visitor: Visitor = scope[VISITOR]
        cut = anyio.Event()

        def lasts() -> bool:
            if visitor.session is not None:
                return self._visitors.goes_on(visitor.session)
            return self._visitors.of(scope["headers"]) is not None

        async def receive_while() -> Any:
            message: Any = {"type": "http.disconnect"}
            async with anyio.create_task_group() as group:

                async def end() -> None:
                    await cut.wait()
                    group.cancel_scope.cancel()

                group.start_soon(end)
                message = await receive()
                group.cancel_scope.cancel()
            return message

        async def send_while(message: Any) -> None:
            if not cut.is_set() and message.get("more_body", False) and not lasts():
                cut.set()
            if not cut.is_set():
                await send(message)

        return receive_while, send_while


VISITOR = "kb.visitor"  # where a request's scope says who it comes from
_BEARER = (b"www-authenticate", b'Bearer realm="kb"')
_NO_TOKEN = CodedText("token.missing")
_CHANGE_FIRST = CodedText("password.change_first")


def _is_from_elsewhere(scope: Any, visitor: Visitor | None) -> bool:
    """Whether something is to be done in the name of whose browser shows another site's page.

    A foreign `Origin` is refused before the gate; a browser that changes something must say where from.
    """
    if scope["type"] != "http":
        return False  # a browser's says its origin
    if visitor is None and not scope["path"].startswith(SIGN_IN):
        return False  # a stranger, who is refused anyhow
    if visitor is not None and visitor.session is None:
        return False  # a program: no browser sends its token by itself
    headers = dict(scope["headers"])
    site = headers.get(b"sec-fetch-site")
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return is_api(scope["path"]) and site in (b"cross-site", b"same-site")
    return site != b"same-origin" if site is not None else b"origin" not in headers


def _is_leaving(scope: Any) -> bool:
    """Whether a request ends the session it comes with."""
    is_delete = scope["type"] == "http" and scope["method"] == "DELETE"
    return is_delete and scope["path"] in ("/api/sessions/current", "/api/sessions")


def _first_a_password(scope: Any) -> Reply:
    if is_api(scope["path"]) or scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
        return _api_refusal(scope["path"], 403, "RefusedByPolicy", _CHANGE_FIRST)
    place = place_of(scope["path"], scope.get("query_string", b""))
    return Reply(303, [(b"location", f"{PASSWORD}?{urlencode({'next': place})}".encode()), NO_STORE])


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
    [(b"content-type", b"text/html; charset=utf-8"), NO_STORE],
    b'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title></title>',
)
_HELP_EN = (
    "Run `kb open` on this machine, and open the address that it prints: it works once, for ten minutes. "
    "The browser then stays signed in for 30 days. "
    "Programs send the token of the file `token` in the home as `Authorization: Bearer`."
)
_HELP_ZH = (
    "请在本机运行 `kb open`，并打开它显示的地址；该地址十分钟内有效，只能使用一次，"
    "之后浏览器保持登录 30 天。"
    "程序请用 `Authorization: Bearer` 发送知识库目录下 `token` 文件中的令牌。"
)
_NOT_FROM_HERE = Reply(
    403,
    [(b"content-type", b"text/plain; charset=utf-8"), NO_STORE],
    b"Refused: this request does not come from a page of this service.\n",
)


def _api_refusal(path: str, status: int, kind: str, message: str, more: Headers | None = None) -> Reply:
    """A refusal in the form that is read there: OpenAI's, JSON-RPC's, or our own."""
    told: dict[str, Any] = {"error": {"kind": kind, "message": message, **fields(message)}}
    if is_under(OPENAI, path):
        code = {401: "invalid_api_key", 429: "rate_limit_exceeded"}.get(status, kind)
        form = "requests" if status == 429 else "invalid_request_error"
        told = {"error": {"message": message, "type": form, "param": None, "code": code}}
    elif is_under(MCP, path):
        told = rpc_error(kind, message)
    body = json.dumps(told).encode()
    return Reply(status, [(b"content-type", b"application/json"), NO_STORE, *(more or [])], body)


def _address_refusal(english: str, chinese: str) -> Reply:
    page = unknown(english, _HELP_EN, chinese, _HELP_ZH)
    return Reply(401, [(b"content-type", b"text/html; charset=utf-8"), _BEARER, NO_STORE], page.encode())
