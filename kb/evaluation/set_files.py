"""Set files: a question set as somebody names or sends it, kept as one file; and the documents that it brings along."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from kb.errors import KBError, QuestionSetError
from kb.evaluation.archives import Archive, is_archive
from kb.evaluation.imports import SPLITS, as_lines, imported, load_set
from kb.evaluation.questions import MAX_SET_MB, Question
from kb.files import read_regular
from kb.messages.coded_text import CodedText


def keep_set(source: Path | bytes, copy: Path, name: str) -> list[Question]:
    """The questions of a set, which is kept as `copy`: a file of ours or of SQuAD as it is, a BEIR folder or a zip of
    one as a file of ours.

    `source` is a path of this machine, or the content of a file that errors call `name`. Raises QuestionSetError, and
    OSError where the copy cannot be written.
    """
    if is_archive(source):
        with Archive(source, str(source) if isinstance(source, Path) else name) as archive:
            copy.write_bytes(as_lines(archive.questions()))
    elif isinstance(source, bytes):
        copy.write_bytes(source)
    else:
        asked = load_set(source)
        plain = source.is_file() and source.suffix != ".tsv"
        copy.write_bytes(read_regular(source, MAX_SET_MB) if plain else as_lines(asked))
    try:
        return load_set(copy)
    except KBError as error:
        raise _error_with_name(error, str(copy), name) from None


def parts_of(path: Path) -> list[Path]:
    """The files that are read for a set at `path`, whether they are there or not."""
    folder = path if path.is_dir() else path.parent.parent if path.suffix == ".tsv" else None
    if folder is None:
        return [path]
    names = ("queries.jsonl", "corpus.jsonl", *(f"qrels/{split}.tsv" for split in SPLITS))
    return [path, *(folder / name for name in names)]


@contextmanager
def documents_of(source: Path | bytes, name: str) -> Iterator[IO[bytes]]:
    """The documents that a set of others asks about, as a bundle (JSON Lines). Raises QuestionSetError."""
    if is_archive(source):
        with Archive(source, name) as archive, archive.documents() as file:
            yield file
        return
    if isinstance(source, bytes):
        with TemporaryDirectory() as folder:
            file_of = Path(folder) / "set.json"
            file_of.write_bytes(source)
            found = imported(file_of)
    else:
        found = imported(source)
    if found is None or (found.corpus is not None and not found.corpus.is_file()):
        raise QuestionSetError("question_set.no_documents", path=name)
    if found.corpus is None:
        yield io.BytesIO(found.contexts().encode())
        return
    with found.corpus.open("rb") as corpus:
        yield corpus


def _error_with_name(error: KBError, path: str, name: str) -> KBError:
    """The error with the name that the reader knows in place of a path."""
    if not isinstance(error.message, CodedText):
        return error
    values = {key: name if value == path else value for key, value in error.message.values.items()}
    return type(error)(error.message.code, **values)
