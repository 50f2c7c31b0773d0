"""The client: a running service in place of an open home, for the commands. It has their methods and gives the
same values, so what they print is the same either way."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.access.rules import Place, Readers, Rule
from kb.answering.answer_builder import checked
from kb.errors import KBError
from kb.messages.coded_text import CodedText, of_fields
from kb.people.sessions import Session
from kb.schema import (
    DEFAULT_OPTIONS,
    EVERYTHING,
    Answer,
    AskOptions,
    Chunk,
    Document,
    Done,
    Event,
    Failed,
    Floors,
    HiddenText,
    Language,
    Message,
    PlannedDeletion,
    Principal,
    Retrieval,
    Scope,
    StoredText,
    Target,
)
from kb.serialization import (
    answer_of_form,
    document_of_form,
    event_of_form,
    planned_deletion_of_form,
    retrieval_of_form,
    scope_form,
    stored_text_of_form,
)
from ui.remote.audit import RemoteTrail
from ui.remote.glossary import RemoteGlossary
from ui.remote.http_connection import Connection, Form, ServiceGone, error_of
from ui.remote.passages import RemotePassages
from ui.remote.people import RemotePeople, RemoteTokens
from ui.remote.reviews import RemoteReviews

if TYPE_CHECKING:
    from ingest.sync.pipeline import IngestProgress, IngestReport
    from ingest.sync.reindexing import ReindexProgress, ReindexReport
    from kb.backups.backup import BackupReport, CheckReport
    from kb.config import Settings
    from ui.service.auth import RunningService


class OtherModel(KBError):
    """The running service answers with another model than the one asked for."""


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """The model the service answers with."""

    engine: str
    name: str
    context_tokens: int
    think_budget: int
    weights: str

    def digest(self) -> str:
        """What identifies the weights."""
        return self.weights


class RemoteCatalog:
    """The part of a catalog that commands use."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def find_document(self, asker: Principal, path: str, collection: str | None = None) -> tuple[int, str]:
        """(0, collection). Raises DocumentNotFound."""
        entry = self._call("GET", "documents/entry", asker, params=_params(path=path, collection=collection))
        return 0, entry["collection"]


