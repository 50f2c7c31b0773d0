"""trec: nDCG@10 and MRR@10 as the product computes them, against trec_eval's own code over the same rankings."""

import json
import sqlite3

from benchmarks.places import evaldata
from benchmarks.result import Result
from kb.evaluation.questions import load_questions
from kb.evaluation.ranking_metrics import CUTOFF, PageUnit, first_hit, gains, gold_units, ndcg
from kb.language.tokenizer import any_of, content_words, tokenise

_SET = "scifact_beir"
_DEPTH = 50


def run() -> Result:
    """Rank the documents of scifact for each of its questions by BM25, and score that by both."""
    import pytrec_eval

    columns = ("figure", "questions", "ours", "trec_eval", "largest difference of a question")
    folder = evaldata() / _SET
    if not (folder / "queries.jsonl").is_file():
        return Result("trec", columns, (), (f"{_SET} is absent: {folder} (set KB_EVALDATA)",))
    words = sqlite3.connect(":memory:")
    words.execute("CREATE VIRTUAL TABLE words USING fts5 (name UNINDEXED, body, tokenize = 'porter unicode61')")
    with (folder / "docs" / "corpus.jsonl").open(encoding="utf-8") as corpus:
        for line in corpus:
            record = json.loads(line)
            text = " ".join(tokenise(f"{record.get('title', '')} {record['text']}"))
            words.execute("INSERT INTO words VALUES (?, ?)", (str(record.get("_id", record.get("doc"))), text))
    query = "SELECT name FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid LIMIT ?"
    both: dict[str, list[tuple[float, float]]] = {"nDCG@10": [], "MRR@10": []}
    for question in load_questions(folder / "queries.jsonl"):
        ranked = [name for (name,) in words.execute(query, (any_of(content_words(question.question)), _DEPTH))]
        judged = {e.doc: e.grade for e in question.evidence}
        if not ranked or not judged:
            continue
        gold, grades = [PageUnit(name, None) for name in judged], [*judged.values()]
        gained = gains([PageUnit(name, None) for name in ranked], gold, 0, grades)
        first = first_hit(gained)
        theirs = pytrec_eval.RelevanceEvaluator({"q": judged}, {"ndcg_cut.10", "recip_rank"})
        whole, ten = ({name: float(-rank) for rank, name in enumerate(part)} for part in (ranked, ranked[:CUTOFF]))
        both["nDCG@10"].append(
            (ndcg(gained, gold_units(gold, grades).values()), theirs.evaluate({"q": whole})["q"]["ndcg_cut_10"])
        )
        reciprocal = 1 / first if first and first <= CUTOFF else 0.0
        both["MRR@10"].append((reciprocal, theirs.evaluate({"q": ten})["q"]["recip_rank"]))
    rows = tuple(
        (name, len(pairs), *(sum(side) / len(pairs) for side in zip(*pairs, strict=True)),
         f"{max(abs(a - b) for a, b in pairs):.1e}")
        for name, pairs in both.items()
    )  # fmt: skip
    return Result("trec", columns, rows)
