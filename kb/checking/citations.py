"""Citations: which words of which document each sentence of an answer rests on.

The model's own markers are a hint, not the truth. Every sentence that states something is aligned to the
best span of the passages; a marker stays only where that passage carries the sentence, moves to the passage
that does, and is removed where there is none of that number. A sentence that sends its reader somewhere, to a link, an
address or a command, is left out unless the question or the words it is cited from hold that too.
"""

import functools
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.checking.alignment import UNDECIDED, Aligner, SupportSpan
from kb.checking.contradictions import denies
from kb.checking.foreign_addresses import foreign_in
from kb.checking.forms import asks_whether
from kb.checking.fragments import states_something
from kb.checking.objections import Similarities
from kb.checking.sources import LIST_MARK
from kb.checking.unit_mismatch import gives_amount
from kb.checking.year_mismatch import gives_way, heading_of
from kb.confidence.verdicts import Confirm, ConfirmBy, Verify
from kb.language.code_blocks import code_blocks, is_fence
from kb.language.language import CJK, repeats, sentences
from kb.language.number_forms import numbers_in
from kb.messages.coded_text import text_in
from kb.schema import Citation, Claim, ClaimReason, ClaimState, Language, Notice, Passage

_MARKER = re.compile(
    r"(?<!\s)\s*+[\[【［]\s*+\^?(?:passage|source|段落|来源|文档)?\s*+(\d{1,3}(?:\s*+[,，、;；.]\s*+\d{1,3})*+)\s*+[\]】］]",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"^\s*(?:\d{1,2}[.)、]\s+|[-*•]\s+|#+\s+)")
