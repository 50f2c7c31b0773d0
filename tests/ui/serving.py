"""A service in this process: a real home, real uvicorn on a free port, a tiny embedding model, scripted answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
import uvicorn

from kb.assistant import KnowledgeBase
from kb.config import Settings
from tests.fakes import ScriptedModel
from ui.api import stream
from ui.api.routes import enlarge_threads
from ui.connections import PatientProtocol
from ui.programs import Programs
from ui.server import Hardened, _listen
from ui.service import runtime
from ui.service.auth import RunningService, announced, running_service, token_of
from ui.service.listening import ListeningAddress

SETTINGS = Settings.model_validate(
    {
        "embedding": {"llamaindex_class": "tests.tiny:TinyEmbedding"},
        "ingest": {"max_file_mb": 1},
        "service": {"questions_a_minute": 0, "searches_a_minute": 0, "requests_a_minute": 0},
    }
)
PATIENCE = 150.0  # seconds in which an answer that was stopped is checked, however busy the machine is
REPLY = "<think>The handbook says it.</think>\n\nThe office in Utrecht opens at 7:45 [1]."


@dataclass
class Served:
    """A service that runs, and a client with its token."""

    service: runtime.Service
    running: RunningService
    http: httpx.Client


def opened(home: Path, model: ScriptedModel | None = None, settings: Settings = SETTINGS) -> KnowledgeBase:
    """A knowledge base whose language model is the scripted one."""
    kb = KnowledgeBase.open(home, settings)
    kb._model = model or ScriptedModel([REPLY])
    return kb


@contextmanager
def serving(kb: KnowledgeBase) -> Iterator[Served]:
    """Serve the API of a knowledge base, without the page, until the `with` ends."""
    with _listen(ListeningAddress()) as listener, patch.object(stream, "_LET_GO_SECONDS", PATIENCE):
        service = runtime.Service.of(kb, ListeningAddress(port=listener.getsockname()[1]))
        service.warm_up.state = "ready"
        programs = Programs(service)

        class Server(uvicorn.Server):
            async def startup(self, sockets: object = None) -> None:
                await super().startup(sockets=sockets)  # type: ignore[arg-type]
                enlarge_threads()
                ready.set()

        ready = threading.Event()
        config = uvicorn.Config(
            Hardened(programs, service.place, service.gate),
            http=PatientProtocol,
            log_level="warning",
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=3,
        )
        server = Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server")
        with announced(kb.home.path, service.place):
            thread.start()
            try:
                assert ready.wait(30)
                running = running_service(kb.home.path)
                assert running is not None
                headers = {"authorization": f"Bearer {token_of(kb.home.path)}"}
                with httpx.Client(
                    base_url=f"{running.origin}/api/", headers=headers, trust_env=False, timeout=30
                ) as client:
                    yield Served(service, running, client)
            finally:
                programs.closing.set()
                for turn in service.conversations.running():
                    turn.running.stop("interrupted")
                server.should_exit = True
                thread.join(20)
                service.shut_down()
    assert not thread.is_alive()


def client(served: Served, person: str) -> httpx.Client:
    """Somebody at the API, by a token of their own that may do all they may."""
    _, secret = served.service.tokens.create("test", ["admin"], 1, by="test", person=person)
    headers = {"authorization": f"Bearer {secret}"}
    return httpx.Client(base_url=f"{served.running.origin}/api/", headers=headers, trust_env=False, timeout=60)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    ended = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        ended.wait(0.02)
    raise AssertionError("it did not come to be")
