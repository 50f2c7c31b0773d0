"""One library: what a set's questions find in a home that holds all sets, against the set alone.

nDCG@10 and hit@10 by the rules of `retrieval`, of each set in a home of its own and in one with all of them, where each
question is put to all of it. The first run ingests all of it: most of an hour.
"""

import functools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled, home, ingested
from benchmarks.result import Result
from benchmarks.retrieval import DEPTH, OTHER_SETS, SETS, QuestionSet, measure
from kb.assistant import KnowledgeBase
from kb.evaluation.questions import Question, load_questions
from kb.evaluation.ranking_metrics import PageUnit

LIBRARY = (*SETS, *(each for each in OTHER_SETS if each.name != "zh_office"), QuestionSet("cmrc_trial_zh"))
SAMPLE = QuestionSet("sample_docs", ())


def run(names: Sequence[str] = ()) -> Result:
    """Measure the named sets, or all; every set is in the library in any case."""
    rows: list[tuple[str | float, ...]] = []
    notes: list[str] = []
    with library() as kb:
        for of in (*LIBRARY, SAMPLE):
            questions = _questions(of)
            if not questions:
                notes.append(f"{of.name} is absent: {_folder(of)} (set KB_EVALDATA)")
            elif not names or of.name in names:
                with filled(of.name, _folders(of)) as own:
                    alone = measure(functools.partial(found, own, of.name), questions, of.page_slack)
                among = measure(functools.partial(found, kb, of.name), questions, of.page_slack)
                rows.append((of.name, len(questions), *alone, *among, among[0] - alone[0]))
                print(*rows[-1], file=sys.stderr)
    if rows:
        differences = [float(row[-1]) for row in rows]
        notes.append(f"nDCG@10 on average {sum(differences) / len(rows):+.3f}, at worst {min(differences):+.3f}")
    columns = ("set", "questions", "nDCG@10 alone", "hit@10 alone", "nDCG@10", "hit@10", "difference")
    return Result("one_library", columns, tuple(rows), tuple(notes))


@contextmanager
def library() -> Iterator[KnowledgeBase]:
    """The home with all sets, each a collection."""
    parts = [(of.name, _folders(of)) for of in (*LIBRARY, SAMPLE) if _folders(of)]
    with ingested(home("one_library"), parts) as kb:
        yield kb


def found(kb: KnowledgeBase, name: str, question: str) -> list[PageUnit]:
    """What the product finds, best first; of other collections than `name` under a path that no question has."""
    passages = kb.search(question, ASKER, DEPTH).passages
    return [PageUnit(p.document if p.collection == name else f"{p.collection}:{p.document}", p.page) for p in passages]


def _folder(of: QuestionSet) -> Path:
    return SAMPLE_DOCS if of is SAMPLE else evaldata() / of.name


def _folders(of: QuestionSet) -> list[Path]:
    folders = [_folder(of) / name for name in of.folders] if of.folders else [_folder(of)]
    return [folder for folder in folders if folder.is_dir()]


def _questions(of: QuestionSet) -> list[Question]:
    path = _folder(of) / ("questions.jsonl" if of is SAMPLE else "queries.jsonl")
    return [q for q in load_questions(path) if q.evidence and q.question.strip()] if path.is_file() else []