_CLOSING = "。！？；.!?;"
UNSTATED = 0.05  # probability, by the confirmer, under which the passages do not state a sentence as the answer
_CONTRADICTS: frozenset[ClaimReason] = frozenset(
    {"sign", "negation", "row", "year", "unit", "replaced", "conflict", "order"}
)
_DOUBTED: frozenset[ClaimReason] = frozenset({"wording", "verdict"})  # no rule speaks against it
_AMOUNT_ASKED = re.compile(  # what an amount alone answers
    r"\bhow (?:much|many|long|far|often|large|big|high|heavy|old|thick|wide|deep|fast)\b"
    r"|多少|多久|多长|多大|多高|多重|多远"
    r"|(?<![好这那哪茶近过])(?<!星期)(?<!礼拜)(?<!周)几(?![乎何率时经许种项类内])",
    re.IGNORECASE,
)
_ELSE_ASKED = re.compile(  # of an amount
    r"(?:\A|[,.;:!?]\s*)(?:who|whom|where|which|what|why)\b|谁|哪|什么|怎|[吗么]", re.IGNORECASE
)
_ANSWER = re.compile(  # what answers a question with yes or no, before the words that say it of something
    r"^[\s*_]*(?:yes|是的?|对|可以|行|能|会|需要|有|(?:no(?!\.\s*\d)|没有|不(?:是|可以?|行|能|会|需要?|用|必|得|算|宜|提供|包[括含]?"
    r"|支持|开放|允许|适用|影响|报销|收费)?))[\s*_]*"
    r"(?:[,.，。;；!！]+|$)[\s*_]*",
    re.IGNORECASE,
)
_OPEN_LEAD_IN = re.compile(r"(?:\n|^)[^\n]*[:：]$")  # of a list of which nothing is left
_NUMBERED = r"(?: \d{1,3})?"
_THAT = r"(?:clearly )?(?:states?|says?|mentions?|indicates?) that"
_NTH_ZH, _NUMBERED_ZH = r"第\s?\d{1,3}\s?段|段落", r"(?:\s?\d{1,3})?"
_ABOVE_ZH, _BY_ZH = r"(?:以上|上述)?", r"(?:根据|按照)(?:以上|上述)?"
_THAT_ZH = r"[中里](?:明确)?(?:写[明了着]|说明|提到|指出|规定)了?"
_CONTENT_ZH = r"(?:中?的?(?:内容|信息|规定|描述))?[，,]"
_ATTRIBUTION = re.compile(  # by which a model says where it has it from, before what it says
    r"^[\s*_]*(?:"
    rf"(?:according to|as stated in|based on) (?:the )?(?:given |provided )?(?:passages?|documents?|text){_NUMBERED},"
    rf"|(?:the )?(?:passages?|documents?|text){_NUMBERED} {_THAT}\b"
    rf"|(?:the )?passages?{_NUMBERED}\s?[:：]"
    rf"|{_BY_ZH}(?:{_NTH_ZH}|文档){_NUMBERED_ZH}{_CONTENT_ZH}"
    rf"|{_ABOVE_ZH}(?:{_NTH_ZH}|文档){_NUMBERED_ZH}{_THAT_ZH}[，,：:]?"
    r")\s*",
    re.IGNORECASE,
)
_WHENCE = re.compile(  # of that what no reader needs, whom the citation tells it; "yes" said that the passages do
    rf"^(?:(?:yes,\s?|(?P<no>no,\s?))?(?:the )?(?:given |provided )?passages?{_NUMBERED} {_THAT}\s+"
    rf"|according to (?:the )?(?:given |provided )?passages?{_NUMBERED},\s*|passages? \d{{1,3}}\s?[:：]\s*"
    rf"|(?:(?:是的?|对)[,，]\s?)?{_ABOVE_ZH}(?:{_NTH_ZH}){_NUMBERED_ZH}{_THAT_ZH}(?![的过书到])[，,：:]?\s*"
    rf"|{_BY_ZH}(?:{_NTH_ZH}){_NUMBERED_ZH}{_CONTENT_ZH}\s*"
    r")(?=[^\W_])",
    re.IGNORECASE,
)
_SMALL_WORD = re.compile(r"[a-z]+(?=[\s,]|$)")


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer after checking: its text with clean markers, its claims and their sources."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    notices: tuple[Notice, ...]
    grounded: bool  # a document that speaks of what the question names holds a claim, or two answer it differently
    opposed: bool  # the documents do not say a claim, or have something against it
    beside: tuple[Passage, ...] = ()  # those of the passages beside that are cited, with ranks of their own
    superseded: frozenset[tuple[str, str]] = frozenset()  # documents that a later one of their series contradicts
    unstated: bool = False  # by the confirmer the passages state none of its claims as the answer

    @property
    def is_doubtful(self) -> bool:
        """Whether it is one sentence, neither confirmed nor disputed by another document."""
        return len(self.claims) == 1 and not self.claims[0].supported and self.claims[0].reason != "conflict"

    @property
    def is_disputed(self) -> bool:
        """Whether another document answers one of its claims otherwise."""
        return any(claim.reason == "conflict" for claim in self.claims)

    @property
    def stands(self) -> bool:
        """Whether it is cited, and each of its claims confirmed, or disputed by another document."""
        is_told = all(claim.supported or claim.reason == "conflict" for claim in self.claims)
        return self.grounded and bool(self.citations) and is_told


