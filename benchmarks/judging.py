"""Judging: how well the model that comes with the product tells passages that state an answer from others, by "yes"
against "no" and by the probes of its first tokens; and those probes.

`judgements/first_tokens.npz` holds the log probabilities of each judgement. `--measure` takes those anew whose
questions can be put again (of `judgements/sections.jsonl`, sample_docs, `requests/`, and of RGB and CMRC in
`KB_EVALDATA`; an hour), set by set; the others stay while model and prompt are the same, and go with them. `--write`
fits the probes that the product ships.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled
from benchmarks.request_cases import ORGANISATIONS, SETS
from benchmarks.result import Result
from kb.answering import judgement, prompts
from kb.answering.editions import newest
from kb.answering.retrieval import with_short_ones, worth_reading
from kb.assistant import KnowledgeBase
from kb.checking.prompt_injection import without_orders
from kb.checking.sources import bare
from kb.confidence.probes import Probe
from kb.evaluation.questions import Question, load_questions
from kb.language.language import language_of
from kb.models import weights
from kb.schema import Floors, Language, Passage, Retrieved

TABLE = Path(__file__).parent / "judgements" / "first_tokens.npz"
SECTIONS = Path(__file__).parent / "judgements" / "sections.jsonl"
SHIPPED = Path(__file__).parents[1] / "kb" / "confidence" / "probes.json"
MODEL = "qwen2.5-coder-1.5b"
# Inverse of the regularisation: scikit-learn's C, of standardised log probabilities.
STRENGTH: Mapping[Language, float] = {"en": 0.01, "zh": 0.02}
COMMON = 0.7  # share of the judgements of a language among whose likeliest tokens one that is weighed stands
# Of the probes: chosen on the judgements of the table but for the sections, each by a probe that had seen nothing of
# its set.
FLOORS: Mapping[Language, Floors] = {"en": Floors(0.33, 0.45), "zh": Floors(0.4, 0.45)}
SEARCHED = {"cmrc_trial_zh": 20}  # of `KB_EVALDATA`, and how many questions, with their gold passages and without
GIVEN = {"rgb_en_dev": 40, "rgb_zh_dev": 40}  # and of those that bring their passages how many of either kind
# Questions of `GIVEN` whose passages of no answer hold one all the same (docs/decisions/0038-judging-first.md).
HOLD_ALL_THE_SAME = {
    *(f"en_fact-{number}" for number in (6, 19, 22, 24, 31, 39, 51, 54, 65, 66, 72, 86, 87, 88, 91)),
    "zh_refine-155",
    "zh_fact-67",
    "zh_fact-82",
}
_STANDS_IN = {"yes": True, "no": True, "beside": False}  # sections of a question, and whether they answer it
_SAME = 12  # letters of the evidence that a passage must hold
_DEPTH = 40  # passages among which those without the gold ones are looked for
_FOLDS = 5
_HUNDREDTHS = 100  # log probabilities are kept in these


@dataclass(frozen=True, slots=True)
class Row:
    """A judgement: whether the passages that were shown `held` the answer, and what the first token might be."""

    id: str  # the set's own
    set: str  # "…, of others": by people who had seen nothing, about its documents
    language: Language
    held: bool
    yes: float  # the probability of "yes"
    first: Mapping[int, float]  # log probabilities of tokens


def run(write: bool = False, measure: bool = False) -> Result:
    """The area under the ROC curve of both, each question judged by a probe that had not seen it, and each set by one
    that had seen nothing of it; and how many of the questions with and without an answer the floors of this last one,
    and those of "yes" before, refuse."""
    if measure:
        for name, new in measured():
            rows = load() if _kept_asked() == asked() else []
            save([*(row for row in rows if row.set != name), *new])
    if write and _kept_asked() != asked():
        raise SystemExit(f"{TABLE} is of another model or prompt: run `python -m benchmarks judging --measure` first")
    rows = load()
    if write:
        probes = {name: asdict(fit([row for row in rows if row.language == name])) for name in FLOORS}
        text = json.dumps({weights.WEIGHTS[MODEL].sha256: probes}, separators=(",", ":"))
        SHIPPED.write_text(f"{text}\n", encoding="utf-8")
    table: list[tuple[str | float, ...]] = []
    for language in FLOORS:
        own = [row for row in rows if row.language == language]
        held, yes = np.array([row.held for row in own]), np.array([row.yes for row in own])
        crossed = crossed_out(own, lambda row: row.id)
        apart = crossed_out(own, lambda row: row.set.partition(",")[0])
        of_yes = judgement.SHIPPED[MODEL][language].refuse
        of_set = np.array([row.set for row in own])
        shares = {"all": np.ones(len(own), bool), "all but sections": of_set != "sections"}
        for name, of_it in (shares | {each: of_set == each for each in sorted({*of_set.tolist()})}).items():
            if len({*held[of_it].tolist()}) < 2:
                continue
            areas = (float(roc_auc_score(held[of_it], each[of_it])) for each in (yes, crossed, apart))
            refused = (
                f"{int((of_it & held & (each < floor)).sum())}, {int((of_it & ~held & (each < floor)).sum())}"
                for each, floor in ((yes, of_yes), (apart, FLOORS[language].refuse))
            )
            table.append((language, name, int(held[of_it].sum()), int((~held[of_it]).sum()), *areas, *refused))
    columns = ("language", "set", "held", "not held", "yes", "probe", "by other sets", "refused by yes", "by the probe")
    return Result("judging", columns, tuple(table))


def fit(rows: Sequence[Row]) -> Probe:
    """A logistic regression on the log probabilities of the tokens that are common among those of the rows, which are
    of one language."""
    counts = Counter(token for row in rows for token in row.first)
    tokens = sorted(token for token, count in counts.items() if count >= COMMON * len(rows))
    values = values_of(rows, tokens)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH[rows[0].language], max_iter=3000)
    model.fit((values - mean) / spread, [row.held for row in rows])
    slopes = model.coef_[0] / spread
    start = float(model.intercept_[0] - slopes @ mean)
    return Probe(round(start, 5), tokens, [round(float(slope), 5) for slope in slopes], FLOORS[rows[0].language])


def values_of(rows: Sequence[Row], tokens: Sequence[int]) -> NDArray[np.float64]:
    """rows x tokens; a token that a row lacks has the least log probability of those that it has."""
    least = [min(row.first.values()) for row in rows]
    return np.array([[row.first.get(token, low) for token in tokens] for row, low in zip(rows, least, strict=True)])


def crossed_out(rows: Sequence[Row], group: Callable[[Row], str]) -> NDArray[np.float64]:
    """Of each row the probability by a probe that was fitted to no row of its group; folds of groups, if they are
    many."""
    names = sorted({group(row) for row in rows})
    random.Random(0).shuffle(names)
    fold = {name: at % _FOLDS if len(names) > 4 * _FOLDS else at for at, name in enumerate(names)}
    found = np.zeros(len(rows))
    for number in sorted({*fold.values()}):
        probe = fit([row for row in rows if fold[group(row)] != number])
        for at, row in enumerate(rows):
            if fold[group(row)] == number:
                found[at] = probe.probability(row.first)
    return found


def measured() -> Iterator[tuple[str, list[Row]]]:
    """The judgements of the questions that can be put again, by their sets."""
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        kb.use_model("embedded", MODEL)
        yield "sections", list(_of_sections(kb))
        yield "sample_docs", list(_as_asked(kb, "sample_docs", load_questions(SAMPLE_DOCS / "questions.jsonl")))
        for name, count in GIVEN.items():
            if (evaldata() / name).is_dir():
                yield name, list(_of_given(kb, name, count))
    of_requests: list[Row] = []
    for name in ORGANISATIONS:
        documents, cases = SETS[name]
        questions = load_questions(cases.with_name("questions.jsonl"))
        with filled(name, [documents]) as kb:
            kb.use_model("embedded", MODEL)  # the Chinese questions are left to test with
            of_requests += _as_asked(kb, "requests", [each for each in questions if each.language == "en"])
    yield "requests", of_requests
    for name in SEARCHED:
        if (folder := evaldata() / name / "docs").is_dir():
            with filled(name, [folder]) as kb:
                kb.use_model("embedded", MODEL)
                yield name, list(_of_searched(kb, name))


def _as_asked(kb: KnowledgeBase, name: str, questions: Sequence[Question]) -> Iterator[Row]:
    """With what the model reads of them, which may be in both languages."""
    for question in questions:
        shown = _read(kb, question.question)
        if not question.answerable or _holds(shown, question):
            yield from _judged(kb, name, question.id, question.question, shown, question.answerable)


def _of_sections(kb: KnowledgeBase) -> Iterator[Row]:
    """Each question over each of its sections, which is alone or among one or two of other questions in its
    language."""
    items = [json.loads(line) for line in SECTIONS.read_text(encoding="utf-8").splitlines()]
    for language in FLOORS:
        yield from _of_sections_in(kb, [item for item in items if language_of(item["question"]) == language])


def _of_sections_in(kb: KnowledgeBase, items: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    drawn = random.Random(4)
    for item in items:
        others = [other[drawn.choice([*_STANDS_IN])] for other in drawn.sample(items, 3) if other is not item]
        others = others[: drawn.choice((0, 0, 1, 1, 2))]
        at = drawn.randint(0, len(others))
        for name, held in _STANDS_IN.items():
            texts = [*others[:at], item[name], *others[at:]]
            shown = [_passage(rank, "", text) for rank, text in enumerate(texts, 1)]
            yield from _judged(kb, "sections", item["id"], item["question"], shown, held)


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
            passages = [_passage(rank, name, texts[name]) for rank, name in enumerate(nearest, 1)]
            yield from _judged(kb, name, id, record["question"], passages, held)


def _passage(rank: int, document: str, text: str) -> Passage:
    return Passage(
        rank=rank, chunk_id=rank, collection="", document=document, version=1, page=None, start=0, end=len(text),
        text=text, section="", header="", title=document, score=1.0, language=language_of(text),
    )  # fmt: skip


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
    messages = prompts.judging(question, [without_orders(passage) for passage in passages], language)
    first = kb.model.first_tokens(messages)
    found = kb.model.preference(messages, prompts.YES_NO[language])
    if first and found:
        yield Row(id, name, language, held, found[prompts.YES_NO[language][0]], first)


def asked() -> str:
    """What tells these judgements from those of another model, or by another prompt."""
    said = [prompts.judging("?", [_passage(1, "", "。")], language) for language in FLOORS]
    return hashlib.sha256(f"{weights.WEIGHTS[MODEL].sha256} {said}".encode()).hexdigest()[:16]


def _kept_asked() -> str:
    with np.load(TABLE, allow_pickle=False) as kept:
        return str(kept["asked"])


def load() -> list[Row]:
    """The table."""
    rows: list[Row] = []
    with np.load(TABLE, allow_pickle=False) as kept:
        for language in FLOORS:
            tokens, values = kept[f"{language} tokens"], kept[f"{language} values"]
            of_rows = (kept[f"{language} {name}"] for name in ("id", "set", "held", "yes"))
            for id, name, held, yes, line in zip(*of_rows, values, strict=True):
                there = np.flatnonzero(line)
                first = dict(zip(tokens[there].tolist(), (line[there] / _HUNDREDTHS).tolist(), strict=True))
                rows.append(Row(str(id), str(name), language, bool(held), float(yes), first))
    return rows


def save(rows: Sequence[Row]) -> None:
    """Write the table: of each language the tokens, and of each row their log probabilities in hundredths; 0 where it
    has none."""
    kept: dict[str, Any] = {"asked": np.array(asked())}
    for language in FLOORS:
        own = [row for row in rows if row.language == language]
        tokens = sorted({token for row in own for token in row.first})
        column = {token: at for at, token in enumerate(tokens)}
        values = np.zeros((len(own), len(tokens)), np.int16)
        for line, row in zip(values, own, strict=True):
            for token, logprob in row.first.items():
                line[column[token]] = min(-1, round(logprob * _HUNDREDTHS))
        kept[f"{language} tokens"], kept[f"{language} values"] = np.array(tokens, np.int32), values
        for name in ("id", "set", "held", "yes"):
            kept[f"{language} {name}"] = np.array([getattr(row, name) for row in own])
    TABLE.parent.mkdir(exist_ok=True)
    np.savez_compressed(TABLE, **kept)
