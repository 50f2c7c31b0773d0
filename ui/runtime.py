"""The one service of this process that page and API share: the knowledge base and what runs on it."""

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingest.jobs import Jobs
from kb.errors import KBError
from kb.schema import Principal
from ui.evaluating import Evaluations
from ui.pulling import Pulls
from ui.queueing import FairQueue
from ui.running import LOCAL, Conversations
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
    """What the page's sessions and the API share. `Service.of(kb)` puts it together."""

    kb: "KnowledgeBase"
    conversations: Conversations
    queue: FairQueue
    jobs: Jobs
    uploads: Uploads
    warm_up: WarmUp
    evaluations: Evaluations
    pulls: Pulls
    asker: Principal = LOCAL

    @classmethod
    def of(cls, kb: "KnowledgeBase") -> "Service":
        """The service of a knowledge base; nothing runs yet."""
        queue, jobs = FairQueue(), Jobs(kb)
        return cls(
            kb, Conversations(kb, queue), queue, jobs, Uploads(kb, jobs), WarmUp(kb), Evaluations(kb, queue),
            Pulls(kb.settings),
        )  # fmt: skip

    def start(self) -> None:
        """Load the models in the background, and go on with the jobs that a restart left."""
        self.warm_up.start()
        self.jobs.start()

    def shut_down(self) -> None:
        """Stop what runs; returns when nothing uses the knowledge base any more, or after some seconds."""
        self.conversations.close()
        self.jobs.shut_down()
        self.evaluations.shut_down()
        self.pulls.shut_down()
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
