"""The nouns everything speaks: documents, passages, citations, answers, and the events of an answer being made.

All are frozen values with nothing but what follows from them. Offsets (`start`, `end`) count code points into a
document's stored text, so that `text[start:end]` is the quote. Pages and markers count from 1.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from kb.messages.template import Language as Language  # the reader's, or a text's

WHOLE = 10_000  # as so many the width and the height of a page's picture count, wherever a place on it is told

AnswerOutcome = Literal["answered", "uncertain", "refused"]
# From a few passages; without documents; of whole documents; a question back.
AnswerKind = Literal["fact", "greeting", "help", "summary", "comparison", "list", "documents", "clarify"]
WhyHidden = Literal["style", "colour", "size", "place", "transparent", "characters"]
# "orders" stand in the text, "quoted" ones in a text about them, "hidden" ones where nobody sees them, "letters" are
# spelled in characters that no screen shows, "split" are orders that such characters run through.
WhyOrders = Literal["orders", "quoted", "hidden", "letters", "split"]
ClaimState = Literal["confirmed", "not_found", "contradicted", "unchecked"]
ClaimReason = Literal[
    "", "words", "number", "name", "language", "sign", "negation", "quantifier", "row", "year", "unit", "rival",
    "echo", "asked", "relation", "forecast", "replaced", "conflict", "part", "order", "uncertain", "wording",
    "verdict",
    "column", "neighbour",  # in answers that were kept before
]  # fmt: skip
DocumentStatus = Literal["added", "changed", "unchanged", "deleted", "failed", "skipped"]
Permission = Literal["search", "ask", "ingest", "review", "audit", "admin"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `groups` name the readers this person belongs to; an unlimited one reads and changes everything.

    `permissions` are the kinds of requests that the service carries out for them (`kb.people.permissions`), and `edits`
    the collections whose documents they may add and delete. The name of a person is that of the account: lower case, no
    colon, no other account has it at the same time.
    """

    name: str
    groups: frozenset[str] = frozenset()
    unlimited: bool = False
    permissions: frozenset[Permission] = frozenset()
    edits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents to look into; an empty part does not limit."""

    paths: tuple[str, ...] = ()  # globs over the path, or over COLLECTION/PATH; `*` crosses folders
    collections: tuple[str, ...] = ()
    types: tuple[str, ...] = ()  # suffixes without the dot: "pdf"
    since: str = ""  # ISO date; ingested on that day of this machine or later
    until: str = ""  # ISO date; ingested on that day of this machine or earlier
    tags: tuple[str, ...] = ()  # of which a document has one, whatever its capitals


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How a question is answered. None takes what the settings say, or the engine's own."""

    scope: Scope = EVERYTHING
    think_budget: int | None = None  # tokens of reasoning at most
    seed: int | None = None
    temperature: float | None = None
    model: tuple[str, str] | None = None  # engine and name of one that answers instead of the one in use
    curated: bool = True  # whether a curated answer may be given
    glossary: bool = True  # whether the glossary widens the question
    samples: int = 1  # answers that are written, of which the one that most agree with is given
    stop: threading.Event | None = None  # ends the answer when it is set
    take_turn: Callable[[], None] = lambda: None  # waits until the model may be used; called before each use of it

    @property
    def stopped(self) -> bool:
        """Whether the reader stopped it."""
        return self.stop is not None and self.stop.is_set()


DEFAULT_OPTIONS = AskOptions()


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Where one page stands in the stored text. `quality` is 0..1: how far the text can be relied on."""

    number: int
    start: int
    end: int
    quality: float = 1.0
    ocr: bool = False  # the text was recognised in an image of the page


def page_at(pages: Iterable[PageSpan], offset: int) -> PageSpan | None:
    """The page on which the character at `offset` stands; None where it is on none."""
    return next((page for page in pages if page.start <= offset < page.end), None)


def page_number_at(pages: Iterable[PageSpan], offset: int) -> int | None:
    """The number of that page."""
    page = page_at(pages, offset)
    return None if page is None else page.number


@dataclass(frozen=True, slots=True)
class Heading:
    """From `start` on, the text stands under this heading. `level` 1 is the outermost."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class HiddenText:
    """What a file holds and nobody sees: it is not searched. `page` is None where the file has none.

    `why`: "style" (switched off), "colour" (that of what lies behind), "size", "place" (off the page or screen, or no
    room), "transparent", or "characters" (which no screen shows).
    """

    page: int | None
    why: WhyHidden
    text: str  # its beginning, where it is long


