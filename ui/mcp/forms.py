"""Forms of the tools: what they take, and the data that they give."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kb.schema import Scope

MOST_PASSAGES = 50
MOST_LISTED = 200
MOST_CHARACTERS = 50_000
_NAMES = 64
_FURTHEST = 1_000_000_000

Glob = Annotated[str, Field(max_length=512)]
Name = Annotated[str, Field(max_length=4096)]
Tag = Annotated[str, Field(max_length=1000)]
_TAGS = "Only documents that have one of these tags, whatever its capitals. list_documents gives the tags of each."


class _Input(BaseModel):
    """What a tool is given. A field that does not exist is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Within(_Input):
    """Which documents to look into."""

    paths: list[Glob] | None = Field(
        None,
        max_length=_NAMES,
        description="Only documents whose path, or COLLECTION/PATH, matches one of these globs.",
    )
    collections: list[Name] | None = Field(None, max_length=_NAMES, description="Only these collections.")
    tags: list[Tag] | None = Field(None, max_length=_NAMES, description=_TAGS)

    def scope(self) -> Scope:
        """The same as the knowledge base knows it."""
        return Scope(
            paths=tuple(self.paths or ()), collections=tuple(self.collections or ()), tags=tuple(self.tags or ())
        )


class SearchGiven(Within):
    question: str = Field(description="A question or keywords, in Chinese or English.")
    limit: int | None = Field(6, ge=1, le=MOST_PASSAGES, description="How many passages at most.")


class AskGiven(Within):
    question: str = Field(description="One question that stands alone, in Chinese or English.")
    think_budget: int | None = Field(None, ge=0, description="Reasoning tokens at most; the model's own without it.")


class ReadGiven(_Input):
    document: Name = Field(description="The document's path, as search and list_documents give it.")
    collection: Name | None = Field(None, description="Needed where the path stands in several collections.")
    page: int | None = Field(None, ge=1, description="Only this page, where the document has pages.")
    start: int | None = Field(
        None, ge=0, le=_FURTHEST, description="The first character to read; next_start of the part before."
    )
    length: int | None = Field(10_000, ge=1, le=MOST_CHARACTERS, description="How many characters at most.")


class ListGiven(_Input):
    search: str | None = Field(None, max_length=1000, description="Words of collection, path or title.")
    collections: list[Name] | None = Field(None, max_length=_NAMES, description="Only these collections.")
    tags: list[Tag] | None = Field(None, max_length=_NAMES, description=_TAGS)
    limit: int | None = Field(50, ge=1, le=MOST_LISTED, description="How many at most.")
    offset: int | None = Field(
        0, ge=0, le=_FURTHEST, description="How many to leave out; next_offset of the part before."
    )


class Passage(BaseModel):
    """Words of a document: its text[start:end], in characters."""

    rank: int
    collection: str
    document: str
    title: str
    section: str
    page: int | None
    start: int
    end: int
    text: str
    uri: str
    address: str | None = Field(description="Where a browser shows it.")


class Note(BaseModel):
    """Something the reader must know; `kind` is a stable word."""

    kind: str
    text: str


class SearchResult(BaseModel):
    """Passages, best first. `enough_evidence`: whether they are near enough to the question to answer it."""

    model_config = ConfigDict(title="Found")  # as clients of the tool know it

    passages: list[Passage]
    enough_evidence: bool
    notices: list[Note]


class Source(BaseModel):
    """The words that a sentence of the answer rests on. `supported`: they confirm it."""

    marker: int
    collection: str
    document: str
    page: int | None
    start: int
    end: int
    quote: str
    supported: bool
    uri: str
    address: str | None = Field(description="Where a browser shows it.")


class Answered(BaseModel):
    """A checked answer. `outcome`: answered, uncertain or refused."""

    answer: str
    outcome: str
    language: str
    citations: list[Source]
    notices: list[Note]


class Part(BaseModel):
    """A part of a document's text. `next_start` is where to read on; null at the end of the document, or of the page
    that was asked for."""

    collection: str
    document: str
    title: str
    version: int
    page: int | None
    pages: int
    start: int
    end: int
    total: int
    next_start: int | None
    text: str


class Entry(BaseModel):
    """A document. `size` in bytes."""

    collection: str
    document: str
    title: str
    media_type: str
    pages: int | None
    size: int
    ingested_at: str
    tags: list[str]
    uri: str


class Listing(BaseModel):
    """Documents, by collection and path. `total` counts all that match; `next_offset` is null at the end."""

    documents: list[Entry]
    total: int
    next_offset: int | None
