"""Archives: a BEIR folder as one zip file, with its questions and the documents that they ask about."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Self

from kb.errors import QuestionSetError, why
from kb.evaluation.imports import SPLITS, beir_questions
from kb.evaluation.questions import MAX_SET_MB, Question

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


def is_archive(source: Path | bytes) -> bool:
    """Whether a file, or the content of one, is a zip file."""
    if isinstance(source, bytes):
        return source.startswith(b"PK\x03\x04")
    return source.is_file() and zipfile.is_zipfile(source)


class Archive:
    """A zip file with `queries.jsonl`, `qrels/` and `corpus.jsonl`, at its top or in one folder.

    `name` is what errors call it. Raises QuestionSetError, here and below, for what is not such a file.
    """

    def __init__(self, source: Path | bytes, name: str) -> None:
        self._name = name
        with self._explained():
            self._zip = zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source))
        parts = {PurePosixPath(info.filename): info for info in self._zip.infolist() if not info.is_dir()}
        tops = sorted((path.parent for path in parts if path.name == "queries.jsonl"), key=lambda top: len(top.parts))
        for top in tops:
            qrels = next((parts[file] for split in SPLITS if (file := top / "qrels" / f"{split}.tsv") in parts), None)
            if qrels is not None:
                self._queries, self._qrels = parts[top / "queries.jsonl"], qrels
                self._corpus = parts.get(top / "corpus.jsonl")
                return
        self._zip.close()
        raise QuestionSetError("question_set.zip_without_set", path=name)

    def questions(self) -> list[Question]:
        """The queries that have relevant documents."""
        return beir_questions(
            self._text(self._queries), self._text(self._qrels), f"{self._name}: {self._queries.filename}",
            f"{self._name}: {self._qrels.filename}",
        )  # fmt: skip

    def documents(self) -> IO[bytes]:
        """The documents, a bundle (JSON Lines), to be read from here."""
        if self._corpus is None:
            raise QuestionSetError("question_set.no_documents", path=self._name)
        with self._explained():
            return self._zip.open(self._corpus)

    def _text(self, part: zipfile.ZipInfo) -> str:
        limit = MAX_SET_MB << 20
        with self._explained(), self._zip.open(part) as file:
            content = file.read(limit + 1)  # whatever size it says it has
        if len(content) > limit:
            raise QuestionSetError("question_set.zip_part_large", path=self._name, part=part.filename, mb=MAX_SET_MB)
        with self._explained():
            return content.decode("utf-8-sig")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            raise QuestionSetError("question_set.zip_unreadable", path=self._name, why=why(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
