"""The commands that README and docs show: each is there, with every option that is written."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from ui.cli import main

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def shown() -> Iterator[tuple[str, str]]:
    """Each line of an indented block that is a command of the product, with the page it stands on."""
    for page in PAGES:
        for line in re.findall(r"^    (kb [^\n]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            yield page.name, line


def wrong(line: str) -> str:
    """What is wrong with a command; "" where nothing is."""
    words = shlex.split(re.split(r"  +[^ -]| > | #", line)[0].replace("[", "").replace("]", ""))[1:]
    command = get_command(main.complete())
    while (inner := getattr(command, "commands", {})) and words and words[0] in inner:
        command, words = inner[words[0]], words[1:]
    if inner and command.name in ("audit", "eval"):  # what they do when no command of theirs is named
        command = inner[{"audit": "list", "eval": "run"}[command.name]]
    elif inner:
        return f"no command: {line}"
    options = {name for parameter in command.params for name in parameter.opts}
    return "".join(f"no option {word}: {line}" for word in words if word.startswith("-") and word not in options)


def test_every_command_in_the_docs_is_there_with_its_options() -> None:
    lines = list(shown())
    assert {page for page, _ in lines} >= {"README.md", "operators.md", "clients.md"}
    assert [(page, told) for page, line in lines if (told := wrong(line))] == []


@pytest.mark.parametrize("line", ["kb teleport", "kb users grow li", "kb ask 'Why?' --now"])
def test_a_command_or_option_that_is_not_there_is_found(line: str) -> None:
    assert wrong(line)
