"""The Ollama server: which models it has, bringing and removing them, and its errors in plain words."""

import contextlib
import difflib
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kb.config import host_of
from kb.errors import ContextOverflow, EngineUnavailable, ModelError, ModelMissing, RefusedByPolicy
from kb.messages.coded_text import CodedText, together
from kb.models import cancellation
from kb.models.cancellation import Cancellation
from kb.models.hardware import DEEPSEEK_R1_SIZES
from kb.privacy import Guard, guard

if TYPE_CHECKING:
    import httpx
    import ollama

_CONNECT_SECONDS = 5.0
_ADMIN_SECONDS = 30.0
PATIENCE_SECONDS = 30.0  # without a word, beside reading the prompt, after which a server may stand still
_TRIES = 2  # with that patience
_UNLOAD_SECONDS = 10.0

# Address and model of chats that were ended from here, by when; until a chat that began later hears a word.
_hung_up: dict[tuple[str, str], float] = {}

KNOWN_TAGS = (  # of the Ollama library, for "did you mean"
    *(f"deepseek-r1:{size}" for size in DEEPSEEK_R1_SIZES),
    "deepseek-r1:latest",
    "deepseek-v3:671b",
    "gemma3:1b",
    "gemma3:4b",
    "gemma3:12b",
    "gemma3:27b",
    "gpt-oss:20b",
    "gpt-oss:120b",
    "llama3.1:8b",
    "llama3.1:70b",
    "llama3.2:1b",
    "llama3.2:3b",
    "llama3.3:70b",
    "magistral:24b",
    "mistral:7b",
    "mistral-nemo:12b",
    "phi3:mini",
    "phi4:14b",
    "phi4-mini:3.8b",
    "phi4-reasoning:14b",
    "qwen2.5:0.5b",
    "qwen2.5:1.5b",
    "qwen2.5:3b",
    "qwen2.5:7b",
    "qwen2.5:14b",
    "qwen2.5:32b",
    "qwen2.5-coder:1.5b",
    "qwen2.5-coder:7b",
    "qwen3:0.6b",
    "qwen3:1.7b",
    "qwen3:4b",
    "qwen3:8b",
    "qwen3:14b",
    "qwen3:30b",
    "qwen3:32b",
    "qwq:32b",
    "smollm2:135m",
    "smollm2:360m",
    "smollm2:1.7b",
)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model on the server."""

    name: str  # with its tag
    size: int  # bytes
    digest: str
    parameters: str  # "1.8B"; "" where unknown
    quantization: str  # "Q4_K_M"; "" where unknown


def suggest(tag: str, installed: tuple[str, ...] = ()) -> str | None:
    """The known tag that `tag` was probably meant to be, or None; models of the server come first."""
    wanted = tag.strip().lower()
    names = [name for name in dict.fromkeys((*installed, *KNOWN_TAGS)) if name != tag]
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)
    if close:
        return close[0]
    family = wanted.partition(":")[0]
    families = {name.partition(":")[0]: name for name in reversed(names)}
    close = difflib.get_close_matches(family, list(families), n=1, cutoff=0.8)
    return families[close[0]] if close else None


def did_you_mean(tag: str, installed: tuple[str, ...] = ()) -> str:
    """The end of a message about an unknown tag: what was probably meant. "" for a tag that is known."""
    meant = None if any(same_model(tag, name) for name in (*installed, *KNOWN_TAGS)) else suggest(tag, installed)
    return CodedText("ollama.did_you_mean", tag=meant) if meant else ""


def same_model(asked: str, name: str) -> bool:
    """Whether the server's `name` is the one asked for: a missing tag means `latest`."""
    return (asked if ":" in asked else f"{asked}:latest").lower() == name.lower()


def host_elsewhere(host: str) -> str:
    """The name of the machine of an Ollama server where that is another one; "" where it is this one."""
    name = host_of(host)
    return "" if Guard().permits(name) else name


