"""Question sets of others: BEIR folders, SQuAD and CMRC files, with the documents they ask about."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.containers.jsonl_bundle import read_bundle
from kb.errors import QuestionSetError
from kb.evaluation.imports import imported, load_set
from kb.evaluation.questions import Evidence, Question, load_questions

SQUAD: dict[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "Utrecht",
            "paragraphs": [
                {
                    "context": "The office in Utrecht opens at 7:45.",
                    "qas": [
                        {"id": "a", "question": "When does it open?", "is_impossible": False,
                         "answers": [{"text": "7:45", "answer_start": 31}, {"text": "at 7:45", "answer_start": 28},
                                     {"text": "7:45", "answer_start": 31}]},
                        {"id": "b", "question": "Who owns it?", "is_impossible": True, "answers": [],
                         "plausible_answers": [{"text": "Utrecht", "answer_start": 14}]},
                    ],
                },
                {"id": "DEV_7", "context": "年假为15天。",
                 "qas": [{"id": "c", "question": "年假几天？", "answers": [{"text": "15天", "answer_start": 3}]}]},
            ],
        }
    ],
}  # fmt: skip
CMRC = [
    {"context_id": "TRIAL_1", "context_text": "年假为15天。", "title": "假期",
     "qas": [{"query_id": "TRIAL_1_QUERY_0", "query_text": "年假几天？", "answers": ["15天", "15天"]}]},
]  # fmt: skip


def kept(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def beir(folder: Path) -> Path:
    queries = [{"_id": "1", "text": "Is it warm?"}, {"_id": 3, "text": "多暖？"}, {"_id": "5", "text": "Never judged"}]
    kept(folder / "queries.jsonl", "".join(json.dumps(q) + "\n" for q in queries))
    kept(folder / "corpus.jsonl", '{"_id": "d1", "title": "T", "text": "It is warm."}\n')
    kept(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\n1\td1\t1\n1\td2\t0\n3\td2\t2\n3\td1\t1\n")
    kept(folder / "qrels" / "dev.tsv", "query-id\tcorpus-id\tscore\n5\td1\t1\n")
    return folder


def test_a_squad_file_is_a_question_set_with_its_contexts(tmp_path: Path) -> None:
    found = imported(kept(tmp_path / "squad.json", SQUAD))
    assert found is not None
    assert found.questions == [
        Question("a", "When does it open?", ("7:45", "at 7:45"), (Evidence("0001-001", None, "7:45"),), "en"),
        Question("b", "Who owns it?", (), (), "en", refuse=True, kind="impossible"),
        Question("c", "年假几天？", ("15天",), (Evidence("DEV_7", None, "15天"),), "zh"),
    ]
    with found.documents(tmp_path / "made").open("rb") as bundle:
        records = [(record.name, record.title, record.text) for record in read_bundle(bundle)]
    assert records == [
        ("0001-001", "Utrecht", "The office in Utrecht opens at 7:45."),
        ("DEV_7", "Utrecht", "年假为15天。"),
    ]


def test_a_file_in_cmrcs_own_form_is_a_question_set(tmp_path: Path) -> None:
    found = imported(kept(tmp_path / "cmrc.json", CMRC))
    assert found is not None
    evidence = (Evidence("TRIAL_1", None, "15天"),)
    assert found.questions == [Question("TRIAL_1_QUERY_0", "年假几天？", ("15天",), evidence, "zh")]
    assert found.records == ({"doc": "TRIAL_1", "title": "假期", "text": "年假为15天。"},)


def test_a_beir_folder_is_a_question_set_over_its_corpus(tmp_path: Path) -> None:
    found = imported(beir(tmp_path / "set"))
    assert found is not None
    assert found.questions == [
        Question("1", "Is it warm?", evidence=(Evidence("d1"),), language="en"),
        Question("3", "多暖？", evidence=(Evidence("d2", grade=2), Evidence("d1")), language="zh"),
    ]
    assert found.documents(tmp_path / "unused") == tmp_path / "set" / "corpus.jsonl"
    split = imported(tmp_path / "set" / "qrels" / "dev.tsv")
    assert split is not None
    assert [question.id for question in split.questions] == ["5"]


def test_sets_of_ours_stay_what_they_are(tmp_path: Path) -> None:
    lines = '{"id": "a", "question": "x", "answers": []}\n{"id": "b", "question": "data?", "answers": []}\n'
    for text in (lines, lines.partition("\n")[0]):
        path = kept(tmp_path / "questions.jsonl", text)
        assert imported(path) is None
        assert load_set(path) == load_questions(path)
    with pytest.raises(QuestionSetError, match="no question set"):
        load_set(tmp_path / "absent.json")
    with pytest.raises(QuestionSetError, match="is a folder"):
        load_set(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"data": []}, "not in the form it begins with"),
        ({"data": [{"title": "x"}]}, r"squad\.json is not in the form .*paragraphs"),
        ({"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a"}]}]}]}, "not in the form .*answers"),
        ({"data": ["x"]}, "not in the form"),
        ([{"context_text": "x"}], "not in the form .*context_id"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: object, reason: str) -> None:
    with pytest.raises(QuestionSetError, match=reason):
        load_set(kept(tmp_path / "squad.json", content))


def test_a_damaged_beir_folder_is_named(tmp_path: Path) -> None:
    folder = beir(tmp_path / "set")
    kept(folder / "queries.jsonl", '{"_id": "1", "text": "ok"}\n{"id": 2}\n')
    with pytest.raises(QuestionSetError, match=r"queries\.jsonl, line 2: an object with _id and text"):
        load_set(folder)
    kept(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\n")
    kept(folder / "queries.jsonl", "")
    with pytest.raises(QuestionSetError, match="names no query"):
        load_set(folder)
