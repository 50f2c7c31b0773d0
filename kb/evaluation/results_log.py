"""Results: the file an evaluation is written to line by line, so that a killed run goes on where it stopped."""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from pydantic import TypeAdapter, ValidationError

from kb.errors import KBError, StorageFull, UsageError, why
from kb.evaluation.outcome import Outcome
from kb.files import read_regular
from kb.messages.coded_text import CodedText, fields, of_fields

SCHEMA = 1
FILE = "results.jsonl"
_MOST_MB = 1_000
_OUTCOME = TypeAdapter(Outcome)


def line_of(outcome: Outcome) -> bytes:
    """An outcome as JSON, in one line."""
    line = _OUTCOME.dump_json(outcome)
    return json.dumps(json.loads(line) | fields(outcome.error, "error_")).encode() if outcome.error else line


def outcome_of(line: bytes) -> Outcome:
    """The outcome on a line. Raises pydantic's ValidationError."""
    outcome = _OUTCOME.validate_json(line)
    if not outcome.error:
        return outcome
    return replace(outcome, error=of_fields(outcome.error, json.loads(line), "error_"))


def private(name: str, flags: int) -> int:
    """Opens a file that only its owner may read; for `open`."""
    descriptor = os.open(name, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; an older one stays until this one is whole. Raises OSError."""
    draft = path.with_name(f"{path.name}.part")
    with open(draft, "wb", opener=private) as out:
        out.write(content)
    os.replace(draft, path)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The parts of two runs' fingerprints that are not the same, by name."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


class ResultsLog:
    """`results.jsonl`: a header line `{"schema", "run"}`, then one JSON object a line, each flushed to the disk.

    `lines` holds what an earlier run with the same fingerprint left; a last line torn by a kill is dropped from
    the file. Raises UsageError if the file belongs to another run, or is damaged; `fresh` replaces it.
    """

    def __init__(self, path: Path, run: Mapping[str, Any], fresh: bool = False) -> None:
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            there = read_regular(path, _MOST_MB) if path.exists() else b""  # also where it is replaced: it is no pipe
            kept = b"" if fresh else _whole_lines(there)
            self.lines = _checked(path, kept, run) if kept else []
            self._file: BinaryIO = open(  # noqa: SIM115  (closed by `close`)
                path, "r+b" if kept else "wb", opener=private
            )
        except OSError as error:
            raise UsageError("results.not_opened", path=path, why=why(error)) from None
        self._file.truncate(len(kept))
        self._file.seek(len(kept))
        if not kept:
            self.append(json.dumps({"schema": SCHEMA, "run": run}, ensure_ascii=False).encode())

    def append(self, line: bytes) -> None:
        """Add one line, on the disk when this returns. Raises StorageFull or KBError; what stands in the file stays."""
        try:
            self._file.write(line + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            kind = StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else KBError
            raise kind("results.not_written", path=self.path, why=why(error)) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_results(path: Path) -> tuple[dict[str, Any], list[Outcome]]:
    """A run's fingerprint, and its outcomes in the order they were made; of what was put twice the later one.

    `path` is `results.jsonl` or its folder. Raises UsageError if it cannot be read.
    """
    file = path / FILE if path.is_dir() else path
    try:
        header, *lines = read_regular(file, _MOST_MB).split(b"\n")
    except FileNotFoundError:
        raise UsageError("results.not_found", file=file) from None
    except OSError as error:
        raise UsageError("results.unreadable", file=file, why=why(error)) from None
    try:
        run = json.loads(header)["run"]
        _ = int(run["samples"])
    except (ValueError, KeyError, TypeError):
        raise UsageError("results.no_results", file=file) from None
    found: dict[tuple[str, int], Outcome] = {}
    for line in lines:
        try:
            outcome = outcome_of(line)
        except ValidationError:  # the torn last line of a kill
            continue
        found[outcome.question.id, outcome.sample] = outcome
    return run, [*found.values()]


def _whole_lines(data: bytes) -> bytes:
    """The data without a torn last line: one without its newline, or one that a crash left as no JSON."""
    start = b'{"schema"'
    if b"\n" not in data:  # a header torn by a kill, unless the file is not ours
        return b"" if data.startswith(start[: len(data)]) else data
    data = data[: data.rfind(b"\n") + 1]
    header, _, rest = data[:-1].rpartition(b"\n")
    try:
        json.loads(rest)
    except ValueError:
        return header + b"\n" if header else data
    return data


def _checked(path: Path, data: bytes, run: Mapping[str, Any]) -> list[bytes]:
    header, *lines = data.splitlines()
    advice = CodedText("results.advice")
    try:
        found = json.loads(header)
        schema, other = found["schema"], found["run"]
    except (ValueError, KeyError, TypeError):
        raise UsageError("results.no_results_at", path=path, advice=advice) from None
    if schema != SCHEMA or not isinstance(other, dict):
        raise UsageError("results.other_schema", path=path, found=schema, wanted=SCHEMA, advice=advice)
    wanted = json.loads(json.dumps(run))
    names = differing(other, wanted)
    if names:
        changes = "; ".join(f"{name}: {other.get(name)!r} there, {wanted.get(name)!r} now" for name in names)
        raise UsageError("results.of_another_run", path=path, changes=changes, advice=advice)
    for number, line in enumerate(lines, start=2):
        try:
            json.loads(line)
        except ValueError:
            raise UsageError("results.line_damaged", path=path, number=number, advice=advice) from None
    return lines