class OllamaServer:
    """One Ollama server, at an address that this machine may speak to."""

    def __init__(self, host: str, timeout_seconds: float = 600) -> None:
        """`timeout_seconds`: silence after which a reply is given up. Raises RefusedByPolicy."""
        url = host if "://" in host else f"http://{host}"
        parts = urlsplit(url)
        name = parts.hostname or "127.0.0.1"
        if not guard.permits(name):
            raise RefusedByPolicy("ollama.not_here", host=host, name=name)
        # A client connects to an address; "all interfaces" is only one for a server.
        self.url = url.replace("0.0.0.0", "127.0.0.1") if name == "0.0.0.0" else url
        self.url = self.url if parts.port else f"{self.url.rstrip('/')}:{443 if parts.scheme == 'https' else 11434}"
        self.address = urlsplit(self.url).netloc
        self._timeout_seconds = timeout_seconds

    def version(self) -> str:
        """The server's version. Raises EngineUnavailable when it does not answer."""
        version: str = self._json("GET", "/api/version")["version"]
        return version

    def models(self) -> list[ServedModel]:
        """What is installed, by name."""
        with self._errors(), self._client(_ADMIN_SECONDS) as client:
            found = client.list().models
        return sorted(
            (
                ServedModel(
                    model.model or "",
                    int(model.size or 0),
                    model.digest or "",
                    (model.details and model.details.parameter_size) or "",
                    (model.details and model.details.quantization_level) or "",
                )
                for model in found
            ),
            key=lambda model: model.name,
        )

    def find(self, tag: str) -> ServedModel:
        """The installed model of that tag. Raises ModelMissing or EngineUnavailable, with what was probably meant."""
        try:
            models = self.models()
        except EngineUnavailable as error:
            raise EngineUnavailable(together(error.message, did_you_mean(tag))) from None
        for model in models:
            if same_model(tag, model.name):
                return model
        raise self.missing(tag, tuple(model.name for model in models))

    def missing(self, tag: str, installed: tuple[str, ...]) -> ModelMissing:
        """The error that says that the server lacks a model."""
        meant = suggest(tag, installed)
        known = any(same_model(tag, name) for name in KNOWN_TAGS)
        said = [CodedText("ollama.absent", tag=tag, address=self.address)]
        if meant and not known:
            said.append(CodedText("ollama.did_you_mean", tag=meant))
            if not any(same_model(meant, name) for name in installed):
                said.append(CodedText("ollama.then_pull", tag=meant))
        else:
            said.append(CodedText("ollama.pull", tag=tag))
        if installed:
            said.append(CodedText("ollama.it_has", names=", ".join(installed)))
        return ModelMissing(together(*said))

    def capabilities(self, tag: str) -> frozenset[str]:
        """What a model can do, as the server says: "completion", "thinking", ..."""
        with self._errors(tag), self._client(_ADMIN_SECONDS) as client:
            return frozenset(client.show(tag).capabilities or ())

    def pull(
        self,
        tag: str,
        progress: Callable[[str, int, int], None] | None = None,
        stop: threading.Event | None = None,
    ) -> bool:
        """Bring a model to the server; False when `stop` ended it (the server keeps what it has for the next time).

        `progress` gets what is being done, the bytes done and in all. Raises ModelMissing for an unknown
        tag, with what was probably meant, and ModelError for what else goes wrong on the way.
        """
        finished = False
        try:
            for line in self._lines("/api/pull", {"model": tag, "stream": True}, tag, stop):
                if progress is not None:
                    progress(str(line.get("status", "")), int(line.get("completed", 0)), int(line.get("total", 0)))
                finished = line.get("status") == "success"
        except EngineUnavailable:
            raise
        except ModelError as error:
            hint = did_you_mean(tag)
            if isinstance(error, ModelMissing):
                raise ModelMissing(together(CodedText("ollama.no_such_model", tag=tag), hint)) from None
            raise ModelError(together(error.message, hint)) from None
        if not finished and not (stop is not None and stop.is_set()):
            raise ModelError("ollama.pull_ended", tag=tag)
        return finished

    def remove(self, tag: str) -> None:
        """Delete a model from the server. Raises ModelMissing."""
        name = self.find(tag).name
        with self._errors(tag), self._client(_ADMIN_SECONDS) as client:
            client.delete(name)

    def weights_of(self, tag: str) -> str:
        """The SHA-256 of a model's GGUF; "" where the server does not tell. Raises ModelMissing."""
        name = self.find(tag).name
        modelfile = str(self._json("POST", "/api/show", {"model": name}, tag).get("modelfile") or "")
        found = re.search(r"^FROM .*sha256-([0-9a-f]{64})\s*$", modelfile, re.MULTILINE)
        return found[1] if found else ""

    def upload(self, file: Path, sha256: str) -> str:
        """Bring a file to the server, unless it is there, and return the name by which `create` knows it."""
        import httpx

        digest = f"sha256:{sha256}"
        limits = httpx.Timeout(self._timeout_seconds, connect=_CONNECT_SECONDS)
        with self._errors(), self._http(limits) as client:
            if client.head(f"/api/blobs/{digest}").status_code != 200:
                with file.open("rb") as content:
                    response = client.post(f"/api/blobs/{digest}", content=content)
                if response.status_code not in (200, 201):
                    raise self._refusal(response.status_code, _error_text(response.text), file.name)
        return digest

    def create(self, tag: str, body: dict[str, Any]) -> None:
        """Make a model of files that were brought, or of another one; see Ollama's /api/create. Raises ModelError."""
        finished = False
        for line in self._lines("/api/create", {"model": tag, **body, "stream": True}, tag, None):
            finished = line.get("status") == "success"
        if not finished:
            raise ModelError("ollama.create_ended", tag=tag)

    def chat(
        self, body: dict[str, Any], stop: threading.Event | None = None, patience: float = PATIENCE_SECONDS
    ) -> Iterator[dict[str, Any]]:
        """The lines of a streamed /api/chat. Setting `stop`, or closing this, ends the server's work at once.

        The library's own `chat` cannot send `truncate` and `shift`, without which a prompt that is too
        long is cut in silence.

        A server whose stream was ended from here may stand still for good (seen in Ollama 0.24: the word that it was
        handing over waits for a reader that has gone, and keeps the only place among those that generate). So a chat
        that hears nothing for `patience` seconds where one of its model was ended before has the model unloaded, which
        frees that place and interrupts nobody, and is put again.
        """
        body = {**body, "stream": True, "truncate": False, "shift": False}
        return cancellation.run(partial(self._chat, body, patience), stop)

    def _chat(
        self, body: dict[str, Any], patience: float, cancellation: Cancellation
    ) -> Generator[dict[str, Any], None, None]:
        tag = str(body["model"])
        began, of = time.monotonic(), (self.address, tag)
        ended = False  # by itself

        def mark() -> None:
            if not ended:
                _hung_up[of] = time.monotonic()

        cancellation.call(mark)  # before the connection is hung up
        try:
            for left in range(_TRIES, -1, -1):
                is_marked = (lambda: of in _hung_up) if left else None
                try:
                    with closing(self._read("/api/chat", body, tag, cancellation, patience, is_marked)) as lines:
                        for line in lines:
                            if _hung_up.get(of, began) < began:
                                _hung_up.pop(of, None)
                            ended = bool(line.get("done"))
                            yield line
                    return
                except _StandsStill:
                    self._unload(tag, cancellation)
        except ModelError:
            ended = True
            raise
        except GeneratorExit:
            mark()
            raise

    def _unload(self, tag: str, cancellation: Cancellation) -> None:
        """Have a model unloaded as soon as nobody waits for it, and wait for that."""
        with contextlib.suppress(ModelError):  # which the chat that follows tells
            self._json("POST", "/api/generate", {"model": tag, "keep_alive": 0}, tag)
            deadline = time.monotonic() + _UNLOAD_SECONDS
            while time.monotonic() < deadline and not cancellation.wait(0.05):
                if not any(same_model(tag, str(model["name"])) for model in self._json("GET", "/api/ps")["models"]):
                    return

    def render(self, body: dict[str, Any]) -> str | None:
        """The prompt that the server would make of a chat, or None if it does not tell."""
        options = {**body.get("options", {}), "num_predict": 1}
        request = {**body, "options": options, "stream": False, "truncate": False, "_debug_render_only": True}
        reply = self._json("POST", "/api/chat", request, str(body["model"]), self._timeout_seconds)
        rendered = (reply.get("_debug_info") or {}).get("rendered_template")
        return rendered if isinstance(rendered, str) else None

    def _client(self, timeout: float) -> "ollama.Client":
        import ollama

        return ollama.Client(self.url, trust_env=False, timeout=timeout, verify=self._trusted())

    def _trusted(self) -> ssl.SSLContext | bool:
        """Whom a client trusts: nobody where there is no TLS, since to load the authorities takes 20 ms each time."""
        return True if self.url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def _http(self, timeout: "httpx.Timeout") -> "httpx.Client":
        import httpx

        return httpx.Client(base_url=self.url, trust_env=False, timeout=timeout, verify=self._trusted())

    def _json(
        self, method: str, route: str, body: Any = None, tag: str = "", timeout: float = _ADMIN_SECONDS
    ) -> dict[str, Any]:
        import httpx

        limits = httpx.Timeout(timeout, connect=_CONNECT_SECONDS)
        with self._errors(tag), self._http(limits) as client:
            response = client.request(method, route, json=body)
            if response.status_code != 200:
                raise self._refusal(response.status_code, _error_text(response.text), tag)
            reply: dict[str, Any] = response.json()
            return reply

    def _lines(
        self, route: str, body: dict[str, Any], tag: str, stop: threading.Event | None
    ) -> Iterator[dict[str, Any]]:
        return cancellation.run(partial(self._read, route, body, tag), stop)

    def _read(
        self,
        route: str,
        body: dict[str, Any],
        tag: str,
        cancellation: Cancellation,
        patience: float = PATIENCE_SECONDS,
        is_marked: Callable[[], bool] | None = None,
    ) -> Generator[dict[str, Any], None, None]:
        """The lines of a reply. Raises _StandsStill when it has not begun after `patience` seconds, or a multiple, and
        `is_marked` by then."""
        import httpx

        limits = httpx.Timeout(self._timeout_seconds, connect=_CONNECT_SECONDS)
        begun, silent, either = threading.Event(), Cancellation(), threading.Lock()

        def wait(is_marked: Callable[[], bool]) -> None:
            while not begun.wait(patience):
                if is_marked():
                    with either:
                        if not begun.is_set():
                            silent.set()
                    return

        def watch(event: str, info: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                connection = info["return_value"].get_extra_info("socket")
                cancellation.call(partial(_hang_up, connection))
                silent.call(partial(_hang_up, connection))
                if is_marked is not None:
                    threading.Thread(target=wait, args=(is_marked,), name="patience", daemon=True).start()

        try:
            with (
                self._errors(tag),
                self._http(limits) as client,
                client.stream("POST", route, json=body, extensions={"trace": watch}) as response,
            ):
                with either:
                    begun.set()
                if response.status_code != 200:
                    text = response.read().decode("utf-8", "replace")
                    raise self._refusal(response.status_code, _error_text(text), tag)
                for line in response.iter_lines():
                    if not line.strip():
                        continue
                    reply = json.loads(line)
                    if "error" in reply:  # with HTTP 200, when it happens on the way
                        raise self._refusal(int(reply.get("status_code") or 500), str(reply["error"]), tag)
                    yield reply
        except ModelError:
            if cancellation.is_set():  # a connection that we hung up is no error
                return
            if silent.is_set():
                raise _StandsStill("ollama.silent", address=self.address, seconds=patience) from None
            raise
        finally:
            begun.set()

    @contextlib.contextmanager
    def _errors(self, tag: str = "") -> Iterator[None]:
        """What goes wrong with the server, as our errors."""
        import httpx
        import ollama

        try:
            yield
        except ollama.ResponseError as error:
            raise self._refusal(error.status_code, error.error, tag) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError):
            raise EngineUnavailable("ollama.no_server", address=self.address) from None
        except httpx.ReadTimeout:
            raise ModelError("ollama.silent", address=self.address, seconds=self._timeout_seconds) from None
        except (httpx.HTTPError, ValueError) as error:
            raise ModelError("ollama.broken", address=self.address, why=error) from None

    def _refusal(self, status: int, text: str, tag: str) -> ModelError:
        lower = text.lower()
        if "context length" in lower or "context size" in lower or "exceeds the available context" in lower:
            return ContextOverflow("ollama.prompt_too_long", tag=tag, why=text)
        if "does not support thinking" in lower:
            return CannotThink("ollama.cannot_reason", tag=tag, why=text)
        if status == 404 or "file does not exist" in lower or ("manifest" in lower and "not exist" in lower):
            return self.missing(tag, ())
        return ModelError("ollama.failed", address=self.address, tag=tag or CodedText("name.request"), why=text)


class CannotThink(ModelError):
    """The model has no reasoning of its own."""


class _StandsStill(ModelError):
    """A chat was not begun within the time that its prompt needs."""


def _error_text(body: str) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body.strip()[:500] or "no reason given"


def _hang_up(connection: socket.socket) -> None:
    # Closing alone does not wake a thread that reads from it.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
