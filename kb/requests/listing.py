"""Listing: all of something: the whole list or table that holds it, from the document's stored text, with how many."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.checking.prompt_injection import gives_orders
from kb.errors import DocumentNotFound, ModelError
from kb.language.content_terms import content_of, share_held
from kb.language.language import listed
from kb.messages.coded_text import text_in
from kb.requests.blocks import Block, Item, blocks_of
from kb.requests.desk import Desk, passage_of
from kb.requests.number_bounds import bears, bounds_in, rows_within, without_bounds
from kb.requests.quoting import AnswerLine, Place, answer_of, in_cell, one_line
from kb.requests.recognition import ListAll
from kb.requests.row_conditions import Judge, likeliest_column, meant_rows, named_rows
from kb.schema import Answer, Event, Message, Notice, Passage, Retrieved, StoredText
from kb.store import heading_paths

COVERED = 1 / 3  # share of what is asked for that must stand in the list, its heads or above it
COVERED_UNSURE = 0.6  # the same where the question may be an ordinary one
COVERAGE_WEIGHT = 0.15  # beside the cosine of what was asked for and what a list is about
RIVAL = 0.05  # how near a list in another document comes before it is named
MOST_ITEMS = 300
_PASSAGES = 10  # of the search
_BEST = 3  # of these one must reach into the list
_AROUND = 3_000  # characters before and behind a passage in which lists are looked at
_MOST_BLOCKS = 40
_DESCRIBED = 400  # characters of what a list is about

COUNTED = {
    "en": ("1 item, from **{1}** ({2}):", "{0} items, from **{1}** ({2}):"),
    "zh": ("共 1 项，出自 **{1}**（{2}）：", "共 {0} 项，出自 **{1}**（{2}）："),
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    stored: StoredText
    block: Block
    score: float
    covered: float
    near: bool  # one of the best passages reaches into it


def list_all(asked: ListAll, desk: Desk) -> Generator[Event, None, Answer | None]:
    """The list or table that holds what is asked for, item by item; None where none plainly does."""
    wanted = asked.conditions or asked.subject
    subject = without_bounds(asked.subject) or asked.subject
    conditions = without_bounds(wanted) or wanted
    found = desk.search(subject, _PASSAGES, desk.scope)
    if not found.enough_evidence:
        return None
    bounded = bool(bounds_in(wanted))
    ranked = _ranked(subject, found.passages, desk)
    if bounded:
        ranked = [each for each in ranked if bears(wanted, each.block)]
    if not ranked or not (ranked[0].near or bounded):
        return None
    best, draft, language = ranked[0], desk.draft, desk.language
    block = best.block
    judge = _judge(desk)

    def likeliest(subject: str, said: str, heads: Sequence[str]) -> int | None:
        return likeliest_column(subject.rstrip("?？。. "), said, heads, language, judge)

    within, bounds = rows_within(wanted, block, likeliest)
    if not within:
        return None
    block = replace(block, items=tuple(within))
    kept, matched = named_rows(conditions, block)
    if not matched and asked.sure and block.has_cells:
        about = f"{words_around(best.stored, block)} {' '.join(block.heads)}"
        meant, matched = meant_rows(conditions, block, about, language, judge)
        kept = meant or kept
    matched = [*bounds, *matched]
    if best.covered < (COVERED if asked.sure else COVERED_UNSURE) and not (matched and asked.sure):
        return None
    passages = [passage_of(best.stored, 1, block.start, block.end, block.section)]
    draft.passages = tuple(passages)
    yield Retrieved(draft.passages, draft.searched, enough_evidence=False)
    items = [item for item in kept if not gives_orders(" ".join(item.cells))]
    name = one_line(best.stored.title) or best.stored.path
    head = COUNTED[language][len(items) != 1].format(len(items), name, _place(best))
    if matched:
        quoted = [f"“{value}”" for value in matched]
        names = listed(quoted, language)
        draft.notices.append(
            Notice("matching_rows", text_in(language, "answer.matching_rows", count=len(best.block.items), words=names))
        )
    rival = next((r for r in ranked[1:] if r.stored.path != best.stored.path and _rivals(r, best)), None)
    if rival is not None:
        draft.notices.append(
            Notice("more_elsewhere", text_in(language, "answer.more_elsewhere", path=rival.stored.path))
        )
    if len(items) > MOST_ITEMS:
        draft.notices.append(
            Notice("items_cut_off", text_in(language, "answer.items_cut_off", shown=MOST_ITEMS, count=len(items)))
        )
    lines = _lines(items[:MOST_ITEMS], block, passages[0])
    return answer_of(draft, "list", [AnswerLine(head), *lines])


def _judge(desk: Desk) -> Judge:
    """The model's preference of two words, where there is a model and it tells probabilities."""

    def judge(messages: Sequence[Message], words: tuple[str, str]) -> Mapping[str, float] | None:
        try:
            return desk.open_model().preference(messages, words, desk.options.stop)
        except ModelError:
            return None

    return judge


