"""Settings: one documented default for each, from a YAML file and the environment.

Order, later wins: the defaults here, the file named by `--config` or `KB_CONFIG`, environment variables
(`KB_LLM__ENGINE=embedded` sets `llm.engine`). `configs/default.yaml` states every default; a test keeps
the two equal.
"""

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import platformdirs
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kb.errors import ConfigError, why
from kb.files import read_regular
from kb.messages.coded_text import CodedText

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MOST_MB = 1  # of a settings file

EngineName = Literal["auto", "ollama", "embedded", "llamaindex"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PrivacySettings(_Section):
    """`allow`: hosts besides loopback that may be reached, such as an Ollama on the local network."""

    allow: tuple[str, ...] = ()


class EmbeddingSettings(_Section):
    """The embedding model: a name the product ships, a local folder, or a LlamaIndex class."""

    model: str = Field("multilingual-e5-small", description="`multilingual-e5-small` or a sentence-transformers folder")
    llamaindex_class: str = Field("", description="`module:Class` of a BaseEmbedding that takes the model's place")
    llamaindex_options: dict[str, Any] = Field(default_factory=dict)
    backend: Literal["auto", "torch", "onnx"] = Field(
        "auto", description="`onnx`: the shipped model in 8 bits; `auto`: that for new homes, else what built the home"
    )
    batch: int = Field(32, ge=1, description="texts a batch, with torch")
    query_prefix: str = "query: "
    passage_prefix: str = "passage: "


class SplittingSettings(_Section):
    """Chunk sizes, in tokens of the embedding model."""

    chunk_tokens: int = Field(224, ge=32)
    overlap_tokens: int = Field(32, ge=0)
    context_tokens: int = Field(56, ge=0, description="title, section path and table header before the text")


class IngestSettings(_Section):
    """Limits of reading, and readers of one's own."""

    max_file_mb: int = Field(100, ge=1)
    file_seconds: int = Field(
        300, ge=1, description="in which a file, a member of an archive, or a page for OCR must be read"
    )
    file_mb_memory: int = Field(2048, ge=512, description="that reading a file may need")
    max_chunks: int = Field(
        20_000,
        ge=1,
        description="of one document; as many as about 15 MB of text make. More take very long to embed",
    )
    ocr: bool = Field(
        True, description="recognise images, pictures in documents, and PDF pages with too little text of their own"
    )
    ocr_floor: float = Field(0.7, ge=0, le=1, description="pages whose quality is under it go to OCR")
    ocr_pages: int = Field(
        2_000, ge=0, description="pages, or pictures, of one file that go to OCR; other pages are kept as poor ones"
    )
    roots: tuple[str, ...] = Field(
        (), description="folders outside of which a request reads nothing; none: whatever this user may read"
    )
    quarantine_floor: float | None = Field(
        0.6, gt=0, le=1, description="documents that speak to a model by so much are held back; null: none is"
    )
    readers: dict[str, str] = Field(default_factory=dict, description="suffix -> `module:Class` of a LlamaIndex reader")


class RetrievalSettings(_Section):
    """How passages are found. Weights and floors were calibrated on public question sets (benchmarks/)."""

    candidates: int = Field(200, ge=10, description="taken from each of dense and word search")
    dense_weight: float = Field(0.5, ge=0, le=1)
    late_interaction: bool = Field(True, description="the best passages are ranked again, token by token (MaxSim)")
    coverage: bool = Field(True, description="a passage that holds more of the question's words goes before others")
    second_passage: bool = Field(True, description="a page with two good passages goes before one with a single one")
    routing: bool = Field(True, description="documents about the subject and the period that a question names go first")
    measures: bool = Field(
        True, description="search by what a ratio is calculated from, where no passage near states it"
    )
    glossary: bool = Field(
        True, description="search with the other forms of a question's terms, and tell the model them"
    )
    both_languages: bool = Field(
        True, description="translate a question that documents in its language do not plainly answer, and search both"
    )
    passages: int = Field(
        3,
        ge=1,
        description="given to the model at most, of short ones twice as many; those far behind the best are left out",
    )
    evidence_floor: float | None = Field(
        None, description="questions under it are refused; null takes the embedding model's calibrated value"
    )


class LLMSettings(_Section):
    """The language model."""

    engine: EngineName = "auto"
    model: str = Field("deepseek-r1:1.5b", description="a tag of the Ollama library")
    ollama_host: str = "http://127.0.0.1:11434"
    embedded_model: str = Field("qwen2.5-coder-1.5b", description="a model the product ships, or the path of a GGUF")
    llamaindex_class: str = Field("", description="`module:Class` of a LlamaIndex LLM, for engine `llamaindex`")
    llamaindex_options: dict[str, Any] = Field(default_factory=dict)
    think_budget: int | None = Field(
        None,
        ge=0,
        description="reasoning tokens; null takes the engine's own (ollama 1024, embedded 64 where the model reasons)",
    )
    judge: bool = Field(True, description="let the model judge whether the passages state the answer before it answers")
    answer_tokens: int = Field(512, ge=16)
    context_tokens: int = Field(8192, ge=1024, description="num_ctx; always sent and constant")
    temperature: float | None = Field(None, ge=0, description="null takes the engine's own (ollama 0.6, embedded 0)")
    timeout_seconds: float = Field(600, gt=0, description="silence from the server after which it is given up")


class ClientsSettings(_Section):
    """Programs that speak OpenAI's API (/v1)."""

    sources_in_text: bool = Field(
        True, description="doubts and sources stand at the end of an answer's text, for clients that show nothing else"
    )


class ServiceSettings(_Section):
    """The service: how long people stay signed in, and how they reach it from other machines."""

    session_idle_minutes: int = Field(60, ge=1, description="without a request, after which somebody is signed out")
    session_hours: int = Field(12, ge=1, description="after which somebody is signed out whatever happens")
    questions_a_minute: int = Field(60, ge=0, description="that one person may ask; 0: any number")
    searches_a_minute: int = Field(240, ge=0, description="of one person; texts to embed count as a search")
    requests_a_minute: int = Field(1200, ge=0, description="of all tokens of one person together")
    names: tuple[str, ...] = Field(
        (),
        description="by which people reach it, besides those of the certificate; of a proxy with its port, if not 443",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks of reverse proxies, which do TLS and say whom a request comes from"
    )
    clients: tuple[str, ...] = Field(
        (), description="networks of those who use it, for the unit of `kb service install`: it lets in no others"
    )


class UsageSettings(_Section):
    """What is kept of usage, for the page Usage: counts, and words of questions where their askers agreed."""

    texts: Literal["agreed", "never"] = Field(
        "agreed",
        description="`agreed`: everyone is offered to share the words of what they ask in vain; `never`: nobody",
    )
    days: int = Field(365, ge=1, le=36_500, description="after which counts and words are removed")


RoleName = Literal["reader", "editor", "auditor", "admin"]


class SsoSettings(_Section):
    """Single sign-on by OpenID Connect; without an issuer there is none. The client's secret is no setting: it stands
    in a file, or in the environment variable KB_SSO_CLIENT_SECRET.
    """

    issuer: str = Field("", description="the provider's address, as it names itself: https://login.example.org")
    client_id: str = Field("", description="by which the provider knows this service")
    client_secret_file: str = Field("", description="a file that holds the client's secret and nothing else")
    label: str = Field("", description="how people call the provider; without it the name of its host is shown")
    scopes: tuple[str, ...] = Field(("openid", "profile"), description="asked of the provider; openid is one of them")
    name_claim: str = Field("preferred_username", description="the claim that becomes the name of a new account")
    groups_claim: str = Field("groups", description="the claim with somebody's groups; those that exist here count")
    allowed_groups: tuple[str, ...] = Field((), description="who may enter: somebody in one of these; none: everybody")
    role: RoleName = Field("reader", description="of new accounts, and of who is in no group of `roles`")
    roles: dict[str, RoleName] = Field(
        default_factory=dict, description="group -> role, given anew at each sign-in; the role that may most counts"
    )
    ca_file: str = Field("", description="certificates (PEM) that the provider's is checked by; else the system's")

    @model_validator(mode="after")
    def _fits(self) -> "SsoSettings":
        if not self.issuer:
            return self
        try:
            parts = urlsplit(self.issuer)
            host = parts.hostname or ""
        except ValueError:
            raise ValueError(CodedText("sso.issuer_no_address", issuer=self.issuer)) from None
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
            raise ValueError(CodedText("sso.issuer_no_https", issuer=self.issuer))
        if not host or parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError(CodedText("sso.issuer_no_place", issuer=self.issuer))
        if not self.client_id:
            raise ValueError(CodedText("sso.no_client_id"))
        if "openid" not in self.scopes:
            raise ValueError(CodedText("sso.no_openid"))
        return self

    @property
    def host(self) -> str:
        """The provider's host; "" where there is none."""
        return host_of(self.issuer)


class PeopleSettings(_Section):
    """How people sign in, besides name and password."""

    sso: SsoSettings = SsoSettings()


@dataclass(frozen=True, slots=True)
class Destination:
    """A host that the product may reach, and the settings that say so."""

    host: str
    settings: tuple[str, ...]


class Settings(_Section):
    """All settings. `Settings()` is the shipped product."""

    privacy: PrivacySettings = PrivacySettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    splitting: SplittingSettings = SplittingSettings()
    ingest: IngestSettings = IngestSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    llm: LLMSettings = LLMSettings()
    clients: ClientsSettings = ClientsSettings()
    service: ServiceSettings = ServiceSettings()
    usage: UsageSettings = UsageSettings()
    people: PeopleSettings = PeopleSettings()

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """The hosts besides this machine that may be reached: those of `privacy.allow`, and the provider's."""
        found = {host.lower(): ["privacy.allow"] for host in self.privacy.allow}
        for setting, host in (
            ("llm.ollama_host", host_of(self.llm.ollama_host)),
            ("people.sso.issuer", self.people.sso.host),
        ):
            if host in found:
                found[host].append(setting)
            elif host and setting == "people.sso.issuer" and not _is_here(host):
                found[host] = [setting]
        return tuple(Destination(host, tuple(settings)) for host, settings in found.items())


def host_of(address: str) -> str:
    """The host of an address, in lower case; "" where it has none."""
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(path: Path | None = None, env: dict[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigError naming the file or variable and what is wrong with it."""
    env = dict(os.environ) if env is None else env
    path = path or (Path(env["KB_CONFIG"]) if env.get("KB_CONFIG") else None)
    values = _read_yaml(path) if path else {}
    for name, text in env.items():
        section, found, key = name.removeprefix("KB_").lower().partition("__")
        if name.startswith("KB_") and found:
            target = values.setdefault(section, {})
            if not isinstance(target, dict):
                raise ConfigError("settings.no_section", name=name, section=section)
            target[key] = _parse(name, text)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        source = CodedText("settings.file_and_environment", path=path) if path else CodedText("settings.environment")
        raise ConfigError("settings.invalid", source=source, problems=problems_of(error)) from None


_EXPECTED = {  # pydantic's names of what is wrong, by their beginning
    "extra": "settings.unknown",
    "missing": "settings.missing",
    "int": "settings.whole_number",
    "float": "settings.number",
    "bool": "settings.yes_or_no",
    "string": "settings.text",
    "tuple": "settings.list",
    "dict": "settings.section",
    "model": "settings.section",
}
_LIMITS = {
    "greater_than_equal": ("settings.at_least", "ge"),
    "less_than_equal": ("settings.at_most", "le"),
    "greater_than": ("settings.above", "gt"),
    "less_than": ("settings.below", "lt"),
}


def problems_of(error: ValidationError, *, prefix: str = "", names_from: int = 0) -> list[CodedText]:
    """Which settings cannot be used, and why, one text for each. A name begins at the part `names_from` of its path."""
    return [
        CodedText(
            "settings.problem", name=prefix + ".".join(map(str, each["loc"][names_from:])), what=_why_unusable(each)
        )
        for each in error.errors()
    ]


def _why_unusable(found: "ErrorDetails") -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "value_error" and isinstance(said := context["error"].args[0], CodedText):
        return said
    if kind == "literal_error":
        return CodedText("settings.one_of", names=context["expected"].replace(" or ", ", "))
    if kind in _LIMITS:
        code, name = _LIMITS[kind]
        return CodedText(code, limit=context[name])
    code = _EXPECTED.get(kind.partition("_")[0], "")
    return CodedText(code) if code else found["msg"]


def _parse(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError("settings.no_yaml", name=name, text=text, why=error) from None


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(read_regular(path, _MOST_MB).decode())
    except FileNotFoundError:
        raise ConfigError("settings.not_found", path=path) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError("settings.unreadable", path=path, why=why(error)) from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError("settings.no_mapping", path=path)
    return values


def default_home() -> Path:
    """Where the knowledge base lives: `KB_HOME`, else the platform's user data folder."""
    return Path(os.environ.get("KB_HOME") or platformdirs.user_data_dir("kb", appauthor=False))


def cache_dir() -> Path:
    """Where models and builds are kept, shared by all homes: `KB_CACHE`, else `${XDG_CACHE_HOME:-~/.cache}/kb`."""
    return Path(os.environ.get("KB_CACHE") or platformdirs.user_cache_dir("kb", appauthor=False))
