"""Quotation: the sentence of the documents that answers, where the model's own words are not what they say."""

from collections.abc import Sequence

import numpy as np

from kb.checking.objections import Similarities
from kb.checking.prompt_injection import without_orders
from kb.checking.sources import LIST_ITEM, Source, Window, antecedent, may_answer, source_of, told_by
from kb.confidence.verdicts import Confirm
from kb.language.content_terms import content_of, share_held
from kb.language.table_rows import cells_of
from kb.schema import Passage

STATED = 0.8  # probability, by the confirmer, from which on the passages state a sentence as the answer
READ = 4  # sentences, those most like the question
OF_WORDS = 0.15  # weight in that of the share of the question's words, beside a cosine


def quotation(question: str, passages: Sequence[Passage], similarities: Similarities, confirm: Confirm) -> str:
    """The sentence, or row with the names of its columns, that is most surely the answer to a question, with the marker
    of its passage; "" where none surely is. `confirm` has read the passages."""
    sources = [source_of(without_orders(passage), None) for passage in passages]
    lines = [(w, source) for source in sources for w in source.windows if len(w.parts) == 1 and may_answer(w)]
    if not lines:
        return ""
    asked = content_of(question)
    shares = np.array([share_held(asked, window.tokens) for window, _ in lines])
    likeness = similarities(question, [told_by(*line) for line in lines]) + OF_WORDS * shares
    nearest: dict[str, Source] = {}
    for at in sorted(range(len(lines)), key=lambda at: -likeness[at]):
        nearest.setdefault(_said(*lines[at]), lines[at][1])
    sure = {said: confirm(said) or 0.0 for said in [*nearest][:READ]}
    best = max(sure, key=lambda said: sure[said])
    return f"{best} [{nearest[best].passage.rank}]" if sure[best] >= STATED else ""


def _said(window: Window, source: Source) -> str:
    """A sentence without the mark of a list, and behind the one from which it goes on; of a row each cell behind the
    name of its column."""
    row = next((row for row in window.rows if row.measures), None)
    if row is None:
        said = f"{antecedent(window, source)}{window.quote}"
        return LIST_ITEM.sub("", said, 1).strip() if LIST_ITEM.match(said) else said
    cells = [" ".join(cell.split()) for cell in cells_of(window.quote)]
    named = zip(row.measures, cells, strict=False)
    return "; ".join(f"{name.strip()}: {cell}" for name, cell in named if cell)
