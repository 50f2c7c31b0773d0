"""Markup of the page Review: the list of judged answers, and one of them with its evidence."""

from collections.abc import Iterable, Sequence

from kb.language.local_days import local
from kb.review.reviews import Review, Source
from kb.schema import Passage
from ui.html.documents import fit, tool
from ui.html.sanitise import body, plain
from ui.words.strings import Strings

_SHORT = 240  # characters of an answer in the list


def listed(found: Sequence[Review], t: Strings) -> str:
    """The list. A click reports the id of one."""
    if not found:
        return f'<div class="notice">{plain(t("review_none"))}</div>'
    return fit(f'<ul class="docs reviews">{"".join(_row(review, t) for review in found)}</ul>')


def _row(review: Review, t: Strings, *, opened: bool = False) -> str:
    judged = review.judged
    answer = (judged.answer if judged else "") or (review.correction.answer if review.correction else "")
    answer = "" if opened else answer
    short = answer if len(answer) <= _SHORT else f"{answer[:_SHORT]}…"
    reason = t("review_reason", who=judged.who, reason=judged.reason) if judged and judged.reason else ""
    notes = "".join(f'<span class="note">{plain(" ".join(each.split()))}</span>' for each in (reason, short) if each)
    look = tool("look", review.id, t("review_look"), review.question[:80])
    acts = "" if opened else f'<span class="acts">{look}</span>'
    sign = "?" if judged is None else "+" if judged.verdict == "up" else "−"
    return (
        f'<li class="doc"><span class="kind" aria-hidden="true">{sign}</span>'
        f'<span class="name">{plain(review.question[:300])}</span>'
        f'<span class="facts">{"".join(_facts(review, t))}</span>'
        f"{acts}{notes}</li>"
    )


def _facts(review: Review, t: Strings) -> Iterable[str]:
    judged = review.judged
    if judged is None:
        yield f'<span class="mark">{plain(t("review_gone"))}</span>'
    else:
        good = judged.verdict == "up"
        yield f'<span class="mark{"" if good else " weak"}">{plain(t("review_up" if good else "review_down"))}</span>'
        yield f"<span>{plain(judged.who)}</span><span>{plain(local(judged.at))}</span>"
    if review.editor:
        words = t("review_by", editor=review.editor, day=local(review.at))
        yield f"<span>{plain(t(f'review_state_{review.state}'))}: {plain(words)}</span>"
    if review.withdrawn:
        yield f'<span class="status bad">{plain(t(f"review_withdrawn_{review.withdrawn}"))}</span>'
    elif review.curated:
        yield f'<span class="mark">{plain(t("review_given"))}</span>'


def one(review: Review, t: Strings) -> str:
    """A judged answer, what was found for it, and what its correction rests on. A click reports a place's number."""
    judged = review.judged
    parts = [f'<ul class="docs reviews">{_row(review, t, opened=True)}</ul>']
    if judged is not None:
        text = body(judged.answer) if judged.answer.strip() else plain(t("review_no_answer"))
        parts.append(f'<div class="side">{plain(t("review_answer"))}</div><div class="answer">{text}</div>')
    parts += [_passages(review.passages, t)] if review.passages else []
    if review.correction:
        parts.append(_sources(review.correction.sources, t))
    return fit(f'<div class="review">{"".join(parts)}</div>')


def _passages(found: Sequence[Passage], t: Strings) -> str:
    items = "".join(
        _place("passage", p.rank, p.document, p.text, "") for p in found
    )  # fmt: skip
    return f'<div class="side">{plain(t("review_passages"))}</div><ol class="passages">{items}</ol>'


def _sources(found: Sequence[Source], t: Strings) -> str:
    items = "".join(
        _place(
            "source", s.marker, s.document, s.quote,
            "" if s.standing == "current" else t(f"review_withdrawn_{s.standing}"),
        )
        for s in found
    )  # fmt: skip
    return f'<div class="side">{plain(t("review_sources"))}</div><ol class="passages">{items}</ol>'


def _place(action: str, number: int, document: str, text: str, state: str) -> str:
    if not document:
        gone = f'<span class="cite">{number}</span><span class="where">{plain(state)}</span>'
        return f'<li><div class="passage">{gone}</div></li>'
    return (
        f'<li><button type="button" class="passage" data-action="{action}" data-value="{number}">'
        f'<span class="cite">{number}</span><span class="name">{plain(document)}</span>'
        f'<span class="where">{plain(state)}</span><span class="snippet">{body(text[:300])}</span></button></li>'
    )