@dataclass(frozen=True, slots=True)
class _Sentence:
    body: str  # without markers
    lead: str  # white space and line breaks before it
    markers: tuple[int, ...]
    code: SupportSpan | None = None  # where a passage has it, if it is a block of code


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a sentence says, as it is checked."""

    sentence: _Sentence
    cited: tuple[int, ...]  # the passages that its markers name, and that there are
    said: str  # of something; see `_said`
    answer: str  # the "yes" or "no" with which it begins, or which is the sentence before
    is_claim: bool
    sends: bool  # its reader somewhere that the question does not name

    @property
    def written(self) -> str:
        """What the confirmer reads."""
        return f"{self.answer}{' ' if self.answer.isascii() else ''}{self.said}" if self.answer else self.said


def cite(
    text: str,
    passages: Sequence[Passage],
    language: Language,
    question: str = "",
    similarities: Similarities | None = None,
    document_text: Callable[[Passage], str] | None = None,
    beside: Callable[[], Sequence[Passage]] = tuple,
    answers: Callable[[str], float] | None = None,
    verify: Verify | None = None,
    confirm: Confirm | None = None,
    confirm_by: ConfirmBy | None = None,
    stated: float | None = None,
) -> CheckedAnswer:
    """Check an answer against the passages the model was shown.

    `question` is what it answers; `similarities`, `document_text`, `beside`, `answers`, `verify`, `confirm`,
    `confirm_by` and `stated` are the Aligner's. The ranks of what `beside` gives follow one another, after those of
    `passages`; what is cited of it is numbered from the first one on.
    """
    beside = functools.cache(beside)
    aligner = Aligner(
        passages, question, similarities, document_text, beside, bool(_ANSWER.match(_without_whence(text))), answers,
        verify, confirm, confirm_by, stated,
    )  # fmt: skip
    drafts = list(_with_code(text, aligner))
    drafts = [draft for draft, again in zip(drafts, repeats(d.body for d in drafts), strict=True) if not again]
    known = {passage.rank: passage for passage in passages}
    removed = sorted({n for draft in drafts for n in draft.markers if n not in known})
    adopted: dict[int, Passage] = {}  # of those beside, by the rank that they had
    asks_amount = _AMOUNT_ASKED.search(question) and not _ELSE_ASKED.search(question)
    lacks_amount = bool(asks_amount) and not any(gives_amount(d.body, question) for d in drafts)
    pieces: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    disagreeing: dict[frozenset[str], tuple[str, str]] = {}  # documents, and their names in the order told
    superseded: set[tuple[str, str]] = set()
    moved = grounded = withheld = False
    at = 0
    statements = list(_statements(drafts, known, question))
    several = sum(statement.is_claim for statement in statements) > 1
    for statement in statements:
        draft = statement.sentence
        markers: tuple[int, ...] = ()
        other: SupportSpan | None = None  # that says otherwise
        doubt: ClaimReason = ""  # why what confirms the sentence does not surely state it
        spans, outweighed = _sources(statement, aligner)
        if statement.sends and foreign_in(draft.body, [question, *(span.quote for span in spans)]):
            withheld = True
            continue
        if statement.is_claim:
            grounded = (
                grounded
                or outweighed
                or any(span.on_target and (span.supported or span.reason in UNDECIDED) for span in spans)
            )
            if lacks_amount and draft.code is None:
                spans = [replace(span, supported=False, reason="echo") for span in spans]
            elif draft.code is None and spans:
                if not outweighed:
                    aside = several and not statement.answer
                    doubt = aligner.doubt(statement.said, spans, statement.written, one_of_several=aside)
                # Of several things that are listed, each in words, another one is no other answer.
                item = LIST_MARK.match(draft.body) if several else None
                listed = item is not None and not numbers_in(draft.body[item.end() :])
                other = None if listed else aligner.disagreement(statement.said, spans, statement.written)
            if other is not None:
                grounded = grounded or verify is not None  # which read that both answer
                pair = spans[0].passage.document, other.passage.document
                disagreeing.setdefault(frozenset(pair), pair)
                earlier, later = (heading_of(span.passage.title, span.passage.document) for span in (spans[0], other))
                if gives_way(earlier, later, question):
                    superseded.add((spans[0].passage.collection, spans[0].passage.document))
                if (rank := other.passage.rank) not in known:
                    adopted.setdefault(rank, replace(other.passage, rank=beside()[0].rank + len(adopted)))
                    other = replace(other, passage=adopted[rank])
                spans = [replace(spans[0], supported=False, reason="conflict"), other]
            markers = tuple(span.passage.rank for span in spans)
            moved = moved or (bool(statement.cited) and not set(markers) & set(statement.cited))
        told = _behind_code(draft.body, markers) if draft.code else _with_markers(draft.body, markers)
        lead = draft.lead if pieces else ""
        at += len(lead)
        if statement.is_claim:
            supported = any(span.supported for span in spans)
            none: ClaimReason = "echo" if lacks_amount else "words"
            reason = "" if supported else spans[0].reason if spans else none
            # A "no" may follow from what is said instead: "by day 30", where "by day 14" was asked.
            if reason == "negation" and asks_whether(question) and denies(statement.said):
                reason = "words"
            if supported and doubt:
                supported, reason = False, doubt
            claims.append(Claim(at, at + len(told), supported, markers, _state_of(reason), reason))
            citations += [_citation(span, len(claims) - 1) for span in spans]
        at += len(told)
        pieces += [lead, told]
    unstated = not disagreeing and _is_unstated(claims, statements, confirm if question else None)
    opposed = any(claim.reason not in ("", "asked", *_DOUBTED, *UNDECIDED) for claim in claims)
    notices = tuple(_notices(removed, moved, disagreeing.values(), withheld, language))
    return CheckedAnswer(
        "".join(pieces).rstrip(), tuple(claims), tuple(citations), notices, grounded, opposed, tuple(adopted.values()),
        frozenset(superseded), unstated,
    )  # fmt: skip


def _is_unstated(claims: Sequence[Claim], statements: Iterable[_Statement], confirm: Confirm | None) -> bool:
    """Whether none of the claims has a tick, and the confirmer is sure of each that the passages do not state it."""
    if confirm is None or not claims or any(claim.supported for claim in claims):
        return False
    told = (None if each.sentence.code else confirm(each.written) for each in statements if each.is_claim)
    return all(probability is not None and probability < UNSTATED for probability in told)


def without_ticks(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims of an answer that may be one to another question: that the documents state them confirms none."""
    return tuple(
        replace(claim, supported=False, state="unchecked", reason="uncertain") if claim.supported else claim
        for claim in claims
    )


