"""Glossary: what 50 house terms do to questions that hold their short forms, and to all other questions.

Twenty terms and questions are of `sample_docs` (`glossary_terms.csv`, `glossary_questions.jsonl`). Thirty more come
from the development sets of `evaldata`, ten each, by rule when it runs: the rarest phrase that a question shares with
the documents gets a short form that no document holds, and the question is put with that. One glossary of all fifty is
in every home, so that a term of one house meets the questions of the others.
"""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path

from benchmarks.places import ASKER, ROOT, SAMPLE_DOCS, evaldata, filled, home
from benchmarks.result import Result
from benchmarks.retrieval import DEPTH, SETS, QuestionSet
from ingest.sync.reindexing import check_same, reindex
from kb.assistant import KnowledgeBase
from kb.config import IngestSettings, Settings
from kb.errors import EmbeddingChanged
from kb.evaluation import ranking_metrics
from kb.evaluation.questions import Question, load_questions
from kb.evaluation.ranking_metrics import PageUnit
from kb.glossary.csv_form import decoded, entries_of
from kb.glossary.entries import NewEntry
from kb.language.language import CJK
from kb.language.tokenizer import STOP_WORDS, segmenter

SAMPLE = QuestionSet("sample_docs", ())
OF_A_SET = 10  # terms that are derived from a development set
CUTOFF = 5
ORDINARY = tuple(NewEntry(term, (short,)) for term, short in (
    ("Controller Area Network", "CAN"), ("Information Technology", "IT"), ("United States", "US"),
    ("World Health Organization", "WHO"), ("Asset Management", "AM"), ("Work Breakdown Structure", "WORK"),
    ("Time and Material Expense", "TIME"), ("Plan of Action and Needs", "PLAN"), ("Data Owner", "DO"),
    ("Project Management", "PM"), ("Annual Review of Targets", "ART"),
    ("年度大会", "年会"), ("数据支撑组", "数据"), ("系统运维部", "系统"),
    ("计划财务部", "计划"), ("客户服务中心", "中心"),
))  # fmt: skip
"""Terms whose short forms are ordinary words of questions."""
WORDS = "others, words as forms"
FREQUENT = "others, their words as forms"
"""Ten of the fifty terms are phrases of the set's own documents, and their short forms the words that most of its
questions hold, as these write them: the worst that an editor can do."""
_TERMS, _QUESTIONS = ROOT / "benchmarks" / "glossary_terms.csv", ROOT / "benchmarks" / "glossary_questions.jsonl"
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
_LONGEST_PHRASE = 3  # words


@dataclass(frozen=True, slots=True)
class House:
    """A set with its questions as they are, and those that are put with short forms."""

    of: QuestionSet
    terms: tuple[NewEntry, ...]
    short: tuple[Question, ...]
    plain: tuple[Question, ...]
    frequent: tuple[NewEntry, ...]


def run() -> Result:
    """hit@5 and nDCG@10 with and without the glossary, of short-form questions and of all others, by set and in all.

    The others are also put with terms whose forms are ordinary words, and with such whose forms are their own words.
    """
    notes: list[str] = []
    houses: list[House] = []
    for of in (SAMPLE, *SETS):
        folder = SAMPLE_DOCS if of is SAMPLE else evaldata() / of.name
        if not folder.is_dir():
            notes.append(f"{of.name} is absent: {folder} (set KB_EVALDATA)")
            continue
        houses.append(_house(of, folder))
    terms = [term for house in houses for term in house.terms]
    rows: list[tuple[str | float, ...]] = []
    found: dict[tuple[str, bool], list[tuple[bool, float]]] = {}
    for house in houses:
        with _copy(house.of) as kb:
            kb.glossary.bring_in(ASKER, terms)
            for kind, questions in (("short forms", house.short), ("others", house.plain)):
                measured = {on: [_measure(kb, q, house.of.page_slack, on) for q in questions] for on in (False, True)}
                rows.append((house.of.name, kind, len(questions), *_figures(measured[False], measured[True])))
                for on in (False, True):
                    found.setdefault((kind, on), []).extend(measured[on])
            kb.glossary.bring_in(ASKER, ORDINARY)
            with_words = [_measure(kb, q, house.of.page_slack, True) for q in house.plain]
            rows.append((house.of.name, WORDS, len(house.plain), *_figures(measured[False], with_words)))
            found.setdefault((WORDS, False), []).extend(measured[False])
            found.setdefault((WORDS, True), []).extend(with_words)
            kb.glossary.bring_in(ASKER, [*terms[:-OF_A_SET], *house.frequent], replace=True)
            with_frequent = [_measure(kb, q, house.of.page_slack, True) for q in house.plain]
            rows.append((house.of.name, FREQUENT, len(house.plain), *_figures(measured[False], with_frequent)))
            found.setdefault((FREQUENT, False), []).extend(measured[False])
            found.setdefault((FREQUENT, True), []).extend(with_frequent)
    for kind in ("short forms", "others", WORDS, FREQUENT):
        without, with_it = found.get((kind, False), []), found.get((kind, True), [])
        rows.append(("all", kind, len(without), *_figures(without, with_it)))
    notes.append(f"a glossary of {len(terms)} terms")
    columns = ("set", "questions with", "n", "hit@5 off", "hit@5 on", "nDCG@10 off", "nDCG@10 on")
    return Result("glossary", columns, tuple(rows), tuple(notes))


def _figures(without: Sequence[tuple[bool, float]], with_it: Sequence[tuple[bool, float]]) -> tuple[float, ...]:
    n = max(1, len(without))
    return tuple(sum(each[i] for each in measured) / n for i in (0, 1) for measured in (without, with_it))


