"""Readers: whether somebody who may read half of the documents finds as well as in a home with that half alone."""

import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.places import ASKER, evaldata, filled, home
from benchmarks.result import Result
from benchmarks.retrieval import DEPTH, SETS, QuestionSet, measure
from kb.access.rules import EVERYONE, NOBODY, Place
from kb.assistant import KnowledgeBase
from kb.config import Settings
from kb.evaluation import ranking_metrics
from kb.evaluation.questions import load_questions
from kb.schema import Principal

READER = Principal("reader", permissions=frozenset({"search"}))
SEEDS = (1, 2)


def run(names: Sequence[str] = ()) -> Result:
    """nDCG@10 and hit@10 of the questions whose documents may be read, for either, on sets of many documents."""
    chosen = [s for s in SETS if (s.name in names if names else s.name != "contoso_hr")]
    rows = [row for each in chosen for seed in SEEDS for row in _measured(each, seed)]
    return Result("readers", ("set", "seed", "home", "questions", "nDCG@10", "hit@10"), tuple(rows), ())


def _measured(question_set: QuestionSet, seed: int) -> list[tuple[str | float, ...]]:
    folder = evaldata() / question_set.name
    with filled(question_set.name, [folder / name for name in question_set.folders if (folder / name).is_dir()]) as kb:
        paths = sorted(document.path for document in kb.documents(ASKER))
    readable = set(random.Random(seed).sample(paths, len(paths) // 2))
    found = []
    for label in ("all documents, half of them readable", "the readable half alone"):
        with tempfile.TemporaryDirectory() as temporary:
            copy = Path(temporary) / "home"
            shutil.copytree(home(question_set.name), copy)
            with KnowledgeBase.open(copy, Settings()) as kb:
                _limit(kb, readable, alone=label.startswith("the"))
                questions = [
                    question
                    for question in load_questions(folder / "queries.jsonl")
                    if question.evidence and all(evidence.doc in readable for evidence in question.evidence)
                ]
                ndcg, hit = measure(lambda question, kb=kb: _found(kb, question), questions, question_set.page_slack)
        found.append((question_set.name, seed, label, len(questions), ndcg, hit))
    return found


def _limit(kb: KnowledgeBase, readable: set[str], *, alone: bool) -> None:
    """Leave nothing but the readable documents, or let the reader read those alone."""
    documents = kb.documents(ASKER)
    if alone:
        kb.delete_documents(ASKER, [document.id for document in documents if document.path not in readable])
    kb.set_readers(ASKER, Place("default"), NOBODY)
    for document in documents:
        if document.path in readable:
            kb.set_readers(ASKER, Place("document", document.collection, document.path), [EVERYONE])


def _found(kb: KnowledgeBase, question: str) -> list[ranking_metrics.PageUnit]:
    return [ranking_metrics.PageUnit(p.document, p.page) for p in kb.search(question, READER, DEPTH).passages]
