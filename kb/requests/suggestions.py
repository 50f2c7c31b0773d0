"""Suggested questions: what a person may ask of a document, by rule: its own questions, or what its sections are on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random

from kb.editing.passages import left_out
from kb.errors import UsageError
from kb.language.language import language_of
from kb.schema import Document, Heading, Language, Principal
from kb.store import suggestions as store
from kb.store.catalog import Catalog

OPENING = 20_000  # characters of a document in which its questions are looked for
MOST = 8  # questions of a document
LONGEST = 200  # characters of one
_LOOKED_AT = 24  # documents, for one list
_WHOLE = 2**30  # characters
_NO_BREAK = re.compile(r"[^\n]")
_SIGNS = " \t*_#>|-•·"  # around a line that is in bold, in a list or a heading
_BOLD = re.compile(r"\*\*([^*]{4,200}[?？])\*\*")
_MARK = re.compile(r"(?:Q|问|问题)\d{0,3}[:：.．、]\s*")  # before a question of a list of questions and answers
_ENDS = re.compile(r"[。！!?？；;]|[.:]\s")  # what a line that is one question has at its end alone
_NUMBER = re.compile(
    r"第[一二三四五六七八九十百\d]{1,4}[章节条]\s*|[（(]?[一二三四五六七八九十]{1,3}[)）.、]\s*"
    r"|[（(]?\d{1,3}(?:\.\d{1,3}){0,3}(?:[)）.、]\s*|\s+)"
)
_DULL = frozenset({
    "目录", "前言", "引言", "概述", "附录", "附件", "其他", "其它", "附则", "总则",
    "contents", "table of contents", "introduction",
    "overview", "appendix", "annex", "other", "general", "references", "faq", "notes", "summary", "change history",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that a document answers."""

    question: str
    collection: str
    document: str


def suggested(
    catalog: Catalog, readable: Sequence[Document], language: Language, count: int, seed: str
) -> list[Suggestion]:
    """Questions to some of the documents that the asker may read, one to each, those in `language` first; drawn by
    `seed`. What editors wrote and what documents ask themselves comes before what is made of headings."""
    drawn, searched = Random(seed), [document for document in readable if _is_searched(document)]
    chosen = drawn.sample(searched, min(len(searched), _LOOKED_AT))
    found: list[tuple[bool, bool, Suggestion]] = []
    for document, questions, own in _questions(catalog, chosen):
        spoken = [question for question in questions if language_of(question) == language]
        if questions:
            question = drawn.choice(spoken or questions)
            found.append((not spoken, not own, Suggestion(question, document.collection, document.path)))
    found.sort(key=lambda each: each[:2])
    return list({each.question: each for *_, each in reversed(found)}.values())[::-1][:count]


def questions_of(catalog: Catalog, document: Document) -> tuple[list[str], bool]:
    """The questions of one document, and whether an editor wrote them."""
    if not _is_searched(document):
        return [], False
    [(_, questions, _)] = _questions(catalog, [document])
    return questions, document.id in store.written_questions(catalog, [document.id])


def write(catalog: Catalog, document: Document, questions: Sequence[str] | None, by: Principal) -> None:
    """Keep an editor's questions of a document; None goes back to the rule. Raises UsageError for too many or too long
    ones."""
    kept = None
    if questions is not None:
        kept = list(dict.fromkeys(line for question in questions if (line := " ".join(question.split()))))
        if len(kept) > MOST:
            raise UsageError("document.many_questions", n=len(kept), most=MOST)
        long = next((question for question in kept if len(question) > LONGEST), None)
        if long is not None:
            raise UsageError("document.long_question", question=long[:40], n=len(long), most=LONGEST)
    store.write(catalog, document, kept, by.name)


def by_rule(title: str, opening: str, headings: Sequence[Heading]) -> tuple[list[str], bool]:
    """Questions to a text of this title, and whether they are its own."""
    bare = [(heading, _without_number(heading.text.strip())) for heading in headings]
    lines = [*(heading.text for heading in headings), *opening.splitlines()]
    own = [question for line in lines if (question := _question(line))]
    if own:
        return list(dict.fromkeys(own))[:MOST], True
    topics = [
        text
        for i, (heading, text) in enumerate(bare)
        if not (i + 1 < len(bare) and bare[i + 1][0].level > heading.level)  # nothing but sections is under it
        and 2 <= len(text) <= 40
        and text.casefold() not in _DULL
        and text.casefold() != title.casefold()
    ]
    return [_about(title, topic) for topic in dict.fromkeys(topics)][:MOST], False


def _question(line: str) -> str:
    """The question that a line is, and nothing else; "" where it is none, or may be the end of a longer sentence."""
    line = line[: LONGEST + 40].strip()
    bold = _BOLD.match(line)  # and the answer after it
    line = (bold[1] if bold else line).strip(_SIGNS)
    mark = _MARK.match(line)
    text = _without_number(line[mark.end() :] if mark else line).strip(_SIGNS)
    begins = text[:1].isupper() or text[:1] > "\u2e7f"
    is_one = text.endswith(("?", "？")) and 6 <= len(text) <= LONGEST and not _ENDS.search(text, 0, len(text) - 1)
    return text if begins and is_one else ""


def _without_number(heading: str) -> str:
    number = _NUMBER.match(heading)
    return heading[number.end() :].strip() if number else heading


def _about(title: str, topic: str) -> str:
    if language_of(f"{title} {topic}") == "zh":
        return f"《{title}》对“{topic}”有什么说明？"
    return f"What does “{title}” say about {topic}?"


def _questions(catalog: Catalog, documents: Sequence[Document]) -> list[tuple[Document, list[str], bool]]:
    ids = [document.id for document in documents]
    written, headings = store.written_questions(catalog, ids), store.headings_of(catalog, ids)
    openings = catalog.openings(ids, OPENING)
    whole = catalog.openings([document.id for document in documents if document.edits], _WHOLE)
    made = []
    for document in documents:
        if document.id in written:
            made.append((document, list(written[document.id]), True))
            continue
        _, title, opening = openings.get(document.id, ("", "", ""))
        found: Sequence[Heading] = headings.get(document.id, ())
        if document.id in whole:
            title, opening, found = _findable_parts(catalog, document.id, title, whole[document.id][-1], found)
        name = title or PurePosixPath(document.path).stem
        made.append((document, *by_rule(name, opening, found)))
    return made


def _findable_parts(
    catalog: Catalog, document_id: int, title: str, text: str, headings: Sequence[Heading]
) -> tuple[str, str, list[Heading]]:
    """Title, opening and headings of a document whose passages were edited, as far as questions find them: nothing of
    what was left out, no heading over nothing else, and the title where it stands in the text still."""
    kept = text
    for start, end in left_out(catalog.db, document_id):
        kept = kept[:start] + _NO_BREAK.sub(" ", kept[start:end]) + kept[end:]
    standing = []
    for heading, end in zip(headings, [*(each.start for each in headings[1:]), len(text)], strict=True):
        line, _, rest = kept[heading.start : end].partition("\n")
        if kept[heading.start : end] == text[heading.start : end] or (line.strip() and rest.strip()):
            standing.append(heading)
    return title if title in kept else "", kept[:OPENING], standing


def _is_searched(document: Document) -> bool:
    return document.chunks > 0 and not document.quarantined
