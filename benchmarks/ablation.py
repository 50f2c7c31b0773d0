"""Ablation: nDCG@10 and hit@10 with each step of the search switched off in turn, over the sets of `retrieval`."""

from collections.abc import Sequence

from benchmarks.places import ASKER, evaldata, filled, home
from benchmarks.result import Result
from benchmarks.retrieval import DEPTH, OTHER_SETS, SETS, measure
from kb.assistant import KnowledgeBase
from kb.config import RetrievalSettings, Settings
from kb.evaluation.questions import load_questions
from kb.evaluation.ranking_metrics import PageUnit

# What is taken out: the settings without it.
STEPS: dict[str, dict[str, float | bool]] = {
    "nothing": {},
    "late interaction": {"late_interaction": False},
    "coverage": {"coverage": False},
    "second passage": {"second_passage": False},
    "routing": {"routing": False},
    "word search": {"dense_weight": 1.0},
    "vector search": {"dense_weight": 0.0},
    "all but the two searches": {
        "late_interaction": False, "coverage": False, "second_passage": False, "routing": False,
    },
}  # fmt: skip


def run(names: Sequence[str] = (), limit: int | None = None) -> Result:
    """Measure the named sets, or the three of `retrieval`. The difference is to the row without anything taken out."""
    chosen = [s for s in (*SETS, *OTHER_SETS) if (s.name in names if names else s in SETS)]
    rows: list[tuple[str | float, ...]] = []
    notes: list[str] = []
    for question_set in chosen:
        folder = evaldata() / question_set.name
        if not (folder / "queries.jsonl").is_file():
            notes.append(f"{question_set.name} is absent: {folder} (set KB_EVALDATA)")
            continue
        questions = [q for q in load_questions(folder / "queries.jsonl") if q.evidence][:limit]
        with filled(question_set.name, [folder / name for name in question_set.folders if (folder / name).is_dir()]):
            pass
        whole = 0.0
        for step, without in STEPS.items():
            settings = Settings(retrieval=RetrievalSettings.model_validate(without))
            with KnowledgeBase.open(home(question_set.name), settings) as kb:

                def search(question: str, kb: KnowledgeBase = kb) -> list[PageUnit]:
                    return [PageUnit(p.document, p.page) for p in kb.search(question, ASKER, DEPTH).passages]

                ndcg, hit = measure(search, questions, question_set.page_slack)
            whole = whole or ndcg
            rows.append((question_set.name, step, len(questions), ndcg, hit, ndcg - whole))
    columns = ("set", "without", "questions", "nDCG@10", "hit@10", "difference")
    return Result("ablation", columns, tuple(rows), tuple(notes))
