"""Question sets: what is asked, what would be right, and where it stands."""

import glob
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.errors import QuestionSetError, UsageError, why
from kb.files import read_regular
from kb.language.script import written_language
from kb.messages.coded_text import CodedText
from kb.schema import Language

MAX_SET_MB = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the answer stands. Without a page the whole document is meant."""

    doc: str  # path relative to its root
    page: int | None = None  # 1-based
    text: str = ""
    grade: int = 1  # how relevant, beside other evidence of the question; nDCG counts it


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `answers` are forms of the right answer, any of which will do."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    language: Language = "en"
    refuse: bool = False  # the documents hold no answer: it must be refused
    kind: str = ""  # of question, such as near_miss or off_topic; figures are given by it
    scope: tuple[str, ...] = ()  # path globs: look only into these documents
    answer_groups: tuple[tuple[str, ...], ...] = ()  # a right answer holds one form of every group
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        """Whether answers to it can be right. One with neither gold answer nor REFUSE only measures retrieval."""
        return not self.refuse and bool(self.answers or self.answer_groups)


def load_questions(path: Path) -> list[Question]:
    """Read a question set, one JSON object a line; blank lines are skipped.

    Fields: `id`, `question` and `answers` are required; `evidence` (`doc`, `page`, `text`, `grade`), `lang` and
    `meta` are optional. `meta.expected = "REFUSE"` marks a question that must be refused. `meta.scope` (a glob or a
    list of them), `meta.scope_doc` and `meta.context_docs` (literal paths) limit where to look.
    Raises QuestionSetError naming the file and the line.
    """
    try:
        lines = read_regular(path, MAX_SET_MB).decode("utf-8-sig").split("\n")
    except FileNotFoundError:
        raise QuestionSetError("question_set.not_found", path=path) from None
    except IsADirectoryError:
        raise QuestionSetError("question_set.is_folder", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError("question_set.unreadable", path=path, why=why(error)) from None
    questions: list[Question] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(line)
        except ValueError as error:
            raise QuestionSetError("question_set.line_unreadable", path=path, number=number, why=error) from None
        if question.id in seen:
            raise QuestionSetError(
                "question_set.id_twice", path=path, number=number, id=question.id, before=seen[question.id]
            )
        seen[question.id] = number
        questions.append(question)
    if not questions:
        raise QuestionSetError("question_set.no_questions", path=path)
    return questions


def selection(questions: Sequence[Question], limit: int | None, size: int | None, seed: int) -> Sequence[Question]:
    """The questions that a run puts: the first `limit`, or `size` that `seed` draws. Raises UsageError for both."""
    if limit is not None and size is not None:
        raise UsageError("question_set.limit_or_sample")
    if size is not None:
        return sample(questions, size, seed)
    return questions[:limit]


def sample(questions: Sequence[Question], size: int, seed: int) -> list[Question]:
    """So many of the questions, drawn by `seed` in proportion to their kinds and languages, in their own order.

    Shares of a question are given to the strata with the largest remainders; all questions if there are no more.
    """
    strata: dict[tuple[str, str], list[int]] = {}
    for at, question in enumerate(questions):
        strata.setdefault((question.kind, question.language), []).append(at)
    shares = {key: min(size, len(questions)) * len(of) / len(questions) for key, of in strata.items()}
    counts = {key: int(share) for key, share in shares.items()}
    missing = min(size, len(questions)) - sum(counts.values())
    for key in sorted(shares, key=lambda key: (int(shares[key]) - shares[key], key))[:missing]:
        counts[key] += 1
    drawn = [at for key, of in strata.items() for at in random.Random(f"{seed} {key}").sample(of, counts[key])]
    return [questions[at] for at in sorted(drawn)]


def _question(line: str) -> Question:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(CodedText("question_set.no_json", why=error)) from None
    _expect(isinstance(record, dict), CodedText("question_set.no_object"))
    try:
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(CodedText("question_set.half_character")) from None
    missing = [name for name in ("id", "question", "answers") if name not in record]
    _expect(not missing, CodedText("question_set.lacks", names=missing))
    named, asked, meta = record["id"], record["question"], record.get("meta") or {}
    _expect(isinstance(named, str | int) and not isinstance(named, bool) and named != "", CodedText("question_set.id"))
    # An empty question fails when it is put, and is listed.
    _expect(isinstance(asked, str), CodedText("question_set.must_be_text", name="question"))
    _expect(isinstance(meta, dict), CodedText("question_set.meta"))
    groups = meta.get("answer_groups") or []
    _expect(isinstance(groups, list), CodedText("question_set.answer_groups"))
    return Question(
        id=str(record["id"]),
        question=record["question"].strip(),
        answers=_texts(record["answers"], "answers"),
        evidence=_evidence(record.get("evidence") or []),
        language=_language(record),
        refuse=meta.get("expected") == "REFUSE",
        kind=meta["kind"] if isinstance(meta.get("kind"), str) else "",
        scope=_scope(meta),
        answer_groups=tuple(_texts(group, "meta.answer_groups") for group in groups if group != []),
        meta=meta,
    )


def _expect(condition: bool, what: CodedText) -> None:
    if not condition:
        raise ValueError(what)


def _language(record: Mapping[str, Any]) -> Language:
    named = record.get("lang")
    if named in ("zh", "en"):
        return named  # type: ignore[no-any-return]
    if named not in (None, ""):
        raise ValueError(CodedText("question_set.lang", value=repr(named)))
    return written_language(record["question"]) or "en"


def _texts(value: object, name: str) -> tuple[str, ...]:
    whole = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
    if not isinstance(value, list) or not whole:
        raise ValueError(CodedText("question_set.list_of_texts", name=name))
    return tuple(value)


def _evidence(value: object) -> tuple[Evidence, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(CodedText("question_set.evidence"))
    found = []
    for item in value:
        doc, page, text, grade = item.get("doc"), item.get("page"), item.get("text") or "", item.get("grade", 1)
        if not isinstance(doc, str) or not doc:
            raise ValueError(CodedText("question_set.evidence_doc"))
        for name, number in (("page", page), ("grade", grade)):
            if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
                raise ValueError(CodedText("question_set.evidence_number", name=name, value=repr(number)))
        _expect(isinstance(text, str), CodedText("question_set.must_be_text", name="evidence.text"))
        found.append(Evidence(doc, page, text, grade or 1))
    return tuple(found)


def _scope(meta: Mapping[str, Any]) -> tuple[str, ...]:
    globs = meta.get("scope") or []
    globs = [globs] if isinstance(globs, str) else globs
    literal = meta.get("context_docs") or []
    single = meta.get("scope_doc")
    literal = ([single] if single else []) + (literal if isinstance(literal, list) else [literal])
    if not isinstance(globs, list) or not all(isinstance(item, str) for item in [*globs, *literal]):
        raise ValueError(CodedText("question_set.scope"))
    return (*globs, *(glob.escape(path) for path in literal))
