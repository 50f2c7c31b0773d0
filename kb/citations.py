"""Citations: which words of which document each sentence of an answer rests on.

The model's own markers are a hint, not the truth. Every sentence that states something is aligned to the
best span of the passages; a marker stays only where that passage carries the sentence, moves to the passage
that does, and is removed where there is none of that number. Numbers, dates and names must occur in the span.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.maxsim import Vectors
from kb.numbers import missing_numbers
from kb.schema import Citation, Claim, Language, Notice, Passage
from kb.text import CJK, language_of, sentences
from kb.words import STOP_WORDS, tokenise

SUPPORT = 0.55  # share of a claim's content that its span must cover
SUPPORT_COSINE = 0.84  # the same between languages, as cosine of the embedding model
KEEP_MARKER = 0.6  # a cited passage that carries less than this share of the best one's is not a source
WINDOW = 4  # most sentences, or lines, in a span
BREVITY = 0.12  # how much a span's own precision counts when spans are compared

_MARKER = re.compile(
    r"\s*[\[【［]\s*\^?(?:passage|source|段落|来源|文档)?\s*(\d{1,3}(?:\s*[,，、;；]\s*\d{1,3})*)\s*[\]】］]",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"^\s*(?:\d{1,2}[.)、]\s+|[-*•]\s+|#+\s+)")
_NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9-]*\b|\b[A-Z][A-Za-z]+(?:-[A-Z0-9]\w*)*\b|\b[A-Z]{2,}\b")
_CLOSING = "。！？；.!?;"

Similarities = Callable[[str, Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer after checking: its text with clean markers, its claims and their sources."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a passage and how well it carries a claim. Offsets count into the document's stored text."""

    passage: Passage
    start: int
    end: int
    quote: str
    strength: float  # 0..1
    supported: bool


@dataclass(frozen=True, slots=True)
class _Sentence:
    body: str  # without markers
    lead: str  # white space and line breaks before it
    markers: tuple[int, ...]


def cite(text: str, passages: Sequence[Passage], language: Language, similarities: Similarities | None = None) -> Cited:
    """Check an answer against the passages the model was shown. `similarities` serves claims in another language."""
    drafts = list(_sentences_with_markers(text))
    known = {passage.rank: passage for passage in passages}
    removed = sorted({n for draft in drafts for n in draft.markers if n not in known})
    aligner = _Aligner(passages, similarities)
    pieces: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    moved = False
    at = 0
    for draft in drafts:
        cited = tuple(n for n in draft.markers if n in known)
        markers: tuple[int, ...] = ()
        spans: list[Span] = []
        stating = _states_something(draft.body)
        if stating:
            spans = aligner.sources(draft.body, cited)
            markers = tuple(span.passage.rank for span in spans)
            moved = moved or (bool(cited) and not set(markers) & set(cited))
        sentence = _with_markers(draft.body, markers)
        at += len(draft.lead)
        if stating:
            supported = any(span.supported for span in spans)
            claims.append(Claim(at, at + len(sentence), supported, markers))
            citations += [_citation(span, len(claims) - 1) for span in spans]
        at += len(sentence)
        pieces += [draft.lead, sentence]
    return Cited("".join(pieces), tuple(claims), tuple(citations), tuple(_notices(removed, moved, language)))


def _notices(removed: Sequence[int], moved: bool, language: Language) -> Iterator[Notice]:
    if removed:
        numbers = ", ".join(f"[{n}]" for n in removed)
        yield Notice(
            "false_marker",
            f"引用 {numbers} 没有对应的段落，已删除。"
            if language == "zh"
            else f"Removed {numbers}: there is no passage of that number.",
        )
    if moved:
        yield Notice(
            "marker_moved",
            "部分引用已改为真正载有该内容的段落。"
            if language == "zh"
            else "Some citations were moved to the passage that holds the words.",
        )


def _citation(span: Span, claim: int) -> Citation:
    passage = span.passage
    return Citation(
        marker=passage.rank, collection=passage.collection, document=passage.document, version=passage.version,
        page=passage.page, start=span.start, end=span.end, quote=span.quote, supported=span.supported, claim=claim,
    )  # fmt: skip


def _sentences_with_markers(text: str) -> Iterator[_Sentence]:
    """The sentences in order. Markers that follow the full stop belong to the sentence before."""
    pending: _Sentence | None = None
    last = 0
    for start, end in sentences(text):
        lead, sentence = text[last:start], text[start:end]
        last = end
        if pending and "\n" not in lead:
            opening = re.match(rf"(?:{_MARKER.pattern})+", sentence, re.IGNORECASE)
            if opening:
                pending = _Sentence(pending.body, pending.lead, pending.markers + _numbers(opening.group()))
                sentence = sentence[opening.end() :].lstrip()
                if not sentence.strip(_CLOSING + " "):
                    continue
        if pending:
            yield pending
        body = _MARKER.sub("", sentence).strip()
        pending = _Sentence(body, lead, tuple(dict.fromkeys(_numbers(sentence)))) if body else None
    if pending:
        yield pending


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for group in _MARKER.findall(text) for n in re.findall(r"\d+", group))


def _with_markers(body: str, markers: Sequence[int]) -> str:
    if not markers:
        return body
    closing = len(body) - len(body.rstrip(_CLOSING))
    stem, tail = (body[:-closing], body[-closing:]) if closing else (body, "")
    space = "" if CJK.search(stem[-1:]) else " "
    return f"{stem}{space}{''.join(f'[{n}]' for n in markers)}{tail}"


