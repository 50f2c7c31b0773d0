"""Retrieval: nDCG@10 and hit@10 against plain BM25 and a LlamaIndex starter, by the same rules, in the same run."""

import functools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.llamaindex_ingest import copy_of_nltk_data
from benchmarks.places import ASKER, evaldata, filled
from benchmarks.result import Result
from kb.assistant import KnowledgeBase
from kb.evaluation import ranking_metrics
from kb.evaluation.questions import Question, load_questions
from kb.evaluation.ranking_metrics import PageUnit
from kb.language.tokenizer import any_of, content_words, tokenise
from kb.models.maxsim import Vectors

DEPTH = 50  # chunks that are ranked, so that ten different pages are among them
Search = Callable[[str], list[PageUnit]]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set of `evaldata`. `page_slack`: a hit may be so many pages after the gold page."""

    name: str
    folders: tuple[str, ...] = ("docs",)
    page_slack: int = 0


SETS = (
    QuestionSet("contoso_hr", page_slack=1),
    QuestionSet("tidb_zh_dev", ("docs", "docs_noheading")),
    QuestionSet("handbook_18f", ("docs", "docs_noheading")),
)
OTHER_SETS = (QuestionSet("zh_office"), QuestionSet("scifact_beir"), QuestionSet("financebench_dev"),
              QuestionSet("ohr_finance_pdf"))  # fmt: skip


def run(names: Sequence[str] = (), others: bool = False, limit: int | None = None) -> Result:
    """Measure the named sets, or all three; with `others` the long ones too."""
    rows: list[tuple[str | float, ...]] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        copy_of_nltk_data(Path(temporary))
        for question_set, questions, folders in chosen_sets(names, others, limit, notes):
            with filled(question_set.name, folders) as kb:
                for label, search in _searches(kb):
                    ndcg, hit = measure(search, questions, question_set.page_slack)
                    rows.append((question_set.name, label, len(questions), ndcg, hit))
    return Result("retrieval", ("set", "search", "questions", "nDCG@10", "hit@10"), tuple(rows), tuple(notes))


def chosen_sets(
    names: Sequence[str], others: bool, limit: int | None, notes: list[str]
) -> Iterator[tuple[QuestionSet, list[Question], list[Path]]]:
    """The named sets, or the three, with `others` the long ones too: each with its first questions that have evidence,
    and the folders of its documents. What is absent is added to `notes`."""
    every = (*SETS, *OTHER_SETS)
    notes += [f"no question set {name!r}" for name in names if name not in {s.name for s in every}]
    for question_set in every:
        if not (question_set.name in names if names else others or question_set in SETS):
            continue
        folder = evaldata() / question_set.name
        if not (folder / "queries.jsonl").is_file():
            notes.append(f"{question_set.name} is absent: {folder} (set KB_EVALDATA)")
            continue
        questions = [q for q in load_questions(folder / "queries.jsonl") if q.evidence][:limit]
        yield question_set, questions, [folder / name for name in question_set.folders if (folder / name).is_dir()]


def measure(search: Search, questions: Sequence[Question], page_slack: int) -> tuple[float, float]:
    """(mean nDCG@10, share of questions with a gold unit among the first ten)"""
    ndcg, hits = [], 0
    for question in questions:
        gold = [PageUnit(evidence.doc, evidence.page) for evidence in question.evidence]
        gained = ranking_metrics.gains(search(question.question), gold, page_slack)
        ndcg.append(ranking_metrics.ndcg(gained, ranking_metrics.gold_units(gold).values()))
        hits += any(gained[:10])
    return sum(ndcg) / len(ndcg), hits / len(questions)


def _searches(kb: KnowledgeBase) -> list[tuple[str, Search]]:
    starter = Starter(kb)
    return [
        ("ours", lambda question: ours(kb, question)),
        ("BM25", starter.bm25),
        ("LlamaIndex starter", starter.dense),
    ]


def ours(kb: KnowledgeBase, question: str) -> list[PageUnit]:
    """What the product finds, best first."""
    return [PageUnit(p.document, p.page) for p in kb.search(question, ASKER, DEPTH).passages]


class Starter:
    """What a beginner builds: SentenceSplitter 1024/20 over each page, and the nearest chunks by the same embedding
    model, with its prefixes. BM25 (FTS5: k1 1.2, b 0.75) ranks the same chunks by their words."""

    def __init__(self, kb: KnowledgeBase) -> None:
        from llama_index.core.node_parser import SentenceSplitter

        splitter = SentenceSplitter(chunk_size=1024, chunk_overlap=20)
        self._embedder = kb.embedder
        self._places: list[PageUnit] = []
        self._texts = texts = list[str]()
        for document in kb.documents(ASKER):
            if not document.chunks:
                continue
            stored = kb.stored_text(ASKER, document.collection, document.path)
            spans = [(p.number, stored.text[p.start : p.end]) for p in stored.pages] or [(None, stored.text)]
            for page, text in spans:
                pieces = splitter.split_text(text) if text.strip() else []
                texts += pieces
                self._places += [PageUnit(document.path, page)] * len(pieces)
        self._words = sqlite3.connect(":memory:")
        self._words.execute("CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'porter unicode61')")
        rows = enumerate(" ".join(tokenise(text)) for text in texts)
        self._words.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", rows)

    @functools.cached_property
    def _vectors(self) -> Vectors:
        return np.stack([np.frombuffer(e.vector, "<f4") for e in self._embedder.embed_passages(self._texts)])

    def dense(self, question: str) -> list[PageUnit]:
        scores = self._vectors @ self._embedder.embed_question(question).vector
        return [self._places[i] for i in np.argsort(-scores, kind="stable")[:DEPTH]]

    def bm25(self, question: str) -> list[PageUnit]:
        query = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid LIMIT ?"
        return [self._places[row] for (row,) in self._words.execute(query, (any_of(content_words(question)), DEPTH))]
