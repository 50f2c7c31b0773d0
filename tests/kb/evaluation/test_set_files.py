"""Question sets as they are named or sent: kept as a file of ours, with the documents that they bring along."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from ingest.containers.jsonl_bundle import read_bundle
from kb.errors import QuestionSetError
from kb.evaluation.imports import as_lines, load_set
from kb.evaluation.questions import Evidence, Question
from kb.evaluation.set_files import documents_of, keep_set, parts_of
from tests.kb.evaluation.test_imports import CMRC, SQUAD, beir, kept


def zipped(folder: Path, *names: str) -> bytes:
    """The named files of a folder in a zip, under a folder of its name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.write(folder / name, f"{folder.name}/{name}")
    return content.getvalue()


def test_sets_of_others_are_the_same_when_they_are_kept_as_ours(tmp_path: Path) -> None:
    for path in (beir(tmp_path / "beir"), kept(tmp_path / "squad.json", SQUAD), kept(tmp_path / "cmrc.json", CMRC)):
        asked = load_set(path)
        (tmp_path / "ours.jsonl").write_bytes(as_lines(asked))
        ours = load_set(tmp_path / "ours.jsonl")
        assert [(q.id, q.question, q.answers, q.evidence, q.language, q.refuse, q.kind) for q in ours] == [
            (q.id, q.question, q.answers, q.evidence, q.language, q.refuse, q.kind) for q in asked
        ]


def test_a_zip_and_its_folder_are_kept_alike(tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir")
    names = ("queries.jsonl", "corpus.jsonl", "qrels/test.tsv", "qrels/dev.tsv")
    asked = [
        Question("1", "Is it warm?", evidence=(Evidence("d1"),), language="en"),
        Question("3", "多暖？", evidence=(Evidence("d2", grade=2), Evidence("d1")), language="zh"),
    ]
    for source in (folder, zipped(folder, *names)):
        assert keep_set(source, tmp_path / "copy.jsonl", "beir.zip") == asked
    only_dev = zipped(folder, "queries.jsonl", "qrels/dev.tsv")
    assert [q.id for q in keep_set(only_dev, tmp_path / "copy.jsonl", "beir.zip")] == ["5"]


def test_the_documents_of_a_set_are_a_bundle(tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir")
    for source in (folder, zipped(folder, "queries.jsonl", "qrels/test.tsv", "corpus.jsonl")):
        with documents_of(source, "beir") as file:
            assert [(r.name, r.text) for r in read_bundle(file)] == [("d1", "It is warm.")]
    for squad in (kept(tmp_path / "squad.json", SQUAD), json.dumps(SQUAD).encode()):
        with documents_of(squad, "squad.json") as file:
            assert [r.name for r in read_bundle(file)] == ["0001-001", "DEV_7"]
    without = zipped(folder, "queries.jsonl", "qrels/test.tsv")
    for source, name in ((without, "beir.zip"), (b'{"id": 1, "question": "?", "answers": []}', "mine.jsonl")):
        with pytest.raises(QuestionSetError, match=f"{name} brings no documents"), documents_of(source, name):
            pass


def test_all_that_is_read_for_a_set_is_named(tmp_path: Path) -> None:
    folder = beir(tmp_path / "beir")
    read = {"queries.jsonl", "corpus.jsonl", "qrels/test.tsv", "qrels/dev.tsv", "qrels/train.tsv"}
    for path in (folder, folder / "qrels" / "test.tsv"):
        assert set(parts_of(path)) == {path, *(folder / name for name in read)}
    assert parts_of(tmp_path / "mine.jsonl") == [tmp_path / "mine.jsonl"]
