"""Markup: questions, passages and answers as HTML. Every text passes through `ui.html.sanitise`."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from kb.access.rules import PERSONAL
from kb.answering import refusal
from kb.language.code_blocks import is_code
from kb.schema import EVERYTHING, Answer, Citation, Claim, ClaimState, Document, Notice, Passage, Progress, Scope, Term
from kb.store.conversations import Feedback
from ui.html.sanitise import StyledSpan, rich
from ui.html.templates import draw
from ui.service.answer_task import Snapshot
from ui.service.export import as_text
from ui.words.strings import TEXTS, Strings

Titles = Mapping[tuple[str, str], str]  # that editors gave documents, by (collection, path)
NO_TITLES: Titles = {}
_QUESTION_SHOWN = 2_000
_CARD_SHOWN = 420
_PART_SHOWN = 60
SAMPLES = 5  # answers that vote, where the reader wants that
AGAIN_BUDGETS = (0, 128, 512, 2048)  # tokens of reasoning to choose from for another answer
_REASONS = {
    "up": ("reason_right", "reason_clear"),
    "down": ("reason_wrong", "reason_source", "reason_incomplete", "reason_unclear"),
}
_STATES: tuple[ClaimState, ...] = ("not_found", "contradicted", "unchecked")
_NOTHING_SEARCHED = {"nothing_matches": "refused_filter", "nothing_to_search": "refused_empty"}
_HALF_MARKER = re.compile(r"(?<!\s)\s*\[\d{0,3}\Z")  # the rest of it has not come yet
_SEARCHABLE = ("added", "changed", "unchanged")


def wrap(html: str) -> str:
    """`html` as it stands in the page outside a panel."""
    return draw("parts.wrap", html)


def question(text: str, t: Strings, scope: Scope = EVERYTHING, *, editable: bool = False) -> str:
    """What the reader asked, as a bubble, and where alone it was looked for; `editable` with a button to change it."""
    cut = f"{len(text):,}" if len(text) > _QUESTION_SHOWN else ""
    return draw("chat.question", text[:_QUESTION_SHOWN], cut, limits_of(scope, t), editable, t)


def editing(later: int, t: Strings) -> str:
    """What is said while a question is changed, with the way to leave it as it is."""
    return draw("chat.editing", t.count("editing", later) if later else t("editing_last"), t)


def limits_of(scope: Scope, t: Strings) -> list[tuple[str, str]]:
    """The parts of a scope: a name to take each away by, and its words."""
    own = (p.partition("/")[2] if p.startswith(PERSONAL) else p for p in scope.paths)  # a person's own: the name alone
    named = [(f"paths:{p}", shown) for p, shown in zip(scope.paths, own, strict=True)]
    named += [(f"collections:{c}", t("limit_collection", name=c)) for c in scope.collections]
    named += [(f"types:{s}", s.upper()) for s in scope.types]
    named += [(f"tags:{tag}", t("limit_tag", name=tag)) for tag in scope.tags]
    named += [("since:", t("limit_since", date=scope.since))] if scope.since else []
    return named + ([("until:", t("limit_until", date=scope.until))] if scope.until else [])


def limits(scope: Scope, t: Strings) -> str:
    """The filters of the next question, each with a button that takes it away."""
    return draw("chat.limits", limits_of(scope, t), t)


def state(snapshot: Snapshot, seconds: float, t: Strings) -> str:
    """What is being done now, and for how long."""
    if snapshot.finished:
        return ""
    ahead = snapshot.ahead if snapshot.state == "queued" else 0
    words = t.count("state_ahead", ahead) if ahead else t(f"state_{snapshot.state}")
    if snapshot.file:
        words = t("state_file", name=snapshot.file)
    elif snapshot.progress is not None and not ahead:
        words = part_read(snapshot.progress, t)
    return draw("chat.state", words, int(seconds), t)


def part_read(at: Progress, t: Strings) -> str:
    """Which part of a document is being read, and about how long the rest takes."""
    name = at.part[:_PART_SHOWN] + ("…" if len(at.part) > _PART_SHOWN else "")
    words = t("state_part", number=at.number, total=at.total, part=name)
    if at.seconds_left is None or at.seconds_left < 1:
        return words
    minutes = round(at.seconds_left / 60)
    return words + (t("minutes_left", n=minutes) if minutes > 1 else t("seconds_left", n=max(1, int(at.seconds_left))))


def where(page: int | None, section: str, t: Strings) -> str:
    """Page and section in words."""
    return " · ".join(part for part in (t("page", n=page) if page else "", section) if part)


def passages(
    found: Sequence[Passage],
    asked: str,
    searched: str,
    t: Strings,
    *,
    clickable: bool,
    terms: Sequence[Term] = (),
    titles: Titles = NO_TITLES,
) -> str:
    """The passages found, in a panel to unfold; above it what was searched for, if that is not what was asked, and the
    terms of the glossary by which it was widened."""
    if not found:
        return draw("parts.notice", t("passages_none"))
    places = (where(p.page, p.section, t) for p in found)
    scores = (t("score", score=f"{p.score:.2f}") for p in found)
    about = [" · ".join(filter(None, both)) for both in zip(places, scores, strict=True)]
    each = _first_of_each(found)
    first = (titles.get((p.collection, p.document), PurePosixPath(p.document).name) for p in each[:2])
    names = ", ".join(first) + ("…" if len(each) > 2 else "")
    searched = searched[:500] if searched.strip() != asked.strip() else ""
    widened = "; ".join(" = ".join((term.term, *term.forms)) for term in terms)[:500]
    rows = [(p, _name(p, titles), words) for p, words in zip(found, about, strict=True)]
    return draw("chat.passages", rows, names, searched, widened, clickable, t)


def reasoning(text: str, tokens: int, budget: int | None, t: Strings, *, live: bool) -> str:
    """The model's reasoning: open and following its end while it is written, folded afterwards."""
    if not text.strip():
        return ""
    words = t("reasoning_budget", n=tokens, budget=budget) if budget else t("reasoning_tokens", n=tokens)
    used = f"{min(1.0, tokens / budget):.0%}" if live and budget else ""
    return draw("chat.reasoning", text.strip(), words if tokens else "", used, live, t)


