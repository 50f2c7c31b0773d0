"""The text of an answer as a chat client shows it, with its citations as annotations and as a list at the end."""

import re
from typing import Any

from kb.schema import Answer, Citation, Language
from ui.openai.inert import inert
from ui.service.addresses import source_address
from ui.words.text import Text
from ui.words.translations import localised

TEXTS = {
    "sources": Text("来源：", "Sources:"),
    "page": Text("第 {n} 页", "page {n}"),
    "draft": Text("草稿（尚未核对）：", "Draft, not checked yet:"),
    "not_found": Text("来源中未找到", "not found in the sources"),
    "contradicted": Text("与来源不符", "contradicted by the source"),
    "unchecked": Text("无法核对", "could not be checked"),
}
_RULE = "\n\n---\n"
_SHOWN = ("uncertain", "answer_cut", "answer_repeats", "stopped")  # notices without which the text would mislead
_SIGNS = re.compile(r"([\\`*\[\]<>|~&])")
_LONGEST_CLAIM = 80  # characters


def fixed_text(key: str, language: Language) -> str:
    """A text of `TEXTS`."""
    text: str = getattr(TEXTS[key], language)
    return text


def content(answer: Answer, origin: str, *, sources: bool) -> str:
    """What the client shows. With `sources` the text is followed by what a reader must know who sees nothing else: that
    it is uncertain, which sentences are not confirmed, and the documents that are cited."""
    text = inert(answer.text)
    if not sources:
        return text
    lines = [*_doubts(answer), *_listed(answer, origin)]
    return f"{text}{_RULE}{chr(10).join(lines)}" if lines else text


def without_sources(text: str) -> str:
    """The text of an earlier answer without the list that `content` put behind it."""
    before, rule, after = text.rpartition(_RULE)
    ours = [fixed_text("sources", language) for language in ("zh", "en")]
    return before if rule and any(f"{line}\n" in after for line in ours) else text


def annotations(answer: Answer, origin: str) -> list[dict[str, Any]]:
    """The citations in the form of OpenAI's `url_citation`: `start_index` and `end_index` count into the content, as
    code points; and what that form has no word for: the document, its page, and the words that are cited."""
    quiet = _without_icon(origin)
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": answer.claims[citation.claim].start,
                "end_index": answer.claims[citation.claim].end,
                "title": _place(citation.document, citation.page, answer.language),
                "url": _address(citation, quiet),
                "marker": citation.marker,
                "collection": citation.collection,
                "document": citation.document,
                "version": citation.version,
                "page": citation.page,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
                "supported": citation.supported,
            },
        }
        for citation in answer.citations
    ]


def about(answer: Answer) -> dict[str, Any]:
    """What the product knows of its answer and OpenAI's form has no place for."""
    return {
        "outcome": answer.outcome,
        "answerable": answer.answerable,
        "kind": answer.kind,
        "language": answer.language,
        "searched": answer.searched,
        "claims": [
            {"start": each.start, "end": each.end, "state": each.state, "reason": each.reason} for each in answer.claims
        ],
        "notices": [{"kind": notice.kind, "text": notice.text} for notice in answer.notices],
        "engine": answer.engine,
        "model": answer.model,
    }


def _doubts(answer: Answer) -> list[str]:
    lines = [localised(notice.text, answer.language) for notice in answer.notices if notice.kind in _SHOWN]
    for claim in answer.claims:
        if not claim.supported and claim.reason != "uncertain" and not answer.refused:  # told above
            words = " ".join(answer.text[claim.start : claim.end].split())
            shown = words if len(words) <= _LONGEST_CLAIM else f"{words[:_LONGEST_CLAIM]}…"
            state = claim.state if claim.state in ("contradicted", "unchecked") else "not_found"
            lines.append(f"- “{inert(shown)}”: {fixed_text(state, answer.language)}")
    return [*lines, ""] if lines else []


def _listed(answer: Answer, origin: str) -> list[str]:
    """A line for each place that is cited, the first quote of it linked; those that confirm a sentence alone."""
    places: dict[tuple[int, str, str, int | None], Citation] = {}
    for citation in sorted((each for each in answer.citations if each.supported), key=lambda each: each.marker):
        places.setdefault((citation.marker, citation.collection, citation.document, citation.page), citation)
    lines = [_line(citation, answer.language, origin) for citation in places.values()]
    return [fixed_text("sources", answer.language), *lines] if lines else []


def _line(citation: Citation, language: Language, origin: str) -> str:
    place = _place(_plain(f"{citation.collection}/{citation.document}"), citation.page, language)
    return f"- [{citation.marker}] [{place}]({_address(citation, origin)})"


def _place(document: str, page: int | None, language: Language) -> str:
    return document if page is None else f"{document}, {fixed_text('page', language).format(n=page)}"


def _without_icon(origin: str) -> str:
    """The origin with its scheme in capitals, which leads to the same place (RFC 3986, 3.1).

    Open WebUI (0.12) has the browser ask a service on the internet for the icon of each source whose address begins
    with http:// or https://, and tells it that address: the names of documents would leave the machine.
    """
    scheme, rest = origin.split("://", 1)
    return f"{scheme.upper()}://{rest}"


def _plain(text: str) -> str:
    """A name as the characters it is made of, on one line."""
    return _SIGNS.sub(r"\\\1", " ".join("".join(c if c.isprintable() else " " for c in text).split()))


def _address(citation: Citation, origin: str) -> str:
    return source_address(
        origin, citation.collection, citation.document, citation.version, citation.page, citation.start, citation.end
    )