def _rivals(other: _Candidate, best: _Candidate) -> bool:
    return other.score >= best.score - RIVAL and other.covered >= COVERED


def _place(found: _Candidate) -> str:
    return " > ".join(filter(None, (found.stored.path, found.block.section.rpartition(" > ")[2])))


def _ranked(subject: str, passages: Sequence[Passage], desk: Desk) -> list[_Candidate]:
    """The lists and tables around some passages, the likeliest first."""
    around = list(_around(passages, desk))[:_MOST_BLOCKS]
    if not around:
        return []
    cosines = desk.embedder.similarities(subject, [_about(stored, block) for stored, block in around])
    wanted = content_of(subject)
    found = []
    for (stored, block), cosine in zip(around, cosines, strict=True):
        covered = _coverage(wanted, stored, block)
        near = any(reaches_into(passage, stored, block) for passage in passages[:_BEST])
        found.append(_Candidate(stored, block, float(cosine) + COVERAGE_WEIGHT * covered, covered, near))
    return sorted(found, key=lambda each: -each.score)


def reaches_into(passage: Passage, stored: StoredText, block: Block) -> bool:
    """Whether a passage reaches into a list or table of a text."""
    same = (passage.collection, passage.document) == (stored.collection, stored.path)
    return same and passage.start < block.end and block.start < passage.end


def _around(passages: Sequence[Passage], desk: Desk) -> Iterator[tuple[StoredText, Block]]:
    for stored, block in blocks_beside(passages, desk):
        own = (p for p in passages if (p.collection, p.document) == (stored.collection, stored.path))
        if any(p.start - _AROUND < block.end and block.start < p.end + _AROUND for p in own):
            yield stored, block


def blocks_beside(passages: Sequence[Passage], desk: Desk) -> Iterator[tuple[StoredText, Block]]:
    """The lists and tables of the documents of some passages, as these are ranked."""
    documents = {(d.collection, d.path): d for d in desk.documents()}
    for key in dict.fromkeys((p.collection, p.document) for p in passages):
        try:
            stored = desk.text_of(documents[key])
        except (KeyError, DocumentNotFound):  # deleted in this moment
            continue
        text = _without(stored.text, desk.left_out(documents[key]))
        for block in blocks_of(text, heading_paths.find(desk.catalog.db, stored) or ()):
            yield stored, block


def _without(text: str, left_out: Sequence[tuple[int, int]]) -> str:
    """A text with other lines in these places, which belong to no list and no table, of the same length."""
    for start, end in left_out:
        text = f"{text[:start]}\n{'…' * (end - start - 2)}\n{text[end:]}" if end - start > 2 else text
    return text


def _about(stored: StoredText, block: Block) -> str:
    """What a list is about, in words."""
    section = block.section.rpartition(" > ")[2]
    items = " ".join(item.cells[0] for item in block.items[:3])
    return f"{stored.title}. {section}. {block.lead[-120:]} {' '.join(block.heads)}. {items}"[:_DESCRIBED]


def _coverage(wanted: dict[str, float], stored: StoredText, block: Block) -> float:
    cells = " ".join(" ".join(item.cells) for item in block.items[:MOST_ITEMS])
    return share_held(wanted, content_of(f"{words_around(stored, block)} {' '.join(block.heads)} {cells}"))


def words_around(stored: StoredText, block: Block) -> str:
    """What a list or table is about, by all that stands over it: title, file name, section, and the line before it."""
    return f"{stored.title} {stored.path} {block.section} {block.lead}"


def _lines(items: Sequence[Item], block: Block, passage: Passage) -> Iterator[AnswerLine]:
    for number, item in enumerate(items, 1):
        text = " – ".join(map(one_line, item.cells)) if block.labelled else _item_text(item, block.heads)
        yield AnswerLine(f"{number}. {text}", (Place(passage, item.start, item.end),))


def _item_text(item: Item, heads: Sequence[str]) -> str:
    """A row with the heads of its columns; a list item as it is."""
    if len(item.cells) == 1:
        return one_line(item.cells[0])
    cells = [in_cell(cell) for cell in item.cells]
    named = [*heads, *[""] * (len(cells) - len(heads))]
    rest = [
        f"{one_line(head)}: {cell}" if head else cell for head, cell in zip(named[1:], cells[1:], strict=False) if cell
    ]
    return f"**{cells[0]}**: {'; '.join(rest)}" if cells[0] else "; ".join(rest)
