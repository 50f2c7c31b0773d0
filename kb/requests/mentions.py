"""Mentions: which documents speak of something, each with its best place. No model is needed."""

import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import Final

from kb.answering.retrieval import piece_weights
from kb.checking.prompt_injection import gives_orders, without_orders
from kb.language.content_terms import content_of, stem
from kb.language.language import nfkc, sentences, squeezed
from kb.language.tokenizer import content_words
from kb.messages.coded_text import text_in
from kb.models.maxsim import maxsim
from kb.requests.desk import Desk
from kb.requests.quoting import AnswerLine, Place, answer_of, one_line
from kb.requests.recognition import FindDocuments
from kb.schema import Answer, Event, Notice, Passage, Retrieved
from kb.store.scopes import nothing_found

NEAR = 0.86  # evidence from which on a passage without the words is taken to speak of the subject all the same
MOST_PLACES: Final = 2_000  # that are looked at, the best first
MOST_TOLD = 40  # documents that are listed
_TWO_NAMES = re.compile(r"(?<![\w-])(?P<one>[\w-]{1,40}) ?\((?P<other>[^()]{2,60})\)")
_TAIL_ZH = re.compile(r"(?<=..)(?:的(?:事情?|内容|问题|情况|规定|说明|信息|资料)|这件事|方面|相关)$")
_LONGEST_QUOTE = 240  # characters
_PASSAGES = 50  # of the search by meaning

FOUND = {
    "en": ("1 document speaks of “{1}”:", "{0} documents speak of “{1}”:"),
    "zh": ("有 1 个文档提到“{1}”：", "有 {0} 个文档提到“{1}”："),
}
NONE = {"en": "No document that you may read mentions “{}”.", "zh": "您可阅读的文档都没有提到“{}”。"}


def find_documents(asked: FindDocuments, desk: Desk) -> Generator[Event, None, Answer]:
    """The documents that hold all the words of the subject in one place; else those that come near it in meaning."""
    draft, language = desk.draft, desk.language
    readable = {(d.collection, d.path): d for d in desk.documents()}
    if not readable:
        return draft.found_nothing([nothing_found(desk.scope, desk.catalog.documents(desk.asker), language)])
    found = _with_the_words(asked.subject, desk)
    words_found = bool(found)
    found = found or _near(asked.subject, desk) or (yield from _in_other_language(asked.subject, desk))
    best: dict[tuple[str, str], Passage] = {}
    for passage in found:
        key = passage.collection, passage.document
        if key in readable and not gives_orders(passage.document):
            best.setdefault(key, passage)
    told = list(best.values())[:MOST_TOLD]
    draft.passages = tuple(replace(passage, rank=rank) for rank, passage in enumerate(told, 1))
    yield Retrieved(draft.passages, draft.searched, enough_evidence=False)
    if not told:
        return replace(draft.finished(NONE[language].format(asked.subject)), kind="documents")
    if not words_found and all(notice.kind != "translated" for notice in draft.notices):
        draft.notices.append(Notice("by_meaning", text_in(language, "answer.by_meaning")))
    if len(told) < len(best):
        draft.notices.append(
            Notice("not_all_listed", text_in(language, "answer.not_all_listed", shown=len(told), count=len(best)))
        )
    head = FOUND[language][len(best) > 1].format(len(best), asked.subject)
    return answer_of(draft, "documents", [AnswerLine(head), *_lines(asked.subject, draft.passages)])


def _with_the_words(subject: str, desk: Desk) -> list[Passage]:
    """The best places that hold all the words of the subject, or of it as it may be said otherwise."""
    forms = _forms(subject)
    expressions = [" AND ".join(f'"{word}"' for word in words) for form in forms if (words := content_words(form))]
    expression = " OR ".join(f"({each})" for each in expressions)
    found = desk.catalog.word_search(expression, MOST_PLACES, desk.chunk_ids()) if expressions else []
    passages = desk.catalog.passages(found, desk.asker)
    # Chinese words may be cut otherwise within a text than alone.
    known = {passage.chunk_id for passage in passages}
    wanted = [squeezed(form) for form in forms]
    others = desk.search(subject, _PASSAGES, desk.scope).passages
    return passages + [
        p for p in others if p.chunk_id not in known and any(each in squeezed(p.text) for each in wanted)
    ]


def _forms(subject: str) -> list[str]:
    """The subject, and where it names something twice, "EO (ethylene oxide) sterilisation", with either name alone."""
    subject = _TAIL_ZH.sub("", nfkc(subject))
    found = _TWO_NAMES.search(subject)
    if found is None:
        return [subject]
    before, after = subject[: found.start()], subject[found.end() :]
    return [subject, f"{before}{found['one']} {after}", f"{before}{found['other']} {after}"]


def _near(subject: str, desk: Desk) -> list[Passage]:
    passages = desk.search(subject, _PASSAGES, desk.scope).passages
    embedded = desk.embedder.embed_question(subject)
    if not len(embedded.tokens) or not passages:
        return []
    packed = desk.catalog.token_vectors([passage.chunk_id for passage in passages])
    weights = piece_weights(desk.catalog, embedded.pieces)
    scores = maxsim(embedded.tokens, weights, [packed.get(p.chunk_id, b"") for p in passages])
    near = [(float(score), p) for score, p in zip(scores, passages, strict=True) if score >= NEAR]
    return [passage for _, passage in sorted(near, key=lambda pair: -pair[0])]


def _in_other_language(subject: str, desk: Desk) -> Generator[Event, None, list[Passage]]:
    """The places that hold the words of the subject in the other language of the documents."""
    searched = desk.find(subject)
    found = _with_the_words(searched.translated, desk) if searched.translated else []
    if found:
        yield from desk.draft.tell_searched(searched)
    return found


def _lines(subject: str, passages: Sequence[Passage]) -> Iterable[AnswerLine]:
    for passage in passages:
        start, end = _best_sentence(subject, passage)
        place = f"{passage.document}, p. {passage.page}" if passage.page else passage.document
        title = one_line(passage.title) or passage.document
        name = f"**{title}** ({place})" if title != passage.document else f"**{title}**"
        quote = one_line(passage.text[start - passage.start : end - passage.start])
        yield AnswerLine(f"{passage.rank}. {name}: {quote}", (Place(passage, start, end),))


def _best_sentence(subject: str, passage: Passage) -> tuple[int, int]:
    """Where the sentence or line of a passage stands that has most words of the subject; the first of equals."""
    text = without_orders(passage).text
    wanted = {stem(word) for word in content_words(subject)} | set(content_of(subject))
    phrase = squeezed(subject)

    def has(span: tuple[int, int]) -> tuple[bool, int]:
        said = text[span[0] : span[1]]
        words = {stem(word) for word in content_words(said)} | set(content_of(said))
        return phrase in squeezed(said), len(wanted & words)

    spans = [span for span in sentences(text) if any(c.isalnum() for c in text[span[0] : span[1]])]
    start, end = max(spans, key=has, default=(0, len(passage.text)))
    return passage.start + start, passage.start + min(end, start + _LONGEST_QUOTE)
