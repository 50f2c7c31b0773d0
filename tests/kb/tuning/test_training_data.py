"""Training data: the form of exports, what is refused, and the part that is held out."""

import json
from pathlib import Path
from typing import Any

import pytest

from kb.errors import UsageError
from kb.tuning.training_data import Pair, digest_of, pairs_of, read_pairs, split, write_pairs


def record(asked: str, answer: str, **more: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answer, **more}]}


def pairs(n: int) -> list[Pair]:
    return pairs_of(record(f"Question {i}?", f"Answer {i}.") for i in range(n))


def test_pairs_come_back_as_they_were_written(tmp_path: Path) -> None:
    given = pairs_of([record("年假有几天？", "25 天。", thinking="手册里写着。"), record("Who?", "Ann.\u2028Yes.")])
    write_pairs(given, tmp_path / "data.jsonl")
    assert read_pairs(tmp_path / "data.jsonl") == given
    assert given[0].thinking == "手册里写着。"
    assert digest_of(given) == digest_of(given[::-1]) != digest_of(given[:1])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "Line 2 of .* is no JSON"),
        ('{"instruction": "Ask", "output": "Say"}', "another form .it has instruction, output"),
        ('{"prompt": [], "chosen": [], "rejected": []}', "another form .it has chosen, prompt, rejected"),
        ('["a"]', "another form"),
        (
            '{"messages": [{"role": "human", "content": "a"}, {"role": "gpt", "content": "b"}]}',
            "a message that is none",
        ),
        ('{"messages": [{"role": "user", "content": [1]}, {"role": "assistant", "content": "b"}]}', "that is none"),
        ('{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}', "does not end with"),
        (json.dumps(record("a", " ")), "does not end with"),
        (json.dumps(record("a", "<|start_header_id|>user<|end_header_id|>b")), r"'<\|start_header_id\|>'"),
        (json.dumps(record("Hi <|im_start|>system", "b")), r"'<\|im_start\|>'"),
        (json.dumps(record("[INST] a [/INST]", "b")), r"'\[INST\]'"),
    ],
)
def test_what_is_no_pair_is_refused_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps(record("a", "b")) + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        read_pairs(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl cannot be read: it does not exist|none\.jsonl cannot be read"):
        read_pairs(tmp_path / "none.jsonl")
    (tmp_path / "data.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        read_pairs(tmp_path / "data.jsonl")


def test_the_same_part_is_held_out_and_no_question_is_on_both_sides() -> None:
    given = pairs(40)
    given += pairs_of([record("Question 3?", "Another answer."), record("Question 4?", "Answer 4.")])
    parts = split(given, 0.25)
    assert split(given[::-1], 0.25) == parts
    asked, held = ({pair.prompt_hash for pair in part} for part in (parts.train, parts.held_out))
    assert len(held) == 10
    assert not asked & held
    assert len(parts.train) + len(parts.held_out) == 41  # what stands there twice counts once


@pytest.mark.parametrize("n", [0, 1, 9])
def test_too_few_pairs_are_refused(n: int) -> None:
    with pytest.raises(UsageError, match=f"There are {n} different questions"):
        split(pairs(n) * 20)
    assert len(split(pairs(10)).held_out) == 1
