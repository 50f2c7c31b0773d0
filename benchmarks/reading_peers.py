"""Readers beside those of libraries: snippets found, files that give nothing, seconds and pages, by format.

`reading --peers`: the files of `reading`'s snippets, by our readers, by unstructured and by markitdown. Snippets and
texts are compared as there. `reading --pages`: pages of the web alone, beside libraries that extract their content.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import Peer, answers
from benchmarks.places import evaldata
from benchmarks.reading import SETS, read_files, squeezed
from benchmarks.result import Result

OURS = "ours"
PEERS = (Peer("unstructured"), Peer("markitdown", "markitdown[docx,pptx,xlsx,xls,pdf,outlook]==0.1.9"))
OF_PAGES = (  # of the web alone
    Peer("trafilatura", "trafilatura==2.3.1"),
    Peer("readability", "readability-lxml==0.9"),
    Peer("justext", "justext==3.0.2"),
    Peer("resiliparse", "resiliparse==2.0.1"),
)


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
    size: int = 0  # characters of all texts, squeezed
    seconds: float = 0.0

    def add(self, file: _File, text: str, seconds: float) -> None:
        said = squeezed(text)
        self.files, self.seconds = self.files + 1, self.seconds + seconds
        self.snippets += len(file.snippets)
        self.found += sum(snippet in said for snippet in file.snippets)
        self.silent += not said
        self.size += len(said)


def run(*, pages: bool = False) -> Result:
    """A row for each format with snippets: of each reader, the share of them found, silent files, characters of the
    texts, and seconds. `pages`: HTML alone, beside libraries that extract the content of pages."""
    notes: list[str] = []
    files = [file for name in SETS for file in _files(evaldata() / name, notes)]
    if pages:
        files = [file for file in files if file.path.suffix.lower() in (".html", ".htm")]
    found: dict[str, dict[str, _Tally]] = {}
    for reader in (None, *PEERS, *(OF_PAGES if pages else ())):
        tallies: dict[str, _Tally] = defaultdict(_Tally)
        for file, text, seconds in _peer(reader, files, notes) if reader else _ours(files):
            tallies[file.path.suffix.lower()].add(file, text, seconds)
        found[reader.name if reader else OURS] = tallies
    rows: list[tuple[str | float, ...]] = []
    for suffix in sorted(found[OURS]):
        own = found[OURS][suffix]
        for reader_name in found:
            tally = found[reader_name].get(suffix, _Tally())
            share = tally.found / tally.snippets if tally.snippets else "-"
            rows.append((suffix, own.files, own.snippets, reader_name, share, tally.silent, tally.size, tally.seconds))
    columns = ("format", "files", "snippets", "reader", "found", "silent", "characters", "seconds")
    return Result("reading --peers", columns, tuple(rows), tuple(notes))


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


def _peer(peer: Peer, files: Sequence[_File], notes: list[str]) -> Iterator[tuple[_File, str, float]]:
    for file, (_, told) in zip(files, answers(peer, [str(file.path) for file in files], notes), strict=False):
        yield file, told["made"] or "", told["seconds"]
