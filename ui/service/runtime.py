"""The one service of this process that page and API share: the knowledge base and what runs on it."""

import gc
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.sync.jobs import Jobs
from kb.errors import KBError
from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.people.rates import Rates
from kb.schema import Principal
from ui.pictures import cache
from ui.service import allowed_paths
from ui.service.auth import Gatekeeper, token_of
from ui.service.conversations import Conversations
from ui.service.evaluation_runs import Evaluations
from ui.service.fair_queue import FairQueue
from ui.service.listening import ListeningAddress
from ui.service.model_downloads import Pulls
from ui.service.own_conversations import OwnConversations
from ui.service.own_jobs import OwnJobs
from ui.service.sessions import Sessions
from ui.service.sign_in import SignIn
from ui.service.throttle import Throttle
from ui.service.uploading import DroppedFiles, Uploads
from ui.service.visitors import Visitors

if TYPE_CHECKING:
    from ingest.sync.jobs import Job
    from kb.assistant import KnowledgeBase
    from ui.sso.single_sign_on import SingleSignOn

_AGAIN_AFTER = (5.0, 15.0, 60.0, 300.0)  # seconds until models that could not be loaded are tried again; then the last
_LET_GO_SECONDS = 3.0  # for an engine to end after a stop

log = logging.getLogger(__name__)


class Busy(KBError):
    """It cannot be done now, because something else is being done."""


