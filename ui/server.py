"""The server: one process, one origin, on loopback unless told otherwise. Page and API come from one uvicorn."""

import base64
import contextlib
import hashlib
import logging
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb import privacy
from kb.errors import KBError, why
from kb.people.accounts import People
from ui.logs import without_values
from ui.service import runtime
from ui.service.auth import ADDRESS, VISITOR, Gatekeeper, announced
from ui.service.listening import ListeningAddress, check, is_loopback
from ui.service.replies import Reply, is_api

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase

_SCRIPT = Path(__file__).with_name("page") / "app.py"
_LOCAL_NAMES = ("127.0.0.1", "localhost")
_SWITCH_SECONDS = 0.001  # how long a thread of Python keeps those waiting that search and list; 5 ms by default

log = logging.getLogger(__name__)


def serve(
    kb: "KnowledgeBase",
    port: int | ListeningAddress,
    *,
    page: bool = True,
    on_ready: Callable[[str], None] = lambda origin: None,
) -> None:
    """Serve page and API until SIGTERM or Ctrl-C; returns after a clean stop. Port 0 takes a free one.

    A port is that of loopback; a place is where `ui.service.listening` has it. `on_ready(origin)` is called when the
    server listens; models are loaded after that, in the background. Without `page` there is the API alone. Raises
    KBError when the port is taken, and RefusedByPolicy for a place that nothing protects.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    place = ListeningAddress(port=port) if isinstance(port, int) else port
    check(place, has_accounts=People(kb.catalog).exist)
    privacy.protect(destination.host for destination in kb.settings.destinations)
    with without_values(), _listen(place) as listener:
        place = replace(place, port=listener.getsockname()[1])
        service = runtime.Service.of(kb, place)
        runtime.install(service)
        try:
            _run(listener, service, page, on_ready)
        finally:
            service.shut_down()
            runtime.install(None)


def _run(
    listener: socket.socket,
    service: runtime.Service,
    page: bool,
    on_ready: Callable[[str], None],
) -> None:
    import uvicorn

    from ui.api.routes import enlarge_threads
    from ui.connections import IDLE_SECONDS, PatientProtocol
    from ui.programs import Programs

    programs, place = Programs(service), service.place

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            enlarge_threads()
            on_ready(place.origin)
            service.start()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            programs.closing.set()
            for turn in service.conversations.running():
                turn.running.stop("interrupted")  # pages that follow an answer let go at once
            await super().shutdown(sockets=sockets)

    app = Together(_streamlit(place, service.kb.settings.ingest.max_file_mb), programs) if page else programs
    config = uvicorn.Config(
        in_front(Hardened(app, place, service.gate), place),
        http=PatientProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe is said in `in_front`
        ssl_certfile=place.certificate.file if place.certificate else None,
        ssl_keyfile=place.certificate.key if place.certificate else None,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=IDLE_SECONDS,
        ws_max_size=64 * 1024 * 1024,
    )
    with _signals_end_the_server(), announced(service.kb.home.path, place):
        Server(config).run(sockets=[listener])


class Together:
    """ASGI: what programs speak to under its own paths, the page everywhere else. Start and stop are the page's."""

    def __init__(self, page: Any, programs: Any) -> None:
        self._page, self._programs = page, programs

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        app = self._programs if scope["type"] == "http" and is_api(scope["path"]) else self._page
        await app(scope, receive, send)


def _streamlit(place: ListeningAddress, max_upload_mb: int) -> Any:
    """Streamlit as an ASGI application; every option that matters is set here, not in a file of the working folder."""
    from streamlit.web import bootstrap

    bootstrap.load_config_options(
        {
            "global.developmentMode": False,
            "browser.gatherUsageStats": False,
            "browser.serverAddress": ADDRESS,
            "browser.serverPort": place.port,
            "client.showErrorDetails": "none",
            "client.showErrorLinks": False,
            "client.toolbarMode": "minimal",
            "logger.level": "warning",
            "runner.postScriptGC": False,  # with the models loaded it holds up everything for 0.3 s at each click
            "server.address": ADDRESS,
            "server.enableAgentApi": False,
            "server.enableStaticServing": False,
            "server.fileWatcherType": "none",
            "server.headless": True,
            "server.maxUploadSize": max_upload_mb,
            "server.port": place.port,
            "server.runOnSave": False,
            "theme.baseRadius": "0.6rem",
            "theme.font": _FONT,
            "theme.light.primaryColor": "#3451d1",
            "theme.light.backgroundColor": "#ffffff",
            "theme.light.secondaryBackgroundColor": "#f3f4f8",
            "theme.light.textColor": "#1b1f2a",
            "theme.dark.primaryColor": "#4f6bec",
            "theme.dark.backgroundColor": "#14161c",
            "theme.dark.secondaryBackgroundColor": "#1e212a",
            "theme.dark.textColor": "#e8eaf0",
        }
    )
    from streamlit.starlette import App

    # Streamlit puts this folder into sys.path for each run of the script and takes it out after, unless it is there: an
    # import that another thread is looking for meanwhile would miss an entry ("No module named ...").
    folder = str(_SCRIPT.parent)
    if folder not in sys.path:
        sys.path.append(folder)
    return App(_SCRIPT)


_FONT = (
    '"Source Sans", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", '
    '"WenQuanYi Micro Hei", system-ui, sans-serif'
)


