"""Answers: the product against a LlamaIndex and a LangChain + Chroma starter, with the same model, documents and
questions, in one run.

The peers read the texts as the product read them, so that what differs is finding, prompting and checking. All of them
ask the engine of this process; the answers of all are scored by `kb.evaluation.scoring`.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.ingest import peer_folder
from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled
from benchmarks.result import Result, median
from kb.assistant import KnowledgeBase
from kb.evaluation import scoring
from kb.evaluation.evaluation import EvalOptions, put, selection
from kb.evaluation.questions import Question, load_questions
from kb.models.llamacpp_engine import EmbeddedModel
from kb.models.weights import embedding_folder

SAMPLE = 100  # questions of a set that is not the product's own; drawn by seed 1, each kind and language in its share
T = TypeVar("T")
_PEERS = {"llamaindex": "LlamaIndex starter", "langchain": "LangChain + Chroma starter"}
_LANGCHAIN = ("langchain-chroma>=1,<2", "langchain-text-splitters>=1,<2")
# How the peers say that they do not know: whatever reads like it counts as a refusal.
_NOT_KNOWN = re.compile(
    r"(?:don't|do not|does not|doesn't|did not|cannot|can't|could not|not able to|unable to) "
    r"(?:know|contain|provide|mention|specify|state|include|find|determine|answer|have|give|address|list|refer)"
    r"|(?:not|no|nor|without) (?:\w+ )?(?:mention|information|provided|specified|stated|given|found|included|contained)"
    r"|(?:not|no) (?:\w+ )?(?:details?|available|answer|data)"
    r"|不知道|不清楚|无法|没有(?:提|说|给|包|关|相|明|具|直|找|任|答)|未(?:提|说|给|包|找|明)|不(?:包含|包括|提供|能确定|能回答)|找不到"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What one of them made of a question. `sure`: it was given as an answer, with no doubt said."""

    right: bool
    refused: bool
    sure: bool
    cited: int
    on_gold: int
    first: float | None
    whole: float


def run(sets: Sequence[str] = (), limit: int | None = None) -> Result:
    """Measure over sample_docs, or the named sets of `evaldata` whose questions ask all of their documents; `limit`
    questions drawn of each."""
    rows: list[tuple[str | float, ...]] = []
    notes = [
        f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}",
        "a peer refuses where its answer says in any way that it does not know",
        "false, unmarked: of all questions, those with a wrong answer, or one where none is in the documents, that "
        "stands there without a doubt; the product's when every sentence of it carries the tick",
    ]
    for name in sets or ("sample_docs",):
        own = name == "sample_docs"
        folder = SAMPLE_DOCS if own else evaldata() / name
        file = folder / ("questions.jsonl" if own else "queries.jsonl")
        if not file.is_file():
            notes.append(f"{name} is absent: {file} (set KB_EVALDATA)")
            continue
        asked = [q for q in load_questions(file) if not q.scope and (q.answerable or q.refuse)]
        questions = selection(asked, None, limit or (None if own else SAMPLE), 1)
        with filled(name, [folder if own else folder / "docs"]) as kb:
            kb.use_model("embedded")
            kb.warm_up()
            rows += _rows(name, "ours", questions, list(_counted("ours", questions, (_ours(kb, q) for q in questions))))
            for peer, label in _PEERS.items():
                found = _peer(kb, peer, questions)
                if found is None:
                    notes.append(f"{label} was not measured: its packages could not be installed")
                else:
                    rows += _rows(name, label, questions, found)
    columns = ("set", "who", "figure", "value", "of")
    return Result("answer", columns, tuple(rows), tuple(notes))


def _ours(kb: KnowledgeBase, question: Question) -> Answered:
    outcome = put(kb, question, 0, EvalOptions(asker=ASKER))
    answer, scores = outcome.answer, outcome.scores
    if answer is None:
        return Answered(False, False, False, 0, 0, None, 0.0)
    sure = not answer.refused and not answer.uncertain and bool(answer.claims)
    sure = sure and all(claim.supported for claim in answer.claims)
    return Answered(
        bool(scores.right), answer.refused, sure, scores.citations or 0, scores.citations_on_gold or 0,
        answer.first_word_seconds, answer.seconds,
    )  # fmt: skip


