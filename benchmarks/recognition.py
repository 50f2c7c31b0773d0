"""Recognition: how many spoken requests are known as what they are, by a classifier that has seen nothing of their
writer, beside the patterns alone; and the classifier that the product ships (`--write`)."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.result import Result
from kb.config import Settings
from kb.language.language import language_of
from kb.models.embedders import open_embedder
from kb.models.maxsim import Vectors
from kb.requests.kinds import KINDS, Classifier, likeliest, terms_of
from kb.requests.recognition import Compare, FindDocuments, ListAll, Summarise, recognise

SPOKEN = Path(__file__).parent / "requests" / "spoken.jsonl"
SHIPPED = Path(__file__).parents[1] / "kb" / "requests" / "kinds.json"
STRENGTH = 10.0  # inverse of the regularisation: scikit-learn's C
VECTOR_WEIGHT = 0.05  # of a standardised vector beside the words
RAREST = 2  # questions that a term stands in at least
_DIGITS = 3  # significant, of what is written
_NAMES = {Summarise: "summary", Compare: "comparison", ListAll: "list", FindDocuments: "documents"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A question as somebody wrote it, and its kind."""

    writer: str
    kind: str
    question: str


def load() -> list[Spoken]:
    """The questions of the project."""
    lines = map(json.loads, SPOKEN.read_text(encoding="utf-8").splitlines())
    return [Spoken(line["writer"], line["kind"], line["question"]) for line in lines]


def fitted(spoken: Sequence[Spoken], vectors: Vectors, model: str) -> Classifier:
    """The classifier of some questions and their vectors, shape (questions, dimension)."""
    counted = TfidfVectorizer(analyzer=terms_of, sublinear_tf=True, min_df=RAREST)
    words = counted.fit_transform([each.question for each in spoken]).toarray()
    mean, scale = vectors.mean(0), vectors.std(0) / VECTOR_WEIGHT
    regression = LogisticRegression(C=STRENGTH, max_iter=3_000)
    regression.fit(np.hstack([words, (vectors - mean) / scale]), [KINDS.index(each.kind) for each in spoken])
    of_terms, of_vector = regression.coef_[:, : words.shape[1]].T, regression.coef_[:, words.shape[1] :].T
    weights = of_vector / scale[:, None]
    terms = {
        term: [float(counted.idf_[at]), *map(float, of_terms[at])] for term, at in sorted(counted.vocabulary_.items())
    }
    return Classifier(model, regression.intercept_ - mean @ weights, terms, weights)


def run(write: bool = False) -> Result:
    """Of each kind and language how many are recognised, with a writer left out, and how many others are taken for
    it."""
    embedder = open_embedder(Settings().embedding)
    model = json.loads(embedder.identity())["model"]
    spoken = load()
    vectors = np.stack([embedder.embed_question(each.question).vector for each in spoken])
    told: dict[str, str] = {}
    for writer in sorted({each.writer for each in spoken}):
        own = np.array([each.writer == writer for each in spoken])
        classifier = fitted([each for each in spoken if each.writer != writer], vectors[~own], model)
        for at in np.flatnonzero(own):
            told[spoken[at].question] = likeliest(classifier.probabilities(spoken[at].question, vectors[at]))
    count: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    by_patterns: Counter[tuple[str, str]] = Counter()
    for each in spoken:
        key = each.kind, language_of(each.question)
        count[key] += 1
        right[key] += told[each.question] == each.kind
        by_patterns[key] += _NAMES.get(type(recognise(each.question)), "fact") == each.kind
    if write:
        _write(fitted(spoken, vectors, model))
    rows = tuple((*key, count[key], right[key], by_patterns[key]) for key in sorted(count))
    return Result(
        "Recognition of spoken requests, each by a classifier that has seen nothing of its writer",
        ("kind", "language", "questions", "recognised", "by patterns alone"),
        rows,
    )


def _write(classifier: Classifier) -> None:
    kept = {
        "model": classifier.model,
        "start": _rounded(classifier.start),
        "vector": [_rounded(row) for row in classifier.vector],
        "terms": {term: _rounded(weights) for term, weights in classifier.terms.items()},
    }
    SHIPPED.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _rounded(values: Sequence[float] | Vectors) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in values]