class WarmUp:
    """Loads the models in the background, so that the page is there within seconds. What fails is tried again."""

    def __init__(self, kb: "KnowledgeBase", again_after: Sequence[float] = _AGAIN_AFTER) -> None:
        self._kb, self._again_after = kb, again_after
        self._failures = 0  # since it was last asked for
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loading = self._again = False
        self.state: Literal["loading", "ready", "failed"] = "loading"
        self.error = ""  # for the reader; "" when it is an internal error
        self._problem: KBError | None = None

    def start(self) -> None:
        """Load now, and once more where a load is under way: it may be that of another model."""
        with self._lock:
            self._failures = 0
            self._begin()

    def _begin(self) -> None:
        """Load. The lock is held."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.state, self.error = "loading", ""
        if self._loading:
            self._again = True
            return
        self._loading = True
        self._thread = threading.Thread(target=self._load, name="warm-up", daemon=True)
        self._thread.start()

    def join(self, timeout: float | None) -> None:
        """Wait for a load that is under way."""
        if self._thread is not None:
            self._thread.join(timeout)

    def close(self, timeout: float) -> None:
        """Try no more, and wait for a load that is under way."""
        with self._lock:
            self._again_after = ()
            if self._timer is not None:
                self._timer.cancel()
        self.join(timeout)

    def load(self) -> None:
        """Load now, and return when all is loaded. Raises KBError where that fails."""
        self.start()
        self.join(None)
        if self.state == "failed":
            raise self._problem or KBError("service.models_not_loaded")

    def _load(self) -> None:
        while True:
            failed, problem = False, None
            try:
                self._kb.warm_up()
            except KBError as error:
                failed, problem = True, error
            except Exception:
                log.exception("the models could not be loaded")
                failed = True
            _set_aside_what_stays()
            with self._lock:
                if not self._again:
                    self._loading, self._problem = False, problem
                    self.error, self.state = problem.message if problem else "", "failed" if failed else "ready"
                    if failed:
                        self._try_later()
                    return
                self._again = False

    def _try_later(self) -> None:
        """Try again after a while: a model may be there by then, or memory free. The lock is held."""
        if not self._again_after:
            return
        seconds = self._again_after[min(self._failures, len(self._again_after) - 1)]
        self._failures += 1
        self._timer = threading.Timer(seconds, self._retry)
        self._timer.daemon = True
        self._timer.start()

    def _retry(self) -> None:
        with self._lock:
            if self.state == "failed" and self._again_after:
                self._begin()


def _set_aside_what_stays() -> None:
    """Spare the libraries, models and tables that are there now from garbage collection.

    With them a full collection takes a third of a second in which nothing else of the process runs, neither a search
    nor an answer.
    """
    gc.collect()
    gc.freeze()


@dataclass
class Service:
    """What the page's sessions and the API share. `Service.of(kb)` puts it together."""

    kb: "KnowledgeBase"
    conversations: Conversations
    queue: FairQueue
    jobs: Jobs
    uploads: Uploads
    files: DroppedFiles
    warm_up: WarmUp
    evaluations: Evaluations
    pulls: Pulls
    people: People
    tokens: ApiTokens
    sessions: Sessions
    visitors: Visitors
    gate: Gatekeeper
    rates: Rates
    place: ListeningAddress

    @classmethod
    def of(cls, kb: "KnowledgeBase", place: ListeningAddress | None = None) -> "Service":
        """The service of a knowledge base at a place, or where none listens; nothing runs yet."""
        place = place or ListeningAddress()
        queue, jobs, limits = FairQueue(), Jobs(kb), kb.settings.service
        kb.deletion.forgetting.append(cache.forget)
        people = People(kb.catalog)
        tokens = ApiTokens(kb.catalog, people)
        idle, lasts = timedelta(minutes=limits.session_idle_minutes), timedelta(hours=limits.session_hours)
        sessions = Sessions(kb.catalog, idle=idle, lasts=lasts)
        people.on_end.append(sessions.forget)
        visitors = Visitors(token_of(kb.home.path), kb.home.path, sessions, people, tokens, secure=place.secure)
        rates = Rates(limits, lambda name: people.get(name) is not None)
        sso = _single_sign_on(kb, people)
        gate = Gatekeeper(visitors, sessions, SignIn(people, sessions, Throttle(kb.catalog), visitors, sso), rates)
        conversations, uploads = Conversations(kb, queue, rates=rates), Uploads(kb, jobs)
        files = DroppedFiles(kb, jobs, uploads, people)
        conversations.deleting.append(lambda id, by: files.let_all_go(by, id))
        return cls(
            kb, conversations, queue, jobs, uploads, files, WarmUp(kb),
            Evaluations(kb, queue), Pulls(kb.settings), people, tokens, sessions, visitors, gate, rates, place,
        )  # fmt: skip

    def start(self) -> None:
        """Load the models in the background, and go on with the jobs that a restart left."""
        self.kb.record_settings()
        self.warm_up.start()
        self.jobs.start()

    def use_model(self, engine: str | None, name: str | None, by: str = "local") -> None:
        """Answer with this model from now on, and load it; None and None go back to the settings.

        Raises RefusedByPolicy for a file that no request may name, Busy while a model is at work, and what
        `KnowledgeBase.choose_model` raises.
        """
        file = os.path.expanduser(name or "")
        if engine != "ollama" and os.path.exists(file) and not self._was_trained_here(file):  # a GGUF of one's own
            self.check_path(file)
        with self._model_at_rest():
            self.kb.choose_model(engine, name, by)
        self.warm_up.start()

    def _was_trained_here(self, file: str) -> bool:
        return Path(os.path.realpath(file)).is_relative_to(os.path.realpath(self.kb.home.adapters))

    def check_path(self, *paths: str | os.PathLike[str]) -> None:
        """Raise RefusedByPolicy for a path that no request may name; see `ui.service.allowed_paths`."""
        allowed_paths.check(paths, self.kb.settings.ingest.roots, self.kb.home.path)

    def check_set(self, path: Path) -> None:
        """`check_path`, also for all that is read for a question set at `path`."""
        from kb.evaluation.set_files import parts_of

        self.check_path(*parts_of(path))

    def read_set(self, source: Path | bytes, name: str, collection: str, who: str = "local") -> "Job | None":
        """Read in the documents that a question set of others asks about, into a collection. Raises QuestionSetError
        where it brings none, and what `Uploads.add` raises."""
        from kb.evaluation.set_files import documents_of

        with documents_of(source, name) as file:
            return self.uploads.add([(f"{Path(name).stem or 'documents'}.jsonl", file)], collection, who)

    def remove_model(self, name: str) -> None:
        """Delete a model from this machine or its Ollama server; of the one in use the settings' takes the place, which
        is loaded. Raises Busy while it is at work or being fetched."""
        from kb.models import llm

        pull = self.pulls.get(name)
        if pull is not None and not pull.finished:
            raise Busy("models.being_fetched", name=name)
        if name == self.kb.settings.embedding.model:
            raise Busy("models.in_use", name=name)
        run = self.evaluations.running
        if run is not None and run.options.model == name:
            raise Busy("service.busy")
        if not self.answers_with(name):
            llm.remove_model(self.kb.settings.llm, name)
            return
        with self._model_at_rest():
            llm.remove_model(self.kb.settings.llm, name)
            self.kb.drop_model()
        self.warm_up.start()

    def own(self, asker: Principal) -> OwnConversations:
        """The conversations of whoever asks, as far as they may see them."""
        return OwnConversations(self.conversations, self.kb.catalog, asker)

    def jobs_of(self, asker: Principal) -> OwnJobs:
        """The jobs of whoever asks."""
        return OwnJobs(self.jobs, asker)

    @contextmanager
    def _model_at_rest(self) -> Iterator[None]:
        """Hold the turn at the model, so that no answer begins. Raises Busy where one is being written."""
        with self.queue.enter("models") as place:
            ends = time.monotonic() + _LET_GO_SECONDS
            while not place.mine and not self._answering and time.monotonic() < ends:
                time.sleep(0.05)  # an answer that was stopped a moment ago
            if self._answering or not place.mine:
                raise Busy("service.busy")
            yield

    @property
    def _answering(self) -> bool:
        run = self.evaluations.running
        return bool(self.conversations.running()) or (run is not None and not run.options.retrieval_only)

    def answers_with(self, name: str) -> bool:
        """Whether it is the model in use."""
        from kb.models.ollama_server import same_model
        from kb.models.weights import WEIGHTS

        try:
            used = self.kb.model
        except KBError:
            return False
        if used.engine != ("embedded" if name in WEIGHTS else "ollama"):
            return False
        return used.name == name or same_model(name, used.name)

    def shut_down(self) -> None:
        """Stop what runs; returns when nothing uses the knowledge base any more, or after some seconds."""
        self.conversations.close()
        self.jobs.shut_down()
        self.evaluations.shut_down()
        self.pulls.shut_down()
        self.sessions.close()
        self.warm_up.close(10)
        gc.unfreeze()  # libraries complain of what is left at the end of the process


def _single_sign_on(kb: "KnowledgeBase", people: People) -> "SingleSignOn | None":
    settings = kb.settings.people.sso
    if not settings.issuer:
        return None
    from ui.sso.single_sign_on import SingleSignOn

    return SingleSignOn.of(settings, people, kb.catalog)


_service: Service | None = None


def install(service: Service | None) -> None:
    """Make `service` the one the page's scripts find."""
    global _service
    _service = service


def current() -> Service:
    """The service of this process. Raises KBError when the page was started without `kb up`."""
    if _service is None:
        raise KBError("service.page_without_base")
    return _service
