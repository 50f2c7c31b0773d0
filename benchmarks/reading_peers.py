"""Readers beside those of libraries: snippets found, files that give nothing, seconds and pages, by format.

`reading --peers`: the files of `reading`'s snippets, by our readers, by unstructured and by markitdown. Snippets and
texts are compared as there.
"""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.places import evaldata
from benchmarks.reading import SETS, read_files, squeezed
from benchmarks.result import Result
from kb.config import cache_dir

_MARKITDOWN = "markitdown[docx,pptx,xlsx,xls,pdf,outlook]==0.1.9"
OURS, PEERS = "ours", ("unstructured", "markitdown")


@dataclass(frozen=True, slots=True)
class _File:
    """A file with the snippets that its text must hold, squeezed."""

    path: Path
    name: str
    snippets: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    """What came of the files of a format."""

    files: int = 0
    snippets: int = 0
    found: int = 0
    silent: int = 0  # files with snippets that gave no text
    seconds: float = 0.0

    def add(self, file: _File, text: str, seconds: float) -> None:
        said = squeezed(text)
        self.files, self.seconds = self.files + 1, self.seconds + seconds
        self.snippets += len(file.snippets)
        self.found += sum(snippet in said for snippet in file.snippets)
        self.silent += not said


def run() -> Result:
    """A row for each format with snippets: of each reader, the share of them found, silent files, and seconds."""
    notes: list[str] = []
    files = [file for name in SETS for file in _files(evaldata() / name, notes)]
    found: dict[str, dict[str, _Tally]] = {}
    for reader in (OURS, *PEERS):
        tallies: dict[str, _Tally] = defaultdict(_Tally)
        for file, text, seconds in _ours(files) if reader == OURS else _peer(reader, files, notes):
            tallies[file.path.suffix.lower()].add(file, text, seconds)
        found[reader] = tallies
    rows: list[tuple[str | float, ...]] = []
    for suffix in sorted(found[OURS]):
        own = found[OURS][suffix]
        row: list[str | float] = [suffix, own.files, own.snippets]
        for reader in found:
            tally = found[reader].get(suffix, _Tally())
            row += [tally.found / tally.snippets if tally.snippets else "-", tally.silent, tally.seconds]
        rows.append(tuple(row))
    columns = [f"{reader}: {what}" for reader in found for what in ("found", "silent", "s")]
    return Result("reading --peers", ("format", "files", "snippets", *columns), tuple(rows), tuple(notes))


def _files(folder: Path, notes: list[str]) -> Iterator[_File]:
    queries = folder / "queries.jsonl"
    if not queries.is_file():
        notes.append(f"{folder.name} is absent: {folder} (set KB_EVALDATA)")
        return
    wanted: dict[str, list[str]] = defaultdict(list)
    for line in queries.open(encoding="utf-8"):
        for evidence in json.loads(line)["evidence"]:
            if snippet := squeezed(evidence["text"]):
                wanted[evidence["doc"]].append(snippet)
    for name, snippets in sorted(wanted.items()):
        if (folder / "docs" / name).is_file():
            yield _File(folder / "docs" / name, name, tuple(snippets))


def _ours(files: Sequence[_File]) -> Iterator[tuple[_File, str, float]]:
    for file in files:  # one at a time, so that the seconds are this file's
        began = time.perf_counter()
        [outcome] = read_files([(file.path, file.name)])
        yield file, outcome.text, time.perf_counter() - began


def _peer(name: str, files: Sequence[_File], notes: list[str]) -> Iterator[tuple[_File, str, float]]:
    environment = dict(os.environ)
    if name == "markitdown":
        folder = cache_dir() / "bench" / name
        if not (folder / name).is_dir():
            uv = str(Path(sys.executable).with_name("uv"))
            if subprocess.run(
                [uv, "pip", "install", "-q", "--target", str(folder), _MARKITDOWN], check=False
            ).returncode:
                notes.append(f"{name} could not be installed")
                return
        environment["PYTHONPATH"] = str(folder)
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.reading_peer", name], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for file in files:
            process.stdin.write(f"{file.path}\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                notes.append(f"{name} ended at {file.name}")
                return
            told = json.loads(answer)
            if error := told.get("error"):
                notes.append(f"{name}: {file.name}: {error}")
            yield file, told["text"], told["seconds"]
        process.stdin.close()