def _states_something(body: str) -> bool:
    """Whether a sentence is a claim: not a question, a heading, a lead-in to a list, or mere punctuation."""
    plain = _LIST_NUMBER.sub("", body).strip(" *_#`|-")
    if not plain or plain[-1] in "?？:：" or body.lstrip().startswith("#"):
        return False
    return bool(_tokens(plain))


class _Aligner:
    """Finds the span of each passage that carries a claim best. Passages are cut up once for all claims."""

    def __init__(self, passages: Sequence[Passage], similarities: Similarities | None) -> None:
        self._windows = [(passage, list(_windows(passage))) for passage in passages]
        self._similarities = similarities

    def sources(self, claim: str, cited: Sequence[int]) -> list[Span]:
        """The spans a claim rests on, best first: of the cited passages where they carry it, else of the one that does.

        An unsupported claim keeps the best span of each passage it cited, marked unsupported.
        """
        claim = _LIST_NUMBER.sub("", claim)
        spans = {
            passage.rank: span for passage, windows in self._windows if (span := self._best(claim, passage, windows))
        }
        own = sorted((spans[n] for n in cited if n in spans), key=lambda span: (-span.supported, -span.strength))
        if own and own[0].supported:
            return [span for span in own if span.supported and span.strength >= KEEP_MARKER * own[0].strength]
        others = sorted(
            (s for s in spans.values() if s.supported), key=lambda span: (-span.strength, span.passage.rank)
        )
        return others[:1] or own

    def _best(self, claim: str, passage: Passage, windows: Sequence["_Window"]) -> Span | None:
        if not windows:
            return None
        strengths = self._strengths(claim, passage, windows)
        threshold = SUPPORT_COSINE if self._crosses(claim, passage) else SUPPORT
        complete = [not missing_numbers(claim, window.quote + "\n" + passage.header) for window in windows]
        order = max(
            range(len(windows)),
            key=lambda i: (strengths[i][0] >= threshold and complete[i], strengths[i][0] + BREVITY * strengths[i][1]),
        )
        strength, window = strengths[order][0], windows[order]
        supported = strength >= threshold and complete[order] and not _missing_names(claim, window.quote, passage)
        return Span(passage, window.start, window.end, window.quote, strength, supported)

    def _crosses(self, claim: str, passage: Passage) -> bool:
        return self._similarities is not None and language_of(claim) != language_of(passage.text)

    def _strengths(self, claim: str, passage: Passage, windows: Sequence["_Window"]) -> list[tuple[float, float]]:
        """For each window how much of the claim it covers, and how much of it the claim covers."""
        if self._similarities is not None and self._crosses(claim, passage):
            cosines = self._similarities(claim, [window.quote for window in windows])
            return [(float(cosine), 0.0) for cosine in cosines]
        asked = _tokens(claim)
        context = _tokens(f"{passage.title} {passage.section} {passage.header}")
        mass = sum(asked.values()) or 1.0
        found = []
        for window in windows:
            inside = sum(weight for token, weight in asked.items() if token in window.tokens)
            around = sum(w for token, w in asked.items() if token not in window.tokens and token in context)
            precision = inside / (sum(window.tokens.values()) or 1.0)
            # What only the heading or the table header says counts, but never without words of the span itself.
            found.append(((inside + min(around, inside)) / mass, min(1.0, precision)))
        return found


@dataclass(frozen=True, slots=True)
class _Window:
    start: int
    end: int
    quote: str
    tokens: Mapping[str, float]


def _windows(passage: Passage) -> Iterator[_Window]:
    """Every run of one to WINDOW neighbouring sentences or lines of a passage."""
    cuts = sentences(passage.text)
    for first in range(len(cuts)):
        for last in range(first, min(first + WINDOW, len(cuts))):
            start, end = cuts[first][0], cuts[last][1]
            quote = passage.text[start:end]
            yield _Window(passage.start + start, passage.start + end, quote, _tokens(quote))


def _tokens(text: str) -> dict[str, float]:
    """Content tokens with weights: stems of Latin words and numbers weigh 1, pairs of Chinese characters a half."""
    weights: dict[str, float] = {}
    for token in tokenise(text):
        if not CJK.search(token) and token not in STOP_WORDS:
            weights[_stem(token)] = 1.0
    for run in re.findall(rf"{CJK.pattern}+", text):
        for pair in (run[i : i + 2] for i in range(max(1, len(run) - 1))):
            if pair not in STOP_WORDS:
                weights[pair] = 0.5
    return weights


@functools.lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_stemmer().stem(word))


@functools.cache
def _stemmer() -> Any:
    from nltk.stem import PorterStemmer

    return PorterStemmer()


def _missing_names(claim: str, quote: str, passage: Passage) -> bool:
    """Whether a name in the claim stands neither in the span nor in what heads it."""
    around = f"{quote} {passage.title} {passage.section} {passage.header} {passage.document} {passage.text}".lower()
    opening = re.match(r"\W*(\w+)", claim)
    first = opening.group(1) if opening else ""
    names = {name for name in _NAME.findall(claim) if name != first or not name.istitle()}
    return any(name.lower() not in around for name in names)