def _peer(kb: KnowledgeBase, peer: str, questions: Sequence[Question]) -> list[Answered] | None:
    """What a peer answers; None where its packages cannot be had."""
    folder = peer_folder(*(("langchain", _LANGCHAIN, "langchain_chroma") if peer == "langchain" else ()))
    if folder is None:
        return None
    model = kb.model
    assert isinstance(model, EmbeddedModel)
    with tempfile.TemporaryDirectory() as temporary:
        names = _texts(kb, Path(temporary))
        task = {
            "embedding": str(embedding_folder()), "address": f"http://{model._engine._address}/v1",
            "key": model._engine._key, "answer_tokens": kb.settings.llm.answer_tokens, "texts": temporary,
            "questions": [q.question for q in questions],
        }  # fmt: skip
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
        command = [sys.executable, "-m", "benchmarks.answer_peer", peer]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True, encoding="utf-8"
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            with running.stdin as stdin:
                json.dump(task, stdin)
            written = (line for line in running.stdout if line.startswith("{"))
            lines = [json.loads(line) for line in _counted(peer, questions, written)]
        if running.returncode:
            raise subprocess.CalledProcessError(running.returncode, command)
    return [_judged(q, line, names) for q, line in zip(questions, lines, strict=True)]


def _counted(who: str, questions: Sequence[Question], answers: Iterable[T]) -> Iterator[T]:
    """The answers as they come, with a line that counts them."""
    for number, answer in enumerate(answers, 1):
        print(f"\r{who}: {number}/{len(questions)}", end="", file=sys.stderr, flush=True)
        yield answer
    print(file=sys.stderr)


def _texts(kb: KnowledgeBase, folder: Path) -> dict[str, str]:
    """Write the text of each document as the product read it; file name → path of the document."""
    names: dict[str, str] = {}
    for number, document in enumerate(d for d in kb.documents(ASKER) if d.version):
        name = f"{number:03} {Path(document.path).name}.txt"
        text = kb.stored_text(ASKER, document.collection, document.path).text
        (folder / name).write_text(text, encoding="utf-8")
        names[name] = document.path
    return names


def _judged(question: Question, line: dict[str, object], names: dict[str, str]) -> Answered:
    text, sources, first, whole = str(line["answer"]), line["sources"], line["first"], line["whole"]
    assert isinstance(sources, list)
    assert isinstance(first, float)
    assert isinstance(whole, float)
    right = question.answerable and scoring.is_right(text, question.answers, question.answer_groups, question.question)
    refused = not right and bool(_NOT_KNOWN.search(text.lower()))
    cited = [names[source] for source in sources] if question.evidence and not refused else []
    gold = {evidence.doc for evidence in question.evidence}
    return Answered(right, refused, not refused, len(cited), sum(c in gold for c in cited), first, whole)


def _rows(
    name: str, who: str, questions: Sequence[Question], found: Sequence[Answered]
) -> list[tuple[str | float, ...]]:
    both = list(zip(questions, found, strict=True))
    answerable = [a for q, a in both if q.answerable]
    near = [a for q, a in both if q.refuse and q.kind != "off_topic"]
    far = [a for q, a in both if q.refuse and q.kind == "off_topic"]
    false = [a for q, a in both if a.sure and not (q.answerable and a.right)]
    firsts = [a.first for a in answerable if a.first is not None and not a.refused]
    shares = (
        ("right", sum(a.right for a in answerable), len(answerable)),
        ("answerable refused", sum(a.refused for a in answerable), len(answerable)),
        ("near misses refused", sum(a.refused for a in near), len(near)),
        ("off topic refused", sum(a.refused for a in far), len(far)),
        ("citations on gold", sum(a.on_gold for a in found), sum(a.cited for a in found)),
        ("false, unmarked", len(false), len(both)),
    )
    rows: list[tuple[str | float, ...]] = [(name, who, figure, count / of, of) for figure, count, of in shares if of]
    rows.append((name, who, "s to the first word, median", median(firsts) if firsts else float("nan"), len(firsts)))
    rows.append((name, who, "s of the whole answer, median", median([a.whole for a in answerable]), len(answerable)))
    for row in rows:
        print(*row, file=sys.stderr)
    return rows
