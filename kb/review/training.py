"""Training data: accepted corrections in TRL's conversational forms, and as a question set for `kb eval`.

`sft`: `messages`; `dpo`: `prompt`, `chosen` and `rejected`, of answers that were judged not helpful. The prompt is what
the product itself would put to a model, with the sources as its passages. Reasoning stands apart, as `thinking` of the
assistant's message. `questions` has one case for each correction, with its evidence.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, get_args

from kb.answering import prompts
from kb.errors import UsageError
from kb.language.language import language_of
from kb.review.reviews import Correction, Review, Reviews
from kb.schema import Passage, Principal
from kb.store.catalog import Catalog

Format = Literal["sft", "dpo", "questions"]
FORMATS: tuple[Format, ...] = get_args(Format)
_ALL = 1_000_000
_MARKED = re.compile(r"(?<!\s)\s*+\[\d{1,3}\]")  # a marker, with the space before it


def format_named(given: str) -> Format:
    """A format by its name. Raises UsageError."""
    for name in FORMATS:
        if name == given:
            return name
    raise UsageError("review.no_format", name=given[:40], names=list(FORMATS))


def export(reviews: Reviews, catalog: Catalog, asker: Principal, given: str) -> list[dict[str, Any]]:
    """A record for each accepted correction that the asker may see and whose sources stand. The audit trail keeps who
    exported what. Raises UsageError and RefusedByPolicy."""
    form = format_named(given)
    records = list(_records(reviews.listed(asker, state="accepted", limit=_ALL), form))
    with catalog.transaction() as db:
        detail = {"what": "feedback", "format": form, "records": len(records)}
        catalog.record(db, asker.name, "export", "", detail)
    return records


def line_of(record: dict[str, Any]) -> str:
    """A record as a line of a file, without what some readers take for the end of a line within it."""
    line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    for mark in ("\u0085", "\u2028", "\u2029"):
        line = line.replace(mark, f"\\u{ord(mark):04x}")
    return line + "\n"


def _records(reviews: list[Review], form: Format) -> Iterator[dict[str, Any]]:
    for review in reviews:
        correction = review.correction
        if correction is None or correction.standing != "current":
            continue
        if form == "questions":
            yield _case(review, correction)
        elif form == "sft":
            yield {"messages": [*_prompt(correction), _answer_message(review, correction)]}
        elif review.judged and review.judged.verdict == "down" and review.judged.answer.strip():
            rejected = _assistant_message(review.judged.answer, review.thinking)
            yield {
                "prompt": _prompt(correction),
                "chosen": [_assistant_message(correction.answer)],
                "rejected": [rejected],
            }


def _prompt(correction: Correction) -> list[dict[str, str]]:
    passages = [
        Passage(
            rank=s.marker, chunk_id=0, collection=s.collection, document=s.document, version=s.version, page=s.page,
            start=s.start, end=s.end, text=s.quote, section="", header="", title=s.document, score=1.0,
        )
        for s in correction.sources
    ]  # fmt: skip
    question, language = correction.question, language_of(correction.question)
    asked = prompts.answering(question, passages, language, judged=False)
    return [{"role": message.role, "content": message.content} for message in asked]


def _answer_message(review: Review, correction: Correction) -> dict[str, str]:
    """The answer; with the model's reasoning where it is the model's own, judged helpful."""
    own = review.judged and review.judged.verdict == "up" and _bare(review.judged.answer) == _bare(correction.answer)
    return _assistant_message(correction.answer, review.thinking if own else "")


def _assistant_message(answer: str, thinking: str = "") -> dict[str, str]:
    return {"role": "assistant", "content": answer, **({"thinking": thinking} if thinking.strip() else {})}


def _bare(answer: str) -> str:
    return " ".join(_MARKED.sub("", answer).split())


def _case(review: Review, correction: Correction) -> dict[str, Any]:
    scope = {"scope": [*review.scope.paths]} if review.scope.paths else {}
    evidence = [
        {"doc": s.document, **({"page": s.page} if s.page else {}), "text": s.quote} for s in correction.sources
    ]
    verdict = review.judged.verdict if review.judged else ""
    meta = {"kind": "feedback", "verdict": verdict, "collections": sorted({s.collection for s in correction.sources})}
    return {
        "id": review.id, "question": correction.question, "answers": [_bare(correction.answer)], "evidence": evidence,
        "lang": language_of(correction.question), "meta": meta | scope,
    }  # fmt: skip