@dataclass(frozen=True, slots=True)
class OrderReason:
    """A part of a document that speaks to a model instead of its readers, by how much (0..1), and on which page."""

    why: WhyOrders
    score: float
    page: int | None  # None where there are none, or it is not known
    text: str  # its beginning, where it is long


@dataclass(frozen=True, slots=True)
class OrderScore:
    """How much a document speaks to a model instead of its readers: 0..1, that of its first reason, or 0 without."""

    score: float = 0.0
    reasons: tuple[OrderReason, ...] = ()  # the strongest first


@dataclass(frozen=True, slots=True)
class WordBox:
    """Where recognised words stand: `text[start:end]` of the page's text, in a box on its picture, y downwards."""

    start: int
    end: int
    left: int  # of `WHOLE`, as are the others
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """Where the words that were recognised on a page stand on its picture, once that is turned for them to be read."""

    number: int
    turned: int  # degrees, counter-clockwise: 0, 90, 180 or 270
    places: tuple[WordBox, ...]  # of lines, in the order of the text


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a document says and where. Offsets count code points into `text`; pages and headings are in order."""

    text: str
    title: str
    media_type: str
    pages: tuple[PageSpan, ...] = ()
    headings: tuple[Heading, ...] = ()
    recognised: tuple[RecognisedPage, ...] = ()
    hidden: tuple[HiddenText, ...] = ()  # what the file holds and nobody sees; it is not in `text`

    @property
    def quality(self) -> float:
        """0..1: how far the text can be relied on: the mean of its pages that have text."""
        qualities = [page.quality for page in self.pages if page.end > page.start]
        return sum(qualities) / len(qualities) if qualities else 1.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document as it is searched. `text` is `stored_text[start:end]`."""

    start: int
    end: int
    text: str
    embedded_text: str  # context (title, section path, table header) and text: what is embedded and indexed
    page: int | None
    section: str  # heading path, joined by " > "; "" where there is none
    header: str = ""  # the table header that belongs to the rows in `text`; "" outside tables


@dataclass(frozen=True, slots=True)
class Document:
    """One entry of the document list."""

    collection: str
    path: str
    title: str
    media_type: str
    status: DocumentStatus
    reason: str  # why it failed or was skipped; "" otherwise
    version: int
    sha256: str
    size: int  # bytes
    pages: int | None
    chunks: int
    quality: float
    ingested_at: str  # ISO 8601, UTC
    ocr_pages: int = 0  # pages whose text was recognised from a picture
    poor_pages: int = 0  # pages whose text can hardly be relied on
    id: int = 0  # no other document of the home ever has it
    quarantined: bool = False  # kept from questions, and from all but its editors, until one of them releases it
    orders: OrderScore = OrderScore()
    shown_title: str = ""  # given by an editor, to be shown in place of its path; "" for none
    tags: tuple[str, ...] = ()  # given by editors
    edits: int = 0  # how often editors changed its passages


Target = int | tuple[str | None, str]  # a document to delete: its id; or its collection, None for whichever, and path


