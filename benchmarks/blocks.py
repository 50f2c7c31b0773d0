"""Blocks: texts with questions about them, from which judge, answerer and confirmer learn."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kb.language.language import language_of
from kb.schema import Passage

ONE_PASSAGE, ONE_MORE = 0.2, 0.3  # shares of the blocks of which two passages are made one, and that get one of another


def read(file: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON Lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def learned(file: Path) -> list[dict[str, Any]]:
    """Those of them that are not held out."""
    return [record for record in read(file) if not record["held_out"]]


def text_of(record: Mapping[str, Any]) -> str:
    """A text with what heads it as its first line."""
    return f"{record['head']}\n{record['text']}"


def passages_of(texts: Sequence[str]) -> list[Passage]:
    """Texts, each with its head as its first line, as passages of documents of their own."""
    parted = [text.partition("\n") for text in texts]
    return [passage_of(rank, head, text) for rank, (head, _, text) in enumerate(parted, 1)]


def passage_of(rank: int, title: str, text: str) -> Passage:
    """A text as a passage of a document of its own."""
    return Passage(
        rank=rank, chunk_id=rank, collection="", document=title, version=1, page=None, start=0, end=len(text),
        text=text, section="", header="", title=title, score=1.0, language=language_of(text),
    )  # fmt: skip


def varied(texts: Sequence[str], others: Sequence[Sequence[str]], chance: random.Random) -> list[str]:
    """The texts in another order, at times two of them as one, or one of others among them."""
    mixed = chance.sample(texts, len(texts))
    if (drawn := chance.random()) < ONE_PASSAGE:
        return [mixed[0], "\n".join(mixed[1:])]
    if drawn < ONE_PASSAGE + ONE_MORE:
        mixed.insert(chance.randrange(len(mixed) + 1), chance.choice(chance.choice(others)))
    return mixed


def turn(invocation: str) -> str:
    """What wakes an adapter: its words in a turn of the system behind another turn, by the model's chat template."""
    return f"<|im_end|>\n<|im_start|>system\n{invocation}"
