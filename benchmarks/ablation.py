"""Ablation: nDCG@10 and hit@10 with each step of the search switched off in turn, over the sets of `retrieval`."""

import functools
from collections.abc import Sequence

from benchmarks.places import filled, home
from benchmarks.result import Result
from benchmarks.retrieval import chosen_sets, measure, ours
from kb.assistant import KnowledgeBase
from kb.config import RetrievalSettings, Settings

# What is taken out: the settings without it.
STEPS: dict[str, dict[str, float | bool]] = {
    "nothing": {},
    "late interaction": {"late_interaction": False},
    "coverage": {"coverage": False},
    "second passage": {"second_passage": False},
    "routing": {"routing": False},
    "measures": {"measures": False},
    "word search": {"dense_weight": 1.0},
    "vector search": {"dense_weight": 0.0},
    "all but the two searches": {
        "late_interaction": False, "coverage": False, "second_passage": False, "routing": False,
        "measures": False,
    },
}  # fmt: skip


def run(names: Sequence[str] = (), limit: int | None = None) -> Result:
    """Measure the named sets, or the three of `retrieval`. The difference is to the row without anything taken out."""
    rows: list[tuple[str | float, ...]] = []
    notes: list[str] = []
    for question_set, questions, folders in chosen_sets(names, False, limit, notes):
        with filled(question_set.name, folders):
            pass
        whole = 0.0
        for step, without in STEPS.items():
            settings = Settings(retrieval=RetrievalSettings.model_validate(without))
            with KnowledgeBase.open(home(question_set.name), settings) as kb:
                ndcg, hit = measure(functools.partial(ours, kb), questions, question_set.page_slack)
            whole = whole or ndcg
            rows.append((question_set.name, step, len(questions), ndcg, hit, ndcg - whole))
    columns = ("set", "without", "questions", "nDCG@10", "hit@10", "difference")
    return Result("ablation", columns, tuple(rows), tuple(notes))