def draft(text: str, passages_found: int) -> str:
    """The answer while it is written: markers of known passages as chips that do nothing yet."""

    def chip(n: int, _claim: int | None) -> str | None:
        return draw("chat.mark", n) if 1 <= n <= passages_found else None

    text = _HALF_MARKER.sub("", text)
    return draw("chat.answer", rich(text, marker=chip)) if text.strip() else ""


def answer(given: Answer, t: Strings, titles: Titles = NO_TITLES) -> str:
    """The finished answer: sentences with their citations, and a mark on those nothing confirms."""
    if given.refused:
        return _refusal(given, t, titles)
    spans = [
        StyledSpan(_marked_from(given.text, c), c.end)
        if c.supported or not given.passages
        else StyledSpan(c.start, c.end, "unsupported", _flag(c, t))
        for c in given.claims
    ]
    by_claim = {(c.claim, c.marker): i for i, c in reversed(list(enumerate(given.citations)))}
    by_marker = {c.marker: i for i, c in reversed(list(enumerate(given.citations)))}
    latest: dict[int, int] = {}  # a marker after the full stop belongs to the sentence before it

    def chip(n: int, claim: int | None) -> str | None:
        index = by_claim.get((claim, n)) if claim is not None else latest.get(n)
        index = by_marker.get(n) if index is None else index
        if index is not None:
            latest[n] = index
            return _chip(n, given.citations[index], index, t, titles)
        passage = next((p for p in given.passages if p.rank == n), None)
        return _passage_chip(n, passage, t, titles) if passage else None

    return draw("chat.answer", rich(given.text, spans, chip))


def _marked_from(text: str, claim: Claim) -> int:
    """Where a claim begins that can be marked: of a block of code its last line, which has the markers alone."""
    said = text[claim.start : claim.end]
    return claim.end - len(said.rpartition("\n")[2].lstrip()) if is_code(said) else claim.start


def _flag(claim: Claim, t: Strings) -> str:
    state = claim.state or "not_found"
    why = t(f"claim_{claim.reason}") if claim.reason else t("unverified_help")
    return draw("chat.flag", state, why, t)


def notices(given: Iterable[Notice], t: Strings) -> str:
    """What the reader must know about how the answer came about."""
    return draw("chat.notices", [t.message(n.text) for n in given])


def problem(title: str, text: str) -> str:
    """Something that failed: what, and what to do."""
    return draw("chat.problem", title, text)


def foot(
    snapshot: Snapshot,
    seconds: float,
    t: Strings,
    *,
    documents: bool,
    feedback: Feedback | None = None,
    judging: bool = False,
    models: Sequence[str] = (),
    read_only: bool = False,
) -> str:
    """Below an answer: whether it is confirmed, who wrote it and how long it took; copying, and where it is not
    `read_only` judging and asking again, also with another of `models`."""
    given = snapshot.answer
    facts = [f"{engine(given.engine, t)} · {given.model}"] if given and given.model else []
    facts.append(t("took", seconds=f"{given.seconds if given else seconds:.1f}"))
    offers = [(f"think:{n}", t("again_think", n=f"{n:,}") if n else t("think_off")) for n in AGAIN_BUDGETS]
    offers += [(f"vote:{SAMPLES}", t("again_vote", n=SAMPLES))] if documents else []
    offers += [(f"model:{name}", t("again_model", name=name)) for name in models]
    text = copied(snapshot, t) if snapshot.text.strip() else None
    standing = _standing(given, t) if given and documents else None
    judged = feedback.verdict if feedback else ""
    below = _reason(feedback, t, asking=judging) if feedback else ""
    return (
        draw("chat.foot", text, judged, None if read_only else offers, standing, " · ".join(facts), documents, t)
        + below
    )