@dataclass(frozen=True, slots=True)
class PlannedDeletion:
    """A document that a deletion takes. `kept_in` is the mail or uploaded archive that holds it still; "" for none."""

    collection: str
    path: str
    kept_in: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class StoredText:
    """The text of one version of a document, with its pages."""

    collection: str
    path: str
    version: int
    title: str
    media_type: str
    sha256: str
    text: str
    pages: tuple[PageSpan, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question. `rank` is its number in the prompt and in the answer's markers."""

    rank: int
    chunk_id: int
    collection: str
    document: str
    version: int
    page: int | None
    start: int
    end: int
    text: str
    section: str
    header: str
    title: str
    score: float
    language: Language | None = None  # of its part of the document; None where it was kept before this was known


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a question found: passages, best first; and whether they are evidence enough to answer."""

    question: str
    passages: tuple[Passage, ...]
    enough_evidence: bool
    evidence: float  # the calibrated measure that was compared with the floor
    seconds: float
    notices: tuple["Notice", ...] = ()  # why there are no passages
    translated: str = ""  # the question as it was searched in the documents' other language; "" where it was not
    terms: tuple["Term", ...] = ()  # entries of the glossary that the question holds, by which it was widened
    widened: str = ""  # the question with the other forms of its terms in its language; "" where it holds none
    parts: tuple[str, ...] = ()  # what the measure that is asked for is calculated from, where it was searched for


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the glossary as a question uses it. `documents`, as (collection, path), is one that it was taken from
    and the asker may read; none for what an editor wrote."""

    term: str
    forms: tuple[str, ...]
    definition: str = ""
    documents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. `thinking` is the reasoning that came before an assistant's content."""

    role: Literal["system", "user", "assistant"]
    content: str
    thinking: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the answer that states something: `answer[start:end]`.

    `supported` is true for the state "confirmed" alone. `reason` says why it is not: a stable word.
    """

    start: int
    end: int
    supported: bool
    markers: tuple[int, ...]
    state: ClaimState | None = None  # None where it was kept before states were known
    reason: ClaimReason = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words one claim rests on. `text[start:end]` of the document is `quote`."""

    marker: int
    collection: str
    document: str
    version: int
    page: int | None
    start: int
    end: int
    quote: str
    supported: bool  # the quote covers the claim; its numbers, dates and names occur in it
    claim: int  # index into the answer's claims


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know about how the answer came about. `kind` is a stable word."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that an engine read and wrote for an answer, as it told them itself.

    `completion_tokens` are all that was written, and `reasoning_tokens` those among them.
    """

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True, slots=True)
class Floors:
    """Probabilities that passages state an answer: under `refuse` it is refused, under `answer` marked uncertain."""

    refuse: float
    answer: float

    def outcome(self, answerable: float) -> AnswerOutcome:
        """What becomes of a question whose passages hold the answer with this probability."""
        if answerable < self.refuse:
            return "refused"
        return "uncertain" if answerable < self.answer else "answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """The authoritative answer. `text` is never empty and never holds a think tag."""

    question: str
    searched: str  # the self-contained question that was searched; equals `question` without a conversation
    text: str
    thinking: str
    refused: bool
    language: Language
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    notices: tuple[Notice, ...]
    engine: str
    model: str
    seconds: float
    first_word_seconds: float | None  # question to first token of reasoning or answer; None when no model was called
    kind: AnswerKind = "fact"
    answerable: float | None = None  # how probably the passages state the answer; None where the model did not judge
    uncertain: bool = False  # judged too low to be relied on, and too high to be refused
    usage: Usage | None = (
        None  # of all that was written for it; None where no model was called, or its engine counts none
    )
    terms: tuple[Term, ...] = ()  # entries of the glossary that the question holds

    @property
    def outcome(self) -> AnswerOutcome:
        """What became of the question."""
        return "refused" if self.refused else "uncertain" if self.uncertain else "answered"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages are known; nothing was generated yet."""

    passages: tuple[Passage, ...]
    searched: str = ""
    enough_evidence: bool = True  # False: no model is called; what follows is a refusal, or needs none
    translated: str = ""  # as it was searched in the documents' other language; "" where it was not
    terms: tuple[Term, ...] = ()  # entries of the glossary that the question holds


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A request reads part `number` of `total` parts, named `part`; the rest takes about `seconds_left`."""

    number: int  # from 1
    total: int
    part: str  # "" where it has no name
    seconds_left: float | None = None  # None where it is not known yet


@dataclass(frozen=True, slots=True)
class Revised:
    """What was streamed as the answer so far is replaced by this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a successful `ask()`; the answer replaces all that was streamed."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of an `ask()` that failed. `partial` is the answer text written until then."""

    error: str
    partial: str = ""
    thinking: str = field(default="")


Event = Retrieved | Progress | Thought | Token | Notice | Revised | Done | Failed