class Hardened:
    """ASGI middleware: answers only to its own names and origin, and to whom the gate lets in.

    It also says what the browser must not do.
    """

    def __init__(self, app: Any, place: ListeningAddress, gate: Gatekeeper) -> None:
        from starlette.requests import ClientDisconnect

        self._app, self._disconnect = app, ClientDisconnect
        self._place, self._gate = place, gate
        self._headers = [(name.encode(), value.encode()) for name, value in security_headers(place).items()]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            await self._answer(scope, send, refused)
            return
        try:
            reply = await self._gate.reply(scope, receive)
        except KBError as error:  # a disk that is full
            reply = Reply(503, _FOREIGN.headers, f"{error}\n".encode())
        if reply is not None:
            await self._answer(scope, send, reply)
            return
        if scope["type"] == "websocket" and scope[VISITOR].session is not None:
            receive, send = self._gate.while_it_lasts(scope[VISITOR].session, receive, send)
        elif scope["type"] == "http" and not scope[VISITOR].has_home_token:
            receive, send = self._gate.while_let_in(scope, receive, send)

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self._headers if name != b"content-security-policy"}  # of two, both hold
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in own]
                message = {**message, "headers": kept + self._headers}
            await send(message)

        with contextlib.suppress(self._disconnect):  # an upload that was cut off: nobody is left to be answered
            await self._app(scope, receive, with_headers)

    def _refused(self, scope: Any) -> Reply | None:
        """A foreign Host is DNS rebinding, a foreign Origin another site's page; both are refused, and so is what
        would go over the network in the clear.
        """
        headers = scope["headers"]
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
        if len(hosts) != 1 or not self._place.is_ours(hosts[0]):
            return _FOREIGN
        local, scheme = self._place.is_loopback_name(hosts[0]), scope.get("scheme", "http").replace("ws", "http")
        if any(origin.partition("://")[0] != scheme or not self._is_same(origin, hosts[0]) for origin in origins):
            return _FOREIGN
        if self._place.secure and scheme != "https" and not (local and self._place.certificate is None):
            return _NOT_SECURE
        if local and self._place.proxies and any(name == b"x-forwarded-for" for name, _ in headers):
            return _PROXY_HIDES_NAME
        return None

    def _is_same(self, origin: str, host: str) -> bool:
        """Whether an origin is one of ours: loopback's names are of one service, others must be the very same."""
        said = origin.partition("://")[2]
        return said == host or (self._place.is_loopback_name(said) and self._place.is_loopback_name(host))

    async def _answer(self, scope: Any, send: Any, reply: Reply) -> None:
        kind = "http.response"
        if scope["type"] == "websocket":
            if "websocket.http.response" not in scope.get("extensions", {}):
                await send({"type": "websocket.close", "code": 1008})
                return
            kind = "websocket.http.response"
        own = {name for name, _ in reply.headers}
        rest = [(name, value) for name, value in self._headers if name not in own]
        headers = [*reply.headers, (b"content-length", str(len(reply.body)).encode()), *rest]
        await send({"type": f"{kind}.start", "status": reply.status, "headers": headers})
        await send({"type": f"{kind}.body", "body": b"" if scope.get("method") == "HEAD" else reply.body})


_FOREIGN = Reply(
    403,
    [(b"content-type", b"text/plain; charset=utf-8")],
    b"Refused: this server answers only to its own addresses.\n",
)
_NOT_SECURE = replace(_FOREIGN, body=b"Refused: this service is used over https alone.\n")
_PROXY_HIDES_NAME = replace(
    _FOREIGN,
    body=b"Refused: the proxy must pass on the name that was asked for (nginx: proxy_set_header Host $http_host).\n",
)
_NOT_THE_PROXY = replace(_FOREIGN, body=b"Refused: this service is reached through its proxy alone.\n")


def in_front(app: Any, place: ListeningAddress) -> Any:
    """ASGI: takes connections of proxies that are trusted, and what they say of whom a request comes from.

    Without TLS of its own, nobody else on the network is let in; programs of this machine are.
    """
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    if not place.proxies:
        return app
    believing = ProxyHeadersMiddleware(app, trusted_hosts=list(place.proxies))

    async def only_known(scope: Any, receive: Any, send: Any) -> None:
        peer = str((scope.get("client") or ("", 0))[0])
        if scope["type"] not in ("http", "websocket") or place.is_proxy(peer):
            await believing(scope, receive, send)
        elif place.certificate is not None or is_loopback(peer):
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refused = _NOT_THE_PROXY
            await send({"type": "http.response.start", "status": refused.status, "headers": refused.headers})
            await send({"type": "http.response.body", "body": refused.body})

    return only_known


def security_headers(place: ListeningAddress) -> dict[str, str]:
    """What the browser may load (this origin only) and who may frame the page (nobody)."""
    kind = "wss" if place.certificate else "ws"
    own = [f"{kind}://{name}:{place.port}" for name in _LOCAL_NAMES]
    named = [name if ":" in name or place.certificate is None else f"{name}:{place.port}" for name in place.names]
    sockets = " ".join([*own, *(f"wss://{name}" for name in named if not name.startswith("["))])
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {_inline_scripts()}".strip(),  # our components' scripts are blobs
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' {sockets}",
        "worker-src": "'self' blob:",
        "frame-src": "'none'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "x-dns-prefetch-control": "off",
        **({"strict-transport-security": "max-age=31536000"} if place.secure else {}),
    }


def _inline_scripts() -> str:
    """The hashes of the scripts written into Streamlit's own page: they may run, no other inline script may."""
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _listen(place: ListeningAddress) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in place.host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if not place.is_local:
            privacy.guard.listen_on(place.host)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((place.host, place.port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = why(error)
        raise KBError("service.port_unusable", port=place.port, host=place.host, why=reason) from None
    return listener


@contextlib.contextmanager
def _signals_end_the_server() -> Iterator[None]:
    """uvicorn stops on SIGTERM and SIGINT and then raises them again: here that is the wished end, not a death."""
    wished = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: None) for number in wished}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