def _standing(given: Answer, t: Strings) -> tuple[str, str] | None:
    """How far an answer is confirmed, as style and words; None for what is not compared: a curated one says whose word
    it is."""
    if given.refused or not given.claims or any(notice.kind == "curated" for notice in given.notices):
        return None
    weak = Counter(claim.state or "not_found" for claim in given.claims if not claim.supported)
    counts = [t("uncertain")] if given.uncertain else []
    counts += [t.count(f"{state}_count", weak[state]) for state in _STATES if weak[state]]
    return ("weak", t("list_separator").join(counts)) if counts else ("good", t("verified_all"))


def link_to_copy(address: str, t: Strings) -> str:
    """An address, and the button that copies it."""
    return draw("chat.link_to_copy", address, t)


def again(t: Strings) -> str:
    """The button that asks the question once more."""
    return draw("chat.again", t)


def _reason(feedback: Feedback, t: Strings, *, asking: bool) -> str:
    if not asking:
        words = t("judged_as", reason=_reason_in(feedback.reason, t)) if feedback.reason else t("judged")
        return draw("chat.judged", words)
    return draw("chat.judging", t(f"reason_{feedback.verdict}"), _REASONS[feedback.verdict], t)


def _reason_in(reason: str, t: Strings) -> str:
    """A reason as it is kept: one of those offered is shown in the page's language, in whichever it was given."""
    offered = (name for names in _REASONS.values() for name in names)
    return next((t(name) for name in offered if reason in (TEXTS[name].zh, TEXTS[name].en)), reason)


def engine(name: str, t: Strings) -> str:
    """An engine's name in words."""
    return t(f"engine_{name}") if f"engine_{name}" in TEXTS else name


def copied(snapshot: Snapshot, t: Strings) -> str:
    """The answer as plain text, with a remark on what nothing confirms and its sources listed below."""
    given = snapshot.answer
    if not given or not given.citations or given.refused:
        return snapshot.text
    return as_text(given, t.language)


def hero(documents: int, t: Strings) -> str:
    """The page before the first question."""
    return draw("chat.hero", t("hero_text") if documents else t("hero_empty"), t)


def suggestions(questions: Sequence[str], t: Strings) -> str:
    """Questions that one may begin with, each a button."""
    return draw("chat.suggestions", questions, t)


def searchable(document: Document) -> bool:
    """Whether questions find it."""
    return document.status in _SEARCHABLE and not document.quarantined


def _first_of_each(found: Sequence[Passage]) -> list[Passage]:
    return list({(p.collection, p.document): p for p in reversed(found)}.values())[::-1]


def _refusal(given: Answer, t: Strings, titles: Titles) -> str:
    """Why there is no answer, the nearest words, what is missing, and the nearest documents to click on."""
    lines = [t.message(n.text) for n in given.notices]
    if found := refusal.nearest(given.searched, given.passages):
        lines += refusal.evidence(found, t.language)
    title = next((_NOTHING_SEARCHED[n.kind] for n in given.notices if n.kind in _NOTHING_SEARCHED), "refused")
    nearest = [(p.rank, _name(p, titles)) for p in _first_of_each(given.passages)[:4]]
    return draw("chat.refusal", title, lines, nearest, t)


def _chip(n: int, citation: Citation, index: int, t: Strings, titles: Titles) -> str:
    place = where(citation.page, "", t)
    head = _name(citation, titles) + (f" · {place}" if place else "")
    quote = f"{citation.quote[:_CARD_SHOWN]}{'…' if len(citation.quote) > _CARD_SHOWN else ''}"
    words = t("cite_label" if citation.supported else "cite_label_weak", n=n, document=head)
    return draw("chat.cite", n, "cite", index, head, quote, words, not citation.supported)


def _name(source: Passage | Citation, titles: Titles) -> str:
    """By what a source is named: the title that an editor gave its document, or else its path."""
    return titles.get((source.collection, source.document), source.document)


def _passage_chip(n: int, passage: Passage, t: Strings, titles: Titles) -> str:
    name = _name(passage, titles)
    words = t("cite_label_weak", n=n, document=name)  # nothing was compared with it
    return draw("chat.cite", n, "passage", n, name, passage.text[:_CARD_SHOWN], words, True)
