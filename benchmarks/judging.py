"""Judging: how well the model that comes with the product tells passages that state an answer from others, by "yes"
against "no" and by its judge; and the training of that.

`judgements/judged.jsonl` keeps each judgement. `--measure` takes them anew (of sample_docs, `requests/`, and of sets in
`KB_EVALDATA`; two hours; goes on where it was stopped). `--write` trains the judge (`benchmarks.judge_course`).
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import blocks, judge_course
from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled
from benchmarks.request_cases import ORGANISATIONS, SETS
from benchmarks.result import Result
from kb.answering import judgement, prompts
from kb.answering.editions import newest
from kb.answering.retrieval import with_short_ones, worth_reading
from kb.assistant import KnowledgeBase
from kb.checking.prompt_injection import without_orders
from kb.checking.sources import bare
from kb.evaluation.questions import Question, load_questions
from kb.language.language import language_of
from kb.models import shipped_adapters
from kb.schema import Language, Passage, Retrieved

TABLE = Path(__file__).parent / "judgements" / "judged.jsonl"
# Sets of `KB_EVALDATA`: of how many questions with their gold passages and without, and of those that bring their
# passages of how many of either kind.
SEARCHED = dict.fromkeys(("cmrc_trial_zh", "contoso_hr", "handbook_18f", "tidb_zh_dev"), 20)
GIVEN = {"rgb_en_dev": 40, "rgb_zh_dev": 40}
# Questions of `GIVEN` whose passages of no answer hold one all the same (docs/decisions/0038-judging-first.md).
HOLD_ALL_THE_SAME = {
    *(f"en_fact-{number}" for number in (6, 19, 22, 24, 31, 39, 51, 54, 65, 66, 72, 86, 87, 88, 91)),
    "zh_refine-155",
    "zh_fact-67",
    "zh_fact-82",
}
OF_YES: Mapping[Language, float] = {"en": 0.62, "zh": 0.85}  # floors of "yes" against "no" that it was judged by
_SAME = 12  # letters of the evidence that a passage must hold
_DEPTH = 40  # passages among which those without the gold ones are looked for


@dataclass(frozen=True, slots=True)
class Row:
    """A judgement: whether the passages that were shown `held` the answer, and how probable that is."""

    set: str
    id: str  # the set's own
    language: Language
    held: bool
    yes: float  # of "yes" against "no"
    judge: float


def run(write: bool = False, measure: bool = False) -> Result:
    """The area under the ROC curve of both; and how many of the questions with and without an answer the floors of both
    refuse."""
    if write:
        judge_course.train()
    if measure:
        _measure()
    rows = load()
    notes = () if rows else ("nothing was measured with this judge: run `python -m benchmarks judging --measure`",)
    table: list[tuple[str | float, ...]] = []
    for language, of_yes in OF_YES.items():
        own = [row for row in rows if row.language == language]
        held = np.array([row.held for row in own], bool)
        for name in ("all", *sorted({row.set for row in own})):
            of_it = np.array([name in ("all", row.set) for row in own], bool)
            if len({*held[of_it].tolist()}) < 2:
                continue
            both = np.array([row.yes for row in own]), np.array([row.judge for row in own])
            areas = (float(roc_auc_score(held[of_it], each[of_it])) for each in both)
            refused = (
                f"{int((of_it & held & (each < floor)).sum())}, {int((of_it & ~held & (each < floor)).sum())}"
                for each, floor in zip(both, (of_yes, judgement.BY_JUDGE.refuse), strict=True)
            )
            table.append((language, name, int(held[of_it].sum()), int((~held[of_it]).sum()), *areas, *refused))
    columns = ("language", "set", "held", "not held", "yes", "judge", "refused by yes", "by the judge")
    return Result("judging", columns, tuple(table), notes)


def load() -> list[Row]:
    """The table; nothing where there is none, or it is of another judge."""
    if not TABLE.exists():
        return []
    judge, *lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Row(**json.loads(line)) for line in lines] if judge == _judge() else []


def _judge() -> str:
    return json.dumps({"judge": shipped_adapters.judge_digest()})


def _measure() -> None:
    """Write the table, set by set; those that this judge has judged already stay."""
    rows = load()
    done = {row.set for row in rows}
    for name, measured in _sets():
        if name not in done:
            rows += measured
            text = "\n".join([_judge(), *(json.dumps(asdict(row)) for row in rows)])
            TABLE.write_text(f"{text}\n", encoding="utf-8")


def _sets() -> Iterator[tuple[str, Iterator[Row]]]:
    """The judgements of each set."""
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        kb.use_model("embedded", shipped_adapters.MODEL)
        yield "sample_docs", _as_asked(kb, "sample_docs", load_questions(SAMPLE_DOCS / "questions.jsonl"))
        for name, count in GIVEN.items():
            if (evaldata() / name).is_dir():
                yield name, _of_given(kb, name, count)
    for name in ORGANISATIONS:
        documents, cases = SETS[name]
        with filled(name, [documents]) as kb:
            kb.use_model("embedded", shipped_adapters.MODEL)
            yield name, _as_asked(kb, name, load_questions(cases.with_name("questions.jsonl")))
    for name in SEARCHED:
        if (folder := evaldata() / name / "docs").is_dir():
            with filled(name, [folder]) as kb:
                kb.use_model("embedded", shipped_adapters.MODEL)
                yield name, _of_searched(kb, name)


def _as_asked(kb: KnowledgeBase, name: str, questions: Sequence[Question]) -> Iterator[Row]:
    """With what the model reads of them, which may be in both languages."""
    for question in questions:
        shown = _read(kb, question.question)
        if not question.answerable or _holds(shown, question):
            yield from _judged(kb, name, question.id, question.question, shown, question.answerable)


def _read(kb: KnowledgeBase, question: str) -> Sequence[Passage]:
    """What the model reads of a question; nothing where nothing is near enough."""
    events = kb.ask(question, ASKER)
    for event in events:
        if isinstance(event, Retrieved):
            events.close()
            return event.passages if event.enough_evidence else []
    return []


def _of_searched(kb: KnowledgeBase, name: str) -> Iterator[Row]:
    questions = [each for each in load_questions(evaldata() / name / "queries.jsonl") if each.answerable]
    random.Random(5).shuffle(questions)
    for question in questions[: SEARCHED[name]]:
        with_gold = _shown(kb, question)
        if _holds(with_gold, question):
            yield from _judged(kb, name, question.id, question.question, with_gold, True)
        without = _shown(kb, question, lambda passage, asked=question: not _holds([passage], asked))
        yield from _judged(kb, name, question.id, question.question, without, False)


def _of_given(kb: KnowledgeBase, name: str, count: int) -> Iterator[Row]:
    """The three passages most like the question: of those with and without the answer, or of those without alone."""
    folder = evaldata() / name
    lines = (folder / "docs" / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    texts = {each["doc"]: each["text"] for each in map(json.loads, lines)}
    for file, held in (("queries.jsonl", True), ("queries_refusal.jsonl", False)):
        records = [json.loads(line) for line in (folder / file).read_text(encoding="utf-8").splitlines()]
        records = [record for record in records if record["meta"].get("subset") != "zh_int"]  # two questions each
        random.Random(5).shuffle(records)
        for record in records[:count]:
            id, meta = record["id"].removesuffix("-neg"), record["meta"]
            if not held and id in HOLD_ALL_THE_SAME:
                continue
            names = [*meta["positive"], *meta["negative"]] if held else meta["context_docs"]
            names = [name for each in names for name in ([each] if isinstance(each, str) else each) if name in texts]
            cosines = kb.embedder.similarities(record["question"], [texts[name] for name in names])
            nearest = [names[at] for at in np.argsort(-cosines, kind="stable")[:3]]
            passages = [blocks.passage_of(rank, name, texts[name]) for rank, name in enumerate(nearest, 1)]
            yield from _judged(kb, name, id, record["question"], passages, held)


def _holds(passages: Sequence[Passage], question: Question) -> bool:
    """Whether a passage is of a gold document and holds the words of the evidence, if these are told."""
    return any(
        passage.document.endswith(gold.doc) and bare(gold.text)[:_SAME] in bare(passage.text)
        for passage in passages
        for gold in question.evidence
    )


def _shown(
    kb: KnowledgeBase, question: Question, admitted: Callable[[Passage], bool] = lambda passage: True
) -> list[Passage]:
    """What the model would be shown of the passages that are found and admitted, in the language of the question; none
    where nothing is near enough for the model to be asked."""
    language = language_of(question.question)
    retrieval = kb.search(question.question, ASKER, _DEPTH)
    if not retrieval.enough_evidence:
        return []
    found = [passage for passage in retrieval.passages if passage.language == language and admitted(passage)]
    some = with_short_ones(found, kb.settings.retrieval.passages)
    return [replace(each, rank=rank) for rank, each in enumerate(worth_reading(newest(question.question, some)), 1)]


def _judged(
    kb: KnowledgeBase, name: str, id: str, question: str, passages: Sequence[Passage], held: bool
) -> Iterator[Row]:
    if not passages:
        return
    language = language_of(question)
    shown = [without_orders(passage) for passage in passages]
    yes = judgement.probability_of_yes(kb.model, prompts.judging(question, shown, language), language, None)
    judged = judgement.answerable(kb.model, question, shown, language)
    if yes is not None and judged is not None:
        yield Row(name, id, language, held, round(yes, 4), round(judged, 4))