class RemoteSessions:
    """The browsers that the service let in."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def new_address(self) -> Form:
        """`address`, which lets one browser in, once, and `expires_at`."""
        form: Form = self._call("POST", "sessions/address")
        return form

    def all(self) -> list[Session]:
        """The sessions of browsers, oldest first."""
        found = self._call("GET", "sessions")["sessions"]
        return [Session(**{name: value for name, value in row.items() if name != "current"}) for row in found]

    def revoke(self, id: str, by: str) -> None:
        """End one. Raises UsageError where it is not there."""
        self._call("DELETE", f"sessions/{quote(id, safe='')}", Principal(by))


class RemoteKnowledgeBase:
    """A knowledge base that a running service owns. Errors are those of the service, of the same classes.

    `client` is whose turn the questions take in the service's queue; `on_queued` is told how many answers come first.
    """

    def __init__(
        self, service: "RunningService", *, client: str, on_queued: Callable[[int], None] = lambda ahead: None
    ) -> None:
        self._on_queued = on_queued
        self.origin = service.origin
        self._connection = Connection(service, client)
        self._call, self._lines = self._connection.call, self._connection.lines
        self.catalog = RemoteCatalog(self._call)
        self.trail = RemoteTrail(self._call, self._lines)
        self.sessions = RemoteSessions(self._call)
        self.glossary = RemoteGlossary(self._call)
        self.edits = RemotePassages(self._call)
        self.people = RemotePeople(self._call)
        self.tokens = RemoteTokens(self._call)
        self.reviews = RemoteReviews(self._call, self._lines)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "RemoteKnowledgeBase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the model

    @property
    def settings(self) -> "Settings":
        """The settings of the service; those of the command do not count."""
        from kb.config import Settings

        return Settings.model_validate(self._call("GET", "status")["settings"])

    @property
    def model(self) -> RemoteModel:
        """The language model in use."""
        used = self._call("GET", "models/used")
        weights = used.pop("digest")
        return RemoteModel(**used, weights=weights)

    def use_model(self, engine: str | None = None, model: str | None = None) -> None:
        """Check that the service answers with this model: one command does not change it for all. Raises OtherModel."""
        used = self.model
        if (engine not in (None, "auto", used.engine)) or (model is not None and model != used.name):
            wanted = " ".join(filter(None, (model, f"({engine})" if engine else "")))
            raise OtherModel(
                "service.other_model", name=used.name, engine=used.engine, wanted=wanted, model=model or "NAME"
            )

    def choose_model(self, engine: str | None, model: str | None) -> None:
        """Answer with this model from now on; None and None go back to the settings."""
        self._call("POST", "models/use", body={"engine": engine, "name": model})

    def remove_model(self, name: str) -> None:
        """Delete a model from the machine or its Ollama server."""
        self._call("DELETE", f"models/{quote(name, safe='/:')}")

    def warm_up(self) -> None:
        """Load what the first question would have to wait for."""
        self._call("POST", "models/warm-up")

    # ---- usage

    def usage_form(self, asker: Principal, since: str, until: str) -> Form:
        """The report of usage, as `kb.usage.tables.report_form` gives it."""
        form: Form = self._call("GET", "usage", asker, params={"since": since, "until": until})
        return form

    def agree(self, asker: Principal, agrees: bool) -> None:
        """Whether editors are shown the words of what the asker asks in vain; see `kb.usage.counting`."""
        self._call("PUT", "usage/agreement", asker, body={"agrees": agrees})

    # ---- finding and answering

    def search(
        self, question: str, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING, glossary: bool = True
    ) -> Retrieval:
        """Passages for a question."""
        body = {"question": question, "k": k, "scope": scope_form(scope), "glossary": glossary}
        return retrieval_of_form(self._call("POST", "search", asker, body=body))

    def judge(self, question: str, asker: Principal, scope: Scope = EVERYTHING) -> float | None:
        """How probably the passages found for a question state its answer."""
        found = self._call("POST", "judge", asker, body={"question": question, "scope": scope_form(scope)})
        return None if found["answerable"] is None else float(found["answerable"])

    def keep_floors(self, floors: Mapping[Language, Floors]) -> None:
        """Judge by these floors from now on, with the model in use."""
        self._call("POST", "judge/floors", body={"language": {name: asdict(each) for name, each in floors.items()}})

    def ask(
        self, question: str, asker: Principal, options: AskOptions = DEFAULT_OPTIONS, *, history: Sequence[Message] = ()
    ) -> Iterator[Event]:
        """Answer from the documents. The events of `KnowledgeBase.ask`."""
        return self._answer("ask", asker, _question(question, options, history), options.stop)

    def answer(self, question: str, asker: Principal, options: AskOptions = DEFAULT_OPTIONS) -> Answer:
        """`ask()`, drained. Raises ModelError with the message of a Failed."""
        return answer_of_form(self._call("POST", "ask", asker, body=_question(question, options)))

    def chat(
        self, message: str, options: AskOptions = DEFAULT_OPTIONS, *, history: Sequence[Message] = ()
    ) -> Iterator[Event]:
        """The model without documents. The events of `KnowledgeBase.chat`."""
        return self._answer("chat", None, _message(message, options, history), options.stop)

    def _answer(self, path: str, asker: Principal | None, body: Form, stop: threading.Event | None) -> Iterator[Event]:
        name = ""

        def end() -> None:
            self._call("POST", f"answers/{name}/stop")

        with closing(self._lines("POST", path, asker, {**body, "stream": True}, stop, end)) as lines:
            for form in lines:
                if form["event"] == "started":
                    name = form["id"]
                elif form["event"] == "queued":
                    self._on_queued(form["ahead"])
                elif form["event"] == "failed" and form["kind"] != "ModelError":
                    raise error_of(form["kind"], of_fields(form["error"], form))
                elif (event := event_of_form(form)) is not None:
                    yield event
                    if isinstance(event, Done | Failed):
                        return
        raise ServiceGone("service.stopped_in_answer")

    # ---- documents

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list."""
        found = self._call("GET", "documents", asker, params=_params(collection=collection))
        return [document_of_form(form) for form in found["documents"]]

    def stored_text(
        self, asker: Principal, collection: str | None, path: str, version: int | None = None
    ) -> StoredText:
        """The text of a document: the version that answers, or an earlier one."""
        wanted = _params(path=path, collection=collection, version=version)
        return stored_text_of_form(self._call("GET", "documents/text", asker, params=wanted))

    def hidden(self, stored: StoredText) -> tuple[HiddenText, ...]:
        """What the file of a stored text holds and nobody sees; it is not in the text."""
        wanted = _params(path=stored.path, collection=stored.collection, version=stored.version)
        found = self._call("GET", "documents/text", params=wanted)
        return tuple(HiddenText(**each) for each in found["hidden"])

    def chunks(self, asker: Principal, collection: str | None, path: str) -> list[Chunk]:
        """The chunks of a document, in reading order."""
        found = self._call("GET", "documents/chunks", asker, params=_params(path=path, collection=collection))
        return [Chunk(**chunk) for chunk in found["chunks"]]

    def access_rules(self, asker: Principal) -> list[Rule]:
        """The rules who may read what."""
        return [_rule(form) for form in self._call("GET", "access", asker)["rules"]]

    def readers_of(self, asker: Principal, collection: str | None, path: str) -> Readers:
        """Who may read a document, and which rule says so."""
        form = self._call("GET", "access/document", asker, params=_params(path=path, collection=collection))
        return Readers(tuple(form["readers"]), None if form["rule"] is None else Place(**form["rule"]))

    def set_readers(self, asker: Principal, place: Place, readers: Iterable[str] | None) -> int:
        """Set who may read what lies at a place, or leave it to the other rules. Returns how many documents have other
        readers now."""
        body = {**asdict(place), "readers": None if readers is None else [*readers]}
        return int(self._call("PUT", "access", asker, body=body)["documents"])

    def release(self, asker: Principal, collection: str | None, path: str) -> str:
        """Let a document out of quarantine; see `KnowledgeBase.release`."""
        body = {"document": path, "collection": collection}
        return str(self._call("POST", "documents/release", asker, body=body)["collection"])

    def set_title(self, asker: Principal, collection: str | None, path: str, title: str) -> str:
        """Give a document a title to be shown; see `KnowledgeBase.set_title`."""
        body = {"document": path, "collection": collection, "title": title}
        return str(self._call("PUT", "documents/title", asker, body=body)["collection"])

    def set_tags(self, asker: Principal, collection: str | None, path: str, tags: Iterable[str]) -> str:
        """Give a document these tags; see `KnowledgeBase.set_tags`."""
        body = {"document": path, "collection": collection, "tags": [*tags]}
        return str(self._call("PUT", "documents/tags", asker, body=body)["collection"])

    def move_document(
        self, asker: Principal, collection: str | None, path: str, to: str | None = None,
        to_collection: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """Give a document another path or collection; see `KnowledgeBase.move_document`."""
        body = {"document": path, "collection": collection, "to": to, "to_collection": to_collection}
        moved = self._call("POST", "documents/move", asker, body=body)
        return str(moved["collection"]), str(moved["document"])

    def planned_deletions(self, asker: Principal, targets: Iterable[Target]) -> list[PlannedDeletion]:
        """What goes with these, each given by its id or as (collection or None, path)."""
        found = self._call("POST", "documents/doomed", asker, body=_targets(targets))
        return [planned_deletion_of_form(form) for form in found["documents"]]

    def delete_documents(self, asker: Principal, targets: Iterable[Target]) -> list[PlannedDeletion]:
        """Delete documents as one act; see `KnowledgeBase.delete_documents`. Returns what was deleted."""
        deleted = self._call("POST", "documents/delete", asker, body=_targets(targets))
        return [planned_deletion_of_form(form) for form in deleted["documents"]]

    def repair(self) -> dict[str, int]:
        """Build the derived indexes again from the catalog."""
        repaired: dict[str, int] = self._call("POST", "repair")
        return repaired

    def backup(self, target: Path) -> "BackupReport":
        """Have the service write a backup into a new file or a folder, given by an absolute path."""
        from kb.backups.backup import BackupReport

        form = self._call("POST", "backup", body={"target": _request_path(target)})
        return BackupReport(**{**form, "file": Path(form["file"])})

    def check(self, deep: bool = False) -> "CheckReport":
        """Whether the service's home is whole."""
        from kb.backups.backup import CheckReport

        form = self._call("GET", "check", params={"deep": deep})
        return CheckReport(**{**form, "problems": tuple(form["problems"])})

    def ingest(
        self,
        paths: Sequence[Path],
        asker: Principal,
        *,
        collection: str | None = None,
        prune: bool = False,
        leave: Sequence[Path] = (),
        progress: "Callable[[IngestProgress], None]" = lambda at: None,
        stop: threading.Event | None = None,
    ) -> "IngestReport":
        """Ingest files and folders by a job of the service; see `ingest.sync.pipeline.ingest`. `stop` cancels the job.
        The files of `leave` are left for another time."""
        from ingest.document import files
        from ingest.sync.pipeline import IngestProgress, IngestReport, document_report_of_form

        if missing := [path for path in paths if not path.exists()]:
            files.find(missing)  # says which
        places, left = [_request_path(path) for path in paths], []
        for path in leave:
            with suppress(UnicodeEncodeError):  # it is taken as it is
                left.append(_request_path(path))
        body = {"paths": places, "collection": collection, "prune": prune, "leave": left}
        last = self._call("POST", "ingest", asker, body=body)
        for job in self._followed(last, stop):
            last = job
            if job["state"] == "failed" or (not job["files_total"] and job["state"] != "done"):
                continue  # the files are not known yet
            progress(
                IngestProgress(job["files_done"], job["files_total"], job["chunks"], job["current"], job["seconds"])
            )
        report = self._ended(last)["report"]
        return IngestReport(**{**report, "documents": tuple(map(document_report_of_form, report["documents"]))})

    def reindex(
        self,
        asker: Principal,
        *,
        progress: "Callable[[ReindexProgress], None]" = lambda at: None,
        stop: threading.Event | None = None,
    ) -> "ReindexReport":
        """Build the whole index again by a job of the service; see `ingest.sync.reindexing.reindex`."""
        from ingest.sync.reindexing import ReindexProgress, ReindexReport

        last = self._call("POST", "reindex", asker)
        for job in self._followed(last, stop):
            last = job
            progress(
                ReindexProgress(job["files_done"], job["files_total"], job["chunks"], job["current"], job["seconds"])
            )
        ended = self._ended(last)
        chunks = sum(document.chunks for document in self.documents(asker))
        stopped = ended["state"] != "done"
        return ReindexReport(ended["files_done"], chunks, ended["chunks"], ended["seconds"], stopped)

    def _followed(self, job: Form, stop: threading.Event | None) -> Iterator[Form]:
        """The states of a job until it has ended; `stop` cancels it, and it ends after the file it is reading."""

        def cancel() -> None:
            self._call("POST", f"jobs/{job['id']}/cancel")

        with closing(self._lines("GET", f"jobs/{job['id']}/events", None, None, stop, cancel)) as lines:
            yield from lines

    def _ended(self, job: Form) -> Form:
        if job["state"] == "failed":
            said = of_fields(job["error"], job, "error_") if job["error"] else CodedText("job.internal_error")
            raise error_of(job["error_kind"], said)
        if job["state"] not in ("done", "cancelled") or (job["kind"] == "ingest" and job["report"] is None):
            raise KBError("job.not_ended", id=job["id"], state=job["state"])
        return job


def _message(message: str, options: AskOptions, history: Sequence[Message] = ()) -> Form:
    """The body of a message to the model. Raises UsageError at once for one that cannot be sent."""
    return {
        "question": checked(message),
        "history": [{"role": earlier.role, "content": earlier.content} for earlier in history],
        "think_budget": options.think_budget,
        "seed": options.seed,
        "temperature": options.temperature,
    }


def _question(question: str, options: AskOptions, history: Sequence[Message] = ()) -> Form:
    """The body of a question to the documents."""
    asked = {"scope": scope_form(options.scope), "curated": options.curated, "glossary": options.glossary}
    votes = {"samples": options.samples} if options.samples > 1 else {}
    return {**_message(question, options, history), **asked, **votes}


def _targets(targets: Iterable[Target]) -> Form:
    """Documents as a request names them. Raises UnicodeEncodeError for names that are no text."""
    listed = list(targets)
    names = [each for each in listed if not isinstance(each, int)]
    for name in names:
        for part in filter(None, name):
            part.encode()
    return {
        "ids": [each for each in listed if isinstance(each, int)],
        "documents": [{"collection": collection, "document": path} for collection, path in names],
    }


def _request_path(path: Path) -> str:
    """A path as it goes into a request. Raises UnicodeEncodeError for bytes that are no text."""
    place = os.path.abspath(path)
    place.encode()
    return place


def _params(**params: Any) -> Form:
    return {name: value for name, value in params.items() if value is not None}


def _rule(form: Form) -> Rule:
    return Rule(Place(form["level"], form["collection"], form["path"]), tuple(form["readers"]))
