"""Fenced blocks are told as Markdown tells them, and lines of code stand where they stand as they are."""

import pytest

from kb.language.code_blocks import code_blocks, is_code, is_fence, lines_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n```sh\nb\n```\nc", [("```sh\nb\n```", ("b\n",))]),
        ("~~~\n```\n~~~\n", [("~~~\n```\n~~~", ("```\n",))]),
        ("````\n```\n````", [("````\n```\n````", ("```\n",))]),
        ("```\na\n````\nb", [("```\na\n````", ("a\n",))]),
        ("  ```c++ x y\n  a\n  ```", [("  ```c++\n  a\n  ```", ("  a\n",))]),
        ("```\na\n``` [1] [2]\nb", [("```\na\n```", ("a\n",))]),
        ("```\na\n```\n```\nb\n```", [("```\na\n```", ("a\n",)), ("```\nb\n```", ("b\n",))]),
        # not closed, opened behind words or a list's mark, and ticks within a line
        ("```\na", []),
        ("Run: ```sh\na\n```\nb", []),
        ("- ```sh\n  a\n  ```\n- b\n```\nc\n```", [("```\nc\n```", ("c\n",))]),
        ("```a``` loads.\nb\n", []),
        ("no `code` here", []),
    ],
)
def test_a_block_has_a_line_for_each_of_its_fences(text: str, found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(block.text, block.lines) for block in code_blocks(text)] == found


def test_a_block_ends_behind_its_markers() -> None:
    text = "a\n```\nb\n``` [1]\nc"
    [block] = code_blocks(text)
    assert text[block.start : block.end] == "```\nb\n``` [1]"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["load  a"], "  load a"),
        (["if x:", "    load a", "", "    stop"], "if x:\n    load a\n\n    stop"),
        (["    load a", "    stop"], "    load a\n\n    stop"),
        # another indent, a line between, another space in a path, a part of a line, nothing
        (["if x:", "load a"], None),
        (["if x:", "    stop"], None),
        (["rm -rf / tmp"], None),
        (["rm -rf"], None),
        (["load a", "stop", "stop"], None),
        ([";"], None),
        ([""], None),
        ([], None),
    ],
)
def test_lines_stand_one_after_the_other_and_indented_alike(lines: list[str], found: str | None) -> None:
    text = "Do this:\n  load a\nthen\nif x:\n    load a\n\n    stop\n;\nrm -rf /tmp\n"
    place = lines_in(text, lines)
    assert (place and text[place[0] : place[1]]) == found


@pytest.mark.parametrize(("text", "code"), [("```\na", True), ("  ~~~sh\na", True), ("`a` b", False), ("a ```", False)])
def test_a_text_that_begins_with_a_fence_is_code(text: str, code: bool) -> None:
    assert is_code(text) is code


@pytest.mark.parametrize(
    ("line", "fence"),
    [("```", True), (" ~~~ sh ", True), ("````c++", True), ("``", False), ("```a b", False), ("a", False)],
)
def test_a_fence_stands_alone_in_its_line(line: str, fence: bool) -> None:
    assert is_fence(line) is fence