def without_unconfirmed(cited: CheckedAnswer, language: Language) -> tuple[CheckedAnswer, str]:
    """An answer of which something is confirmed, without the sentences that no passage holds; and what was left out.

    What a passage holds, but not surely of what was asked, stays; so does everything where nothing is confirmed.
    """
    out = [claim for claim in cited.claims if claim.state == "not_found" and claim.reason not in UNDECIDED]
    if not out or not any(claim.supported or claim.reason in _DOUBTED for claim in cited.claims):
        return cited, ""
    pieces: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    at = length = 0  # up to where of the text before it is done, and how long what is kept of it is
    for number, claim in enumerate(cited.claims):
        before, sentence = cited.text[at : claim.start], cited.text[claim.start : claim.end]
        at = claim.end
        if claim in out:
            kept = before.rstrip()
        else:
            kept = before if length else before.lstrip()
            start = length + len(kept)
            citations += [replace(c, claim=len(claims)) for c in cited.citations if c.claim == number]
            claims.append(replace(claim, start=start, end=start + len(sentence)))
            kept += sentence
        pieces.append(kept)
        length += len(kept)
    pieces.append(cited.text[at:])
    notice = Notice(
        "unconfirmed_left_out", text_in(language, "answer.unconfirmed_left_out", count=len(out), all=len(cited.claims))
    )
    kept_text = _OPEN_LEAD_IN.sub("", "".join(pieces).rstrip()).rstrip()
    told = (*cited.notices, notice)
    left_out = "\n".join(cited.text[claim.start : claim.end] for claim in out)
    return replace(cited, text=kept_text, claims=tuple(claims), citations=tuple(citations), notices=told), left_out


def _state_of(reason: ClaimReason) -> ClaimState:
    """The state of a claim that is not confirmed for this reason; "confirmed" where there is none."""
    if not reason:
        return "confirmed"
    if reason in _CONTRADICTS:
        return "contradicted"
    return "unchecked" if reason in ("language", "asked", *_DOUBTED) else "not_found"


def _notices(
    removed: Sequence[int], moved: bool, disagreeing: Iterable[tuple[str, str]], withheld: bool, language: Language
) -> Iterator[Notice]:
    if removed:
        numbers = ", ".join(f"[{n}]" for n in removed)
        yield Notice("false_marker", text_in(language, "answer.false_marker", markers=numbers))
    if moved:
        yield Notice("marker_moved", text_in(language, "answer.marker_moved"))
    for first, second in disagreeing:
        yield Notice("disagreement", text_in(language, "answer.disagreement", first=first, second=second))
    if withheld:
        yield Notice("address_withheld", text_in(language, "answer.address_withheld"))


def _citation(span: SupportSpan, claim: int) -> Citation:
    passage = span.passage
    return Citation(
        marker=passage.rank, collection=passage.collection, document=passage.document, version=passage.version,
        page=passage.page, start=span.start, end=span.end, quote=span.quote, supported=span.supported, claim=claim,
    )  # fmt: skip