def _measure(kb: KnowledgeBase, question: Question, page_slack: int, glossary: bool) -> tuple[bool, float]:
    """(whether a gold unit is among the first five, nDCG@10)"""
    gold = [PageUnit(evidence.doc, evidence.page) for evidence in question.evidence]
    passages = kb.search(question.question, ASKER, DEPTH, glossary=glossary).passages
    gained = ranking_metrics.gains([PageUnit(p.document, p.page) for p in passages], gold, page_slack)
    first = ranking_metrics.first_hit(gained)
    return first is not None and first <= CUTOFF, ranking_metrics.ndcg(
        gained, ranking_metrics.gold_units(gold).values()
    )


def _house(of: QuestionSet, folder: Path) -> House:
    name = "questions.jsonl" if of is SAMPLE else "queries.jsonl"
    plain = [q for q in load_questions(folder / name) if q.evidence]
    with _copy(of) as kb:
        texts = [kb.stored_text(ASKER, d.collection, d.path).text for d in kb.documents(ASKER) if d.chunks]
    frequent = tuple(islice(_frequent(plain, texts), OF_A_SET))
    if of is SAMPLE:
        terms = entries_of(decoded(_TERMS.read_bytes()))
        return House(of, tuple(terms), tuple(load_questions(_QUESTIONS)), tuple(plain), frequent)
    derived = list(islice(_derived(plain, texts), OF_A_SET))
    return House(of, tuple(term for term, _ in derived), tuple(q for _, q in derived), tuple(plain), frequent)


def _frequent(questions: Sequence[Question], texts: Sequence[str]) -> Iterator[NewEntry]:
    """Terms with words that most questions hold as their short forms; each is the phrase with that word that stands
    most often in the documents."""
    words = Counter(word for question in questions for word, *_ in {*_words(question.question)})
    held: dict[str, Counter[str]] = {}
    for line in dict.fromkeys(line for text in texts for line in text.splitlines()):
        for phrase in _phrases(line):
            for word, *_ in _words(phrase):
                held.setdefault(word, Counter())[phrase] += 1
    used: set[str] = set()
    for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        phrases = sorted(held.get(word, Counter()).items(), key=lambda item: (-item[1], item[0]))
        phrase = next((phrase for phrase, _ in phrases if not {phrase.lower(), word.lower()} & used), "")
        if phrase and word.isalpha():
            used |= {phrase.lower(), word.lower()}
            yield NewEntry(phrase, (word,))


def _derived(questions: Sequence[Question], texts: Sequence[str]) -> Iterator[tuple[NewEntry, Question]]:
    """Terms of a set, with the question that holds each by its short form: of each question the phrase that the fewest
    documents hold. Questions are taken from all over the set."""
    lower = [text.lower() for text in texts]
    whole = "\n".join(lower)
    used: set[str] = set()
    step = max(1, len(questions) // (3 * OF_A_SET))
    for question in (*questions[::step], *questions):
        phrases = {}
        for phrase in _phrases(question.question):
            short = _short_form(phrase)
            held = sum(phrase.lower() in text for text in lower)
            if held and short.lower() not in whole and len(short) > 2:
                phrases[phrase] = held, short
        for phrase, (_, short) in sorted(phrases.items(), key=lambda item: (item[1][0], -len(item[0]), item[0]))[:1]:
            if not {phrase.lower(), short} & used:
                used |= {phrase.lower(), short}
                asked = re.sub(re.escape(phrase), f" {short} ", question.question, flags=re.IGNORECASE)
                yield NewEntry(phrase, (short,)), replace(question, question=" ".join(asked.split()))


def _phrases(question: str) -> Iterator[str]:
    """The runs of two or three words of a question without a stop word; of Chinese, words of two characters or more."""
    words = _words(question)
    for i in range(len(words)):
        for count in range(2, _LONGEST_PHRASE + 1):
            run = words[i : i + count]
            if len(run) == count and all(b[1] - a[2] <= 1 for a, b in pairwise(run)):
                phrase = question[run[0][1] : run[-1][2]]
                if not re.search(r"[^\w\s'-]", phrase):
                    yield phrase


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text that are no stop words, with their places; of Chinese those of two characters or more."""
    if CJK.search(text):
        cut = segmenter().tokenize(text)
        return [(w, s, e) for w, s, e in cut if w not in STOP_WORDS and (len(w) > 1 or not CJK.search(w)) and w.strip()]
    return [(w.group(), *w.span()) for w in _WORD.finditer(text) if w.group().lower() not in STOP_WORDS]


def _short_form(phrase: str) -> str:
    """Two letters of each word, or a character of each Chinese word."""
    words = segmenter().lcut(phrase) if CJK.search(phrase) else phrase.split()
    return "".join(word[:1] if CJK.search(word) else word[:2].upper() for word in words if word.strip())


@contextmanager
def _copy(of: QuestionSet) -> Iterator[KnowledgeBase]:
    """A copy of the set's cached home, which stays as it is; filled first where there is none."""
    folders = [SAMPLE_DOCS] if of is SAMPLE else [evaldata() / of.name / name for name in of.folders]
    if not (home(of.name) / "catalog.db").is_file():
        with filled(of.name, [folder for folder in folders if folder.is_dir()]):
            pass
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "home"
        shutil.copytree(home(of.name), place, ignore=shutil.ignore_patterns("lock", "originals"))
        with KnowledgeBase.open(place, Settings(ingest=IngestSettings(quarantine_floor=None))) as kb:
            try:
                check_same(kb)
            except EmbeddingChanged:  # it was filled by an earlier version
                reindex(kb, ASKER.name)
            yield kb
