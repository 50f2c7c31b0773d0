"""The one service of this process that all sessions of the page share: the knowledge base and what runs on it."""

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kb.errors import KBError
from kb.schema import Principal
from ui.running import Conversations
from ui.uploading import Uploads

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase

log = logging.getLogger(__name__)


class WarmUp:
    """Loads the models in the background, so that the page is there within seconds."""

    def __init__(self, kb: "KnowledgeBase") -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.state: Literal["loading", "ready", "failed"] = "loading"
        self.error = ""  # for the reader; "" when it is an internal error

    def start(self) -> None:
        """Load now, or once more after a failure. Does nothing while loading."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self.state = "loading"
            self._thread = threading.Thread(target=self._load, name="warm-up", daemon=True)
            self._thread.start()

    def join(self, timeout: float) -> None:
        """Wait for a load that is under way."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _load(self) -> None:
        try:
            self._kb.warm_up()
        except KBError as error:
            self.error, self.state = str(error), "failed"
        except Exception:
            log.exception("the models could not be loaded")
            self.error, self.state = "", "failed"
        else:
            self.state = "ready"


@dataclass
class Service:
    """What the page's sessions share."""

    kb: "KnowledgeBase"
    conversations: Conversations
    uploads: Uploads
    warm_up: WarmUp
    asker: Principal = field(default_factory=lambda: Principal("local", unlimited=True))

    @classmethod
    def of(cls, kb: "KnowledgeBase") -> "Service":
        return cls(kb, Conversations(), Uploads(kb), WarmUp(kb))

    def shut_down(self) -> None:
        """Stop what runs; returns when nothing uses the knowledge base any more, or after a few seconds."""
        self.uploads.stop()
        self.conversations.stop_all()
        self.uploads.join(10)
        self.warm_up.join(10)


_service: Service | None = None


def install(service: Service | None) -> None:
    """Make `service` the one the page's scripts find."""
    global _service
    _service = service


def current() -> Service:
    """The service of this process. Raises KBError when the page was started without `kb up`."""
    if _service is None:
        raise KBError("The page has no knowledge base. Start it with `kb up`.")
    return _service
