"""Markup of a document's passages as its editors see them."""

from kb.editing.passages import DocumentPassage, DocumentPassages
from ui.html.templates import Fact, ToolButton, draw
from ui.words.strings import Strings


def passages(found: DocumentPassages, offset: int, limit: int, t: Strings) -> str:
    """A page of the passages, with the way to the other pages. A click reports `start end` of a passage."""
    total = len(found.passages)
    rows = [
        (number, passage.section or t("passage_number", n=number), _facts(passage, t), _tools(passage, number, t),
         passage.text)
        for number, passage in enumerate(found.passages[offset : offset + limit], offset + 1)
    ]  # fmt: skip
    leaf = t("passages_range", first=offset + 1, last=offset + len(rows), total=total) if rows else ""
    steps = (
        [(max(0, offset - limit), offset <= 0), (offset + limit, offset + limit >= total)]
        if total > limit or offset
        else []
    )
    return draw("passages.passages", rows, leaf, steps, t)


def _facts(passage: DocumentPassage, t: Strings) -> list[Fact]:
    state = Fact(t("passage_left_out"), "status mute") if passage.left_out else Fact(t("passage_found"), "status good")
    return [state, *([Fact(t("page", n=passage.page))] if passage.page else [])]


def _tools(passage: DocumentPassage, number: int, t: Strings) -> list[ToolButton]:
    words = "passage_bring_back" if passage.left_out else "passage_leave_out"
    place, about = f"{passage.start} {passage.end}", t("passage_number", n=number)
    join = (
        [] if passage.other_part is None or passage.left_out else [ToolButton("join", place, t("passage_join"), about)]
    )
    edit, toggle = ToolButton("edit", place, t("passage_edit"), about), ToolButton("toggle", place, t(words), about)
    return [ToolButton("show", place, t("passage_show"), about), edit, *join, toggle]
