"""The words of the page: complete in both languages."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import Environment, nodes

import ui
from kb.schema import ClaimReason
from ui.words.strings import TEXTS, Strings, locale_language

CALLS = ("t", "t.count", "self", "console.t", "console.count")  # what gives a text by its key


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_each_string_is_there_in_both_languages_with_the_same_placeholders(key: str) -> None:
    text = TEXTS[key]
    assert text.zh.strip()
    assert text.en.strip()
    assert _placeholders(text.zh) == _placeholders(text.en)


@pytest.mark.parametrize("reason", [reason for reason in get_args(ClaimReason) if reason])
def test_the_page_says_for_every_reason_why_a_claim_is_not_confirmed(reason: str) -> None:
    assert f"claim_{reason}" in TEXTS


def test_every_string_the_page_asks_for_exists() -> None:
    asked = set()
    for module in Path(ui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    asked.add(first.value)
    assert len(asked) > 50
    templates = {key for path in Path(ui.__file__).parent.rglob("*.j2") for key in _asked_in(path)}
    assert len(templates) > 50
    assert (asked | templates) - TEXTS.keys() == set()


def _asked_in(template: Path) -> Iterator[str]:
    for call in Environment().parse(template.read_text(encoding="utf-8")).find_all(nodes.Call):
        by = call.node.node if isinstance(call.node, nodes.Getattr) else call.node
        if isinstance(by, nodes.Name) and by.name == "t" and call.args and isinstance(call.args[0], nodes.Const):
            yield call.args[0].value


def test_one_thing_is_counted_in_the_singular() -> None:
    assert Strings("en").count("passages_found", 1) == "1 passage found"
    assert Strings("en").count("passages_found", 1200) == "1,200 passages found"
    assert Strings("zh").count("passages_found", 5) == "找到 5 个段落"
    assert Strings("en").count("delete_text", 1).startswith("Its text and all its versions")
    assert Strings("en").count("delete_text", 9).startswith("Their text and all their versions")
    assert Strings("zh").count("delete_text", 1).startswith("其内容")
    assert Strings("zh").count("delete_text", 9).startswith("它们的内容")


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh"), ("zh", "zh"), ("ZH-tw", "zh"), ("de", "en"), (None, "en")]
)
def test_the_first_language_is_the_browsers(locale: str | None, language: str) -> None:
    assert locale_language(locale) == language
