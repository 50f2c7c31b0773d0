"""Connections: uvicorn's protocol with deadlines for slow clients, and room for others where many are open."""

import resource
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0  # for the headers of a request, from the opening of the connection or its first byte
BODY_SECONDS = 20.0  # in which so much of a body must come, or its end
BODY_LEAST = 20_000  # bytes
IDLE_SECONDS = 75  # between requests; longer than proxies and clients keep theirs, which would meet a closed one
STALLED_SECONDS = 120.0  # after which a client is given up that takes nothing of its answer
_OTHER_FILES = 512  # descriptors that the service needs beside its connections
_MOST = 4_096
_NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 45\r\n"
    b"retry-after: 1\r\nconnection: close\r\n\r\nToo many connections are open. Try again soon"
)


def most_connections() -> int:
    """How many connections may be open at once: what the limit of descriptors leaves (`ulimit -n`)."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if files == resource.RLIM_INFINITY else max(files // 4, min(files - _OTHER_FILES, _MOST))


class PatientProtocol(HttpToolsProtocol):
    """Waits for slow clients, but not for ever. An answer may take as long as it likes: only its reader may not.

    Where too many connections are open, the one that has been waiting longest for its request gives way, also one that
    is idle after an answer.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._timer: TimerHandle | None = None  # for the head, and then for the body
        self._stalled: TimerHandle | None = None
        self._came = 0  # bytes of the body since the timer began
        # Those that wait for a request, longest first; of all connections of this server.
        self._waiting: dict[PatientProtocol, None] = self.server_state.__dict__.setdefault("waiting", {})
        self._most: int = self.server_state.__dict__.setdefault("most", most_connections())

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most:
            next(iter(self._waiting), self)._give_way()
        if not transport.is_closing():
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._drop_stalled()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        between = self.cycle is None or self.cycle.response_complete
        if between and self._timer is None and self in self.connections and not self.transport.is_closing():
            self._await_head()  # of the next request

    def on_headers_complete(self) -> None:
        self._rest()
        super().on_headers_complete()
        if not (self.parser.should_upgrade() and self._should_upgrade()):
            self._await_body()

    def on_body(self, body: bytes) -> None:
        self._came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._rest()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None and not self.transport.is_closing():
            self._waiting[self] = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._drop_stalled()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._drop_stalled()

    def _await_head(self) -> None:
        self._waiting[self] = None
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _await_body(self) -> None:
        self._came = 0
        self._timer = self.loop.call_later(BODY_SECONDS, self._judge_body)

    def _judge_body(self) -> None:
        ours = self.flow.read_paused or self.cycle.waiting_for_100_continue  # it is we who take nothing
        if ours or self._came >= BODY_LEAST:
            self._await_body()
        else:
            self.transport.abort()

    def _rest(self) -> None:
        self._waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop_stalled(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _give_way(self) -> None:
        asked = self._timer is not None or self.timeout_keep_alive_task is None
        self._rest()
        self.connections.discard(self)
        if asked:  # an idle client would take it for the answer to what it asks next
            self.transport.write(_NO_ROOM)
        self.transport.close()
