"""Training data: conversations as `kb feedback export --format sft` gives them, checked; a part of them held out."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from kb.errors import UsageError, why
from kb.files import read_regular
from kb.language.prompt_text import without_control_tokens
from kb.review.training import line_of

FEWEST = 10  # of which one is held out
HELD_OUT = 0.1
_MOST_MB = 200
_ROLES = ("system", "user", "assistant")
_BRACKETS = ("[INST]", "[/INST]", "<<SYS>>", "<start_of_turn>", "<end_of_turn>", "### Instruction:", "### Response:")


@dataclass(frozen=True, slots=True)
class Pair:
    """What a model is asked, and what it should say. `prompt` has the messages up to its turn."""

    prompt: tuple[tuple[str, str], ...]  # (role, content)
    answer: str
    thinking: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it."""
        return hashlib.sha256(json.dumps([self.prompt, self.thinking, self.answer]).encode()).hexdigest()

    @property
    def prompt_hash(self) -> str:
        """The SHA-256 of the prompt."""
        return hashlib.sha256(json.dumps(self.prompt).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Split:
    """Pairs to train on, and pairs that are only measured; no prompt is in both."""

    train: tuple[Pair, ...]
    held_out: tuple[Pair, ...]


def read_pairs(file: Path) -> list[Pair]:
    """The pairs of a file, one JSON object a line. Raises UsageError, naming the line."""
    try:
        text = read_regular(file, _MOST_MB).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("tuning.data_unreadable", file=file, why=why(error)) from None
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                records.append((number, json.loads(line)))
            except ValueError:
                raise UsageError("tuning.no_json", file=file, line=number) from None
    return [_pair(record, file, number) for number, record in records]


def pairs_of(records: Iterable[dict[str, Any]]) -> list[Pair]:
    """The pairs of an export."""
    return [_pair(record, "", number) for number, record in enumerate(records, 1)]


def write_pairs(pairs: Sequence[Pair], file: Path) -> None:
    """Write pairs as they are exported. Raises OSError."""
    with file.open("w", encoding="utf-8") as out:
        for pair in pairs:
            said = {"role": "assistant", "content": pair.answer}
            messages = [{"role": role, "content": content} for role, content in pair.prompt]
            out.write(line_of({"messages": [*messages, said | ({"thinking": pair.thinking} if pair.thinking else {})]}))


def _pair(record: Any, file: Path | str, line: int) -> Pair:
    messages = record.get("messages") if isinstance(record, dict) else None
    if not isinstance(messages, list) or len(messages) < 2:
        names = sorted(map(str, record))[:6] if isinstance(record, dict) else []
        raise UsageError("tuning.other_form", file=file, line=line, names=", ".join(names) or "-")
    for message in messages:
        is_said = (
            isinstance(message, dict) and message.get("role") in _ROLES and isinstance(message.get("content"), str)
        )
        if not is_said or not isinstance(message.get("thinking", ""), str):
            raise UsageError("tuning.no_message", file=file, line=line)
        for part in (message["content"], message.get("thinking", "")):
            marker = _marker(part)
            if marker:
                raise UsageError("tuning.chat_markers", file=file, line=line, marker=marker)
    *prompt, last = messages
    if last["role"] != "assistant" or prompt[-1]["role"] != "user" or not last["content"].strip():
        raise UsageError("tuning.no_answer", file=file, line=line)
    asked = tuple((message["role"], message["content"]) for message in prompt)
    return Pair(asked, last["content"].strip(), last.get("thinking", "").strip())


def _marker(text: str) -> str:
    """The first mark of a model's own form of conversations in a text; "" where there is none."""
    if (broken := without_control_tokens(text)) != text:
        start = next(i for i, (a, b) in enumerate(zip(text + "\0", broken, strict=False)) if a != b) - 1
        return text[start : start + 40].partition(">")[0] + ">"
    return next((mark for mark in _BRACKETS if mark in text), "")


def split(pairs: Sequence[Pair], share: float = HELD_OUT) -> Split:
    """Hold out a share of the prompts, at least one: always the same ones of the same data. Pairs that stand
    there twice count once. Raises UsageError for too few."""
    different = sorted(set(pairs), key=lambda pair: (pair.prompt_hash, pair.digest))
    groups = [tuple(group) for _, group in groupby(different, key=lambda pair: pair.prompt_hash)]
    if len(groups) < FEWEST:
        raise UsageError("tuning.few", n=len(groups), fewest=FEWEST)
    out = max(1, round(len(groups) * share))
    held = tuple(pair for group in groups[:out] for pair in group)
    return Split(tuple(pair for group in groups[out:] for pair in group), held)


def digest_of(pairs: Sequence[Pair]) -> str:
    """The SHA-256 of pairs, in whatever order they stand."""
    return hashlib.sha256("\n".join(sorted(pair.digest for pair in pairs)).encode()).hexdigest()
