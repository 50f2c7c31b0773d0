"""Calling a running service: one request after the other, or the lines of a stream. Its errors are raised here."""

import json
import ssl
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from kb import errors
from kb.errors import KBError, UsageError
from kb.messages.coded_text import CodedText, of_fields
from kb.schema import Principal

if TYPE_CHECKING:
    from ui.service.auth import RunningService

Form = dict[str, Any]
_CONNECT_SECONDS = 30.0  # the handshake of TLS is within: a service whose page begins on a busy machine is slow
_STOP_SECONDS = 0.1  # how soon a stop is passed on


class ServiceGone(KBError):
    """The running service ended, or does not answer."""


class Connection:
    """To one service, with its token. `client` is whose turn in the queue the questions take."""

    def __init__(self, service: "RunningService", client: str) -> None:
        self._service = service
        self._http = httpx.Client(
            base_url=f"{service.origin}/api/",
            headers={"authorization": f"Bearer {service.token}", "x-kb-client": quote(client)},
            timeout=httpx.Timeout(_CONNECT_SECONDS, read=None),
            trust_env=False,  # no proxy stands between two processes of one machine
            verify=_trusting(service.certificate),
        )

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def call(
        self, method: str, path: str, asker: Principal | None = None, *, body: Form | None = None, params: Any = None
    ) -> Any:
        """The JSON of a reply. Raises the error of the service, or ServiceGone."""
        with self._errors():
            response = self._http.request(
                method, path, content=None if body is None else json.dumps(body), params=params, headers=_headers(asker)
            )
            return _checked(response).json()

    def lines(
        self,
        method: str,
        path: str,
        asker: Principal | None,
        body: Form | None,
        stop: threading.Event | None,
        on_stop: Callable[[], None],
    ) -> Generator[Form, None, None]:
        """The lines of a stream. `on_stop` is called when `stop` is set; the stream then ends by itself."""
        content = None if body is None else json.dumps(body)
        ended = threading.Event()
        with (
            self._errors(),
            self._http.stream(method, path, content=content, headers=_headers(asker)) as response,
        ):
            if response.status_code >= 400:
                response.read()
            _checked(response)
            if stop is not None:
                threading.Thread(target=_pass_on, args=(stop, ended, on_stop), daemon=True).start()
            try:
                for line in response.iter_lines():
                    yield json.loads(line)
            finally:
                ended.set()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, httpx.StreamError) as error:
            raise ServiceGone(
                "service.gone", pid=self._service.pid, port=self._service.port, why=error or type(error).__name__
            ) from error


def _trusting(certificate: str) -> ssl.SSLContext:
    """Trusts this very certificate, which the service has written into its home, and nobody else.

    It is asked for by its address, which the certificate need not name.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificate:
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=certificate)
    return context


def _pass_on(stop: threading.Event, ended: threading.Event, on_stop: Callable[[], None]) -> None:
    """Tell the service of a stop, until it is heard: there may be nothing to stop yet, or no more."""
    while not ended.wait(_STOP_SECONDS):
        if stop.is_set():
            with suppress(KBError, RuntimeError):  # the stream may end meanwhile, and the connection be closed
                on_stop()
                return


def _headers(asker: Principal | None) -> dict[str, str]:
    headers = {"content-type": "application/json"}
    return headers if asker is None else {**headers, "x-kb-user": quote(asker.name)}


def _checked(response: httpx.Response) -> httpx.Response:
    """The response, if it is a success; else the error it tells."""
    if response.status_code < 400:
        return response
    try:
        error = response.json()["error"]
        kind, message = str(error["kind"]), of_fields(str(error["message"]), error)
    except (ValueError, KeyError, TypeError):
        kind, message = "KBError", CodedText("service.status", status=response.status_code)
    raise error_of(kind, message)


def error_of(kind: str, message: str) -> KBError:
    """An error of the service as the class it has there."""
    if kind in ("JobNotFound", "RunNotFound", "SessionNotFound"):
        return UsageError(message)
    found = getattr(errors, kind, KBError)
    return found(message) if isinstance(found, type) and issubclass(found, KBError) else KBError(message)