def _with_code(text: str, aligner: Aligner) -> Iterator[_Sentence]:
    """The sentences in order, and the blocks of code that a passage has; what is in others is read as sentences."""
    at = 0
    for block in code_blocks(text):
        markers = _numbers(text[block.start : block.end].rpartition("\n")[2])
        if span := aligner.code(block.lines, markers):
            before = text[at : block.start]
            yield from _sentences_with_markers(before)
            yield _Sentence(block.text, before[len(before.rstrip()) :] or "\n", markers, span)
            at = block.end
    yield from _sentences_with_markers(text[at:])


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
        body = _without_whence(_MARKER.sub("", sentence).strip())
        pending = _Sentence(body, lead, tuple(dict.fromkeys(_numbers(sentence)))) if body else None
    if pending:
        yield pending


def _without_whence(sentence: str) -> str:
    """A sentence without "the passages state that", and first a capital letter."""
    match = _WHENCE.match(sentence)
    if match is None:
        return sentence
    said = sentence[match.end() :]
    if match["no"]:
        return f"{match['no']}{said}"
    return f"{said[0].upper()}{said[1:]}" if _SMALL_WORD.match(said) else said


def _numbers(text: str) -> tuple[int, ...]:
    """The passages that the markers name. [3.4] names none: a section of the text, which small models cite."""
    found = (n for group in _MARKER.findall(text) for n in re.findall(r"[\d.]+", group))
    return tuple(int(n) for n in found if n.isdigit())


def _behind_code(block: str, markers: Sequence[int]) -> str:
    """A block of code with markers in a line of their own, since nothing may stand in that of its end."""
    indent = block[: len(block) - len(block.lstrip())]
    return f"{block}\n{indent}{''.join(f'[{n}]' for n in markers)}"


def _with_markers(body: str, markers: Sequence[int]) -> str:
    if not markers:
        return body
    closing = len(body) - len(body.rstrip(_CLOSING))
    stem, tail = (body[:-closing], body[-closing:]) if closing else (body, "")
    space = "" if CJK.search(stem[-1:]) else " "
    return f"{stem}{space}{''.join(f'[{n}]' for n in markers)}{tail}"


def _statements(drafts: Iterable[_Sentence], known: Container[int], question: str) -> Iterator[_Statement]:
    mere_answer = ""  # "Yes.", a sentence by itself
    for draft in drafts:
        said, answer = _said(draft.body), _answer_of(draft.body) or mere_answer
        mere_answer = "" if said else answer
        yield _Statement(
            draft, tuple(n for n in draft.markers if n in known), said, answer,
            is_claim=draft.code is not None or _states_something(draft.body),
            sends=bool(foreign_in(draft.body, [question])),
        )  # fmt: skip


def _sources(statement: _Statement, aligner: Aligner) -> tuple[list[SupportSpan], bool]:
    """The spans that it rests on, and whether it is confirmed although a rule doubts it, or speaks against it."""
    if statement.sentence.code is not None:
        return [statement.sentence.code], False
    if not statement.is_claim and not statement.sends:
        return [], False
    spans = aligner.sources(statement.said, statement.cited)
    place = aligner.outweighed(statement.said, spans, statement.written)
    return ([place], True) if place else (spans, False)


def _answer_of(body: str) -> str:
    """The "yes" or "no" with which a sentence begins; "" without one."""
    found = _ANSWER.match(_LIST_NUMBER.sub("", body))
    return re.sub(r"[*_]", "", found.group()).strip() if found else ""


def _said(body: str) -> str:
    """What a sentence says of something: without the number of a list, "yes" or "no", and "the passages state that"."""
    return _ATTRIBUTION.sub("", _ANSWER.sub("", _LIST_NUMBER.sub("", body)))


def states_nothing(text: str) -> bool:
    """Whether no sentence of an answer says anything that could be checked: it is "yes" alone, or a question."""
    return not any(_states_something(sentence.body) for sentence in _sentences_with_markers(text))


def _states_something(body: str) -> bool:
    """Whether a sentence is a claim: not a question, a heading, a lead-in to a list, a mere "yes" or punctuation."""
    plain = "" if is_fence(body) else _said(body).strip(" *_#`|-")
    if not plain or plain[-1] in "?？:：" or body.lstrip().startswith("#"):
        return False
    return states_something(plain)
