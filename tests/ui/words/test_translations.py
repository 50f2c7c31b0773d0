"""Translations: what is raised in English is read in Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest
import kb
import ui
from kb import errors
from tests.ui.words.test_strings import _placeholders
from ui.words.error_messages import MESSAGES, ON_THE_PAGE
from ui.words.translations import localised

# Errors of starting and of settings, of the command line alone and of the API's own requests: no page shows them.
ROOT = Path(__file__).parents[3]
UNSEEN_KINDS = {"ConfigError", "HomeInUse", "HomeTooNew", "HomeError"}
UNSEEN_MODULES = re.compile(
    r"kb/(evaluation/gates|backups/\w+|store/catalog_names|llama_index)\.py|ingest/sync/watching\.py|ui/(cli/|proof/|api/|openai/|mcp/|service/(auth|listening)\.py|server\.py)"
)
INNER = {  # holes that hold whole sentences
    "advice": "Choose another --out, or replace the results with --fresh.",
    "absent": "The file is empty.",
    "missing": "The file is empty.",
    "hint": " Did you mean x:1b?",
}
DOCUMENTS = {"DocumentError", "UnsupportedFormat"}


def _kinds() -> set[str]:
    found = {name for name, value in vars(errors).items() if isinstance(value, type)}
    return found | {"Busy", "CannotThink", "JobNotFound", "RunNotFound"}


def _messages(*packages: Path) -> Iterator[tuple[str, str, str]]:
    """(where, kind of error, an example of its message) of every error whose message stands in the code."""
    kinds = _kinds()
    for path in sorted(path for package in packages for path in package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds):
                continue
            for text in _examples(node.args[0]) if node.args else ():
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.func.id, text


def _examples(node: ast.expr) -> list[str]:
    """What the expression may say, with a word for each value; nothing for a message that was made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        literal = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
        return ["".join(map(_part, node.values)).strip()] if " " in literal.strip() else []
    if isinstance(node, ast.IfExp):
        return [*_examples(node.body), *_examples(node.orelse)]
    return []


def _part(node: ast.expr) -> str:
    if not isinstance(node, ast.FormattedValue):
        return str(getattr(node, "value", ""))
    if isinstance(node.value, ast.IfExp):
        chosen = node.value.body
        return (
            "".join(map(_part, chosen.values))
            if isinstance(chosen, ast.JoinedStr)
            else str(getattr(chosen, "value", "X1"))
        )
    return INNER.get(ast.unparse(node.value), "X1")


KB, INGEST, UI = (Path(package.__file__).parent for package in (kb, ingest, ui))
REASONS = [f for f in _messages(INGEST, UI) if f[1] in DOCUMENTS and not UNSEEN_MODULES.match(f[0])]
OTHERS = [
    found
    for found in _messages(KB, INGEST, UI)
    if found[1] not in DOCUMENTS | UNSEEN_KINDS and not UNSEEN_MODULES.match(found[0])
]


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def test_there_are_reasons_to_translate() -> None:
    assert len(REASONS) > 30
    assert len(OTHERS) > 60


@pytest.mark.parametrize(("where", "kind", "message"), REASONS, ids=[found[0] for found in REASONS])
def test_every_reason_of_a_document_is_told_in_chinese(where: str, kind: str, message: str) -> None:
    assert _is_chinese(localised(message, "zh")), f"{where} {kind}: {message}"


def test_the_other_errors_of_the_page_are_told_in_chinese() -> None:
    missing = [
        f"{where} {kind}: {message}" for where, kind, message in OTHERS if not _is_chinese(localised(message, "zh"))
    ]
    assert missing == []


@pytest.mark.parametrize(("english", "chinese"), MESSAGES, ids=[english[:40] for english, _ in MESSAGES])
def test_each_translation_names_what_its_message_names(english: str, chinese: str) -> None:
    assert _placeholders(chinese) <= _placeholders(english)
    assert _is_chinese(chinese)


def test_the_english_page_names_what_it_has_instead_of_commands() -> None:
    said = localised("m is not on the Ollama server at h:1. Run `kb models pull m`, or use `--engine embedded`.", "en")
    assert said == (
        "m is not on the Ollama server at h:1. Pull m on the page Models, or choose an embedded model there."
    )
    for command, english in ON_THE_PAGE:
        assert localised(command, "en") == english
        assert any(command in message for message, _ in MESSAGES)
