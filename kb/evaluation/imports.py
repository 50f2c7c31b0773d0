"""Imports: question sets of others (BEIR folders, SQuAD and CMRC files) as ours, with the documents they ask about."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb.errors import KBError, QuestionSetError, why
from kb.evaluation.questions import MAX_SET_MB, Evidence, Question, load_questions
from kb.files import read_regular
from kb.language.script import written_language

SPLITS = ("test", "dev", "train")  # of a BEIR folder; the first that is there is taken


@dataclass(frozen=True, slots=True)
class ImportedSet:
    """Questions, and where their documents are: a file of the set, or records to be written as a bundle."""

    questions: list[Question]
    corpus: Path | None = None
    records: tuple[Mapping[str, str], ...] = ()

    def contexts(self) -> str:
        """The records as a bundle."""
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in self.records)

    def documents(self, folder: Path) -> Path:
        """A bundle (JSON Lines) of the documents; made in `folder` where the set has none of its own.

        Raises KBError if it cannot be written.
        """
        if self.corpus is not None:
            return self.corpus
        bundle = folder / "contexts.jsonl"
        text = self.contexts()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not bundle.is_file() or bundle.read_text(encoding="utf-8") != text:  # else it counts as unchanged
                bundle.write_text(text, encoding="utf-8")
        except OSError as error:
            raise KBError("question_set.documents_not_written", bundle=bundle, why=why(error)) from None
        return bundle


def imported(path: Path) -> ImportedSet | None:
    """The set at `path`: a BEIR folder or one of its `qrels/*.tsv`, or a JSON file of SQuAD or CMRC.

    None if it is none of these, and may be a question set of ours. Raises QuestionSetError if it is one of these and
    cannot be read.
    """
    try:
        if path.is_dir():
            found = [path / "qrels" / f"{split}.tsv" for split in SPLITS]
            qrels = next((file for file in found if file.is_file()), None)
            return _beir(path, qrels) if qrels and (path / "queries.jsonl").is_file() else None
        if path.suffix == ".tsv" and path.parent.name == "qrels":
            return _beir(path.parent.parent, path)
        return _contexts(json.loads(read_regular(path, MAX_SET_MB).decode("utf-8-sig")))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError("question_set.unreadable", path=path, why=why(error)) from None
    except (json.JSONDecodeError, RecursionError):
        return None  # several lines of JSON are none as a whole
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise QuestionSetError("question_set.other_form", path=path, why=repr(error)) from None


def _beir(folder: Path, qrels: Path) -> ImportedSet:
    file = folder / "queries.jsonl"
    queries, relevant = (read_regular(part, MAX_SET_MB).decode("utf-8-sig") for part in (file, qrels))
    return ImportedSet(beir_questions(queries, relevant, str(file), str(qrels)), corpus=folder / "corpus.jsonl")


def beir_questions(queries: str, qrels: str, queries_path: str, qrels_path: str) -> list[Question]:
    """Queries with their relevant documents; those without are left out, as BEIR's own evaluation does.

    The paths are what errors call the two. Raises QuestionSetError.
    """
    relevant: dict[str, dict[str, int]] = {}
    for row in csv.reader(qrels.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) >= 3 and row[2].strip().lstrip("-").isdigit() and int(row[2]) > 0:
            relevant.setdefault(row[0], {})[row[1]] = int(row[2])
    questions = []
    for number, line in enumerate(queries.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            id, text = str(record["_id"]), str(record["text"]).strip()
        except (ValueError, KeyError, TypeError):
            raise QuestionSetError("question_set.no_query", path=queries_path, number=number) from None
        if id in relevant:
            evidence = tuple(Evidence(doc, grade=grade) for doc, grade in relevant[id].items())
            questions.append(Question(id, text, evidence=evidence, language=written_language(text) or "en"))
    if not questions:
        raise QuestionSetError("question_set.nothing_relevant", qrels=qrels_path)
    return questions


def _contexts(content: Any) -> ImportedSet | None:
    """SQuAD (1.1, 2.0, and CMRC and DRCD in its form): {"data": [...]}; CMRC 2018 in its own: [{"context_id": ...}]."""
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        found = list(_squad(content["data"]))
    elif isinstance(content, list) and content and isinstance(content[0], dict) and "context_text" in content[0]:
        found = list(_cmrc(content))
    else:
        return None
    records = tuple({"doc": doc, "title": title, "text": text} for doc, title, text, _ in found)
    questions = [question for _, _, _, asked in found for question in asked]
    if not questions:
        raise ValueError("no questions")
    return ImportedSet(questions, records=records)


_Context = tuple[str, str, str, list[Question]]  # document, title, text, what is asked about it


def _squad(articles: list[Any]) -> Iterator[_Context]:
    for at, article in enumerate(articles, start=1):
        title = str(article.get("title") or "")
        for number, paragraph in enumerate(article["paragraphs"], start=1):
            doc, text = str(paragraph.get("id") or f"{at:04}-{number:03}"), paragraph["context"]
            asked = []
            for qa in paragraph["qas"]:
                refuse = bool(qa.get("is_impossible"))
                forms = [] if refuse else [str(answer["text"]) for answer in qa["answers"]]
                asked.append(_question(str(qa["id"]), qa["question"], forms, doc, text, refuse))
            yield doc, title, text, asked


def _cmrc(contexts: list[Any]) -> Iterator[_Context]:
    for context in contexts:
        doc, text = str(context["context_id"]), context["context_text"]
        asked = [
            _question(str(qa["query_id"]), qa["query_text"], [str(a) for a in qa["answers"]], doc, text, False)
            for qa in context["qas"]
        ]
        yield doc, str(context.get("title") or ""), text, asked


def _question(id: str, asked: str, forms: list[str], doc: str, text: str, refuse: bool) -> Question:
    answers = tuple(dict.fromkeys(form.strip() for form in forms if form.strip()))
    quote = answers[0] if answers and answers[0] in text else ""
    return Question(
        id, asked.strip(), answers, () if refuse else (Evidence(doc, None, quote),),
        written_language(asked) or "en", refuse, "impossible" if refuse else "",
    )  # fmt: skip


def load_set(path: Path) -> list[Question]:
    """The questions of a set of ours or of others. Raises QuestionSetError."""
    others = imported(path)
    return others.questions if others else load_questions(path)


def as_lines(questions: Sequence[Question]) -> bytes:
    """Questions of others in our own form, for `load_questions`."""
    return "".join(json.dumps(_record(question), ensure_ascii=False) + "\n" for question in questions).encode()


def _record(question: Question) -> dict[str, Any]:
    evidence = [{name: value for name, value in asdict(e).items() if value} for e in question.evidence]
    meta = dict(question.meta)
    meta |= {"kind": question.kind} if question.kind else {}
    meta |= {"expected": "REFUSE"} if question.refuse else {}
    return {
        "id": question.id, "question": question.question, "answers": question.answers, "evidence": evidence,
        "lang": question.language, "meta": meta,
    }  # fmt: skip
