"""The catalogue of messages: every code has both languages, is used, and is all that is raised."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ingest
import kb
import ui
from kb.messages.catalogue import TEMPLATES
from kb.messages.coded_text import holes
from kb.messages.template import Template

ROOT = Path(kb.__file__).parents[1]
PACKAGES = [Path(package.__file__).parent for package in (kb, ingest, ui)]
CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
SUBJECTS = {code.partition(".")[0] for code in TEMPLATES}
# They pass on what they are given, or call a class that is a value: the codes stand where they are called from.
PASSED_ON = {"kb/errors.py", "ui/openai/error_form.py"}


@cache
def _trees() -> dict[str, ast.Module]:
    paths = sorted(path for package in PACKAGES for path in package.rglob("*.py") if path.parent.name != "messages")
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def _error_classes() -> set[str]:
    """Names of KBError and of all classes made of it."""
    classes = [node for tree in _trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known: set[str] = {"KBError"}
    while True:
        more = {c.name for c in classes if any(ast.unparse(base).split(".")[-1] in known for base in c.bases)}
        if more <= known:
            return known
        known |= more


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    for where, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{where}:{node.lineno}", node, ast.unparse(node.func).split(".")[-1]


def _sentences(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression that are text written there, and no code."""
    if isinstance(node, ast.IfExp):
        return [*_sentences(node.body), *_sentences(node.orelse)]
    if isinstance(node, ast.BoolOp):
        return [each for value in node.values for each in _sentences(value)]
    if isinstance(node, ast.Constant):
        return [] if node.value in TEMPLATES else [node]
    return [node] if isinstance(node, ast.JoinedStr | ast.BinOp) else []


def test_each_code_has_both_languages_with_the_same_holes() -> None:
    for code, template in TEMPLATES.items():
        assert CODE.fullmatch(code)
        assert template.en.strip(), code
        assert holes(template.zh) == holes(template.en), code
        for words in (template.page_en, template.page_zh):
            assert holes(words) <= holes(template.en), code


def test_words_of_a_language_are_in_that_language() -> None:
    for code, template in TEMPLATES.items():
        only_holes = not re.search(r"[a-z]{3}", re.sub(r"\{[^}]*\}", "", template.en))
        assert template.zh.strip(), code
        for words in filter(None, (template.zh, template.page_zh)):
            assert only_holes or _is_chinese(words), code
        assert not _is_chinese(template.en + template.page_en), code


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in words)


def test_a_code_stands_once_in_the_module_of_its_subject() -> None:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "kb/messages").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key in node.keys:
                    if isinstance(key, ast.Constant) and CODE.fullmatch(str(key.value)):
                        assert key.value not in found, f"{key.value} stands in {found[key.value]} and in {path.name}"
                        found[key.value] = path.name
    assert found.keys() == TEMPLATES.keys()
    subjects = {(code.partition(".")[0], name) for code, name in found.items()}
    assert len(subjects) == len(SUBJECTS)


def test_no_error_is_raised_with_a_sentence() -> None:
    plain = [
        f"{where}: {ast.unparse(node)[:120]}"
        for where, node, name in _calls()
        if name in _error_classes() and where.partition(":")[0] not in PASSED_ON
        for _ in (_sentences(node.args[0]) if node.args else ())
    ]
    assert plain == []


def test_every_code_is_used_and_every_code_that_is_used_exists() -> None:
    written = {
        node.value
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }
    assert TEMPLATES.keys() - written - {"together.both"} == set()
    for where, node, name in _calls():
        if name in _error_classes() | {"CodedText"} and node.args and isinstance(node.args[0], ast.Constant):
            assert node.args[0].value in TEMPLATES, where
        if name == "text_in" and isinstance(node.args[1], ast.Constant):
            assert node.args[1].value in TEMPLATES, where


def test_each_use_of_a_code_gives_what_its_template_needs() -> None:
    seen = 0
    for where, node, name in _calls():
        code = (
            node.args[:1] if name in _error_classes() | {"CodedText"} else node.args[1:2] if name == "text_in" else []
        )
        if not code or not isinstance(code[0], ast.Constant) or any(word.arg is None for word in node.keywords):
            continue
        seen += 1
        given = {word.arg for word in node.keywords}
        assert given == holes(TEMPLATES[str(code[0].value)].en), f"{where}: {code[0].value}"
    assert seen > 450


def _is_text_of_an_error(node: ast.expr) -> bool:
    """`str(error)`, `error.message`, `report.reason`, or one of these in small letters."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("lower", "casefold"):
        return _is_text_of_an_error(node.func.value)
    if isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".get")):
        key = node.slice if isinstance(node, ast.Subscript) else node.args[0]
        return isinstance(key, ast.Constant) and key.value in ("error", "message")
    if isinstance(node, ast.Call):
        return ast.unparse(node) in ("str(error)", "str(problem)", "str(problem or '')")
    return isinstance(node, ast.Attribute) and ast.unparse(node) in (
        "error.message", "event.error", "snapshot.error", "job.error", "run.error", "outcome.error",
    )  # fmt: skip


# What others wrote, who gave no code: Chroma’s Rust half, xlrd, click, and the audit records of 0.1.0.
FOREIGN = {"kb/store/vectors.py", "ingest/office/xls.py", "kb/audit/chain.py", "ui/cli/language.py"}


def test_nothing_is_decided_by_comparing_a_sentence() -> None:
    found = []
    for where, tree in _trees().items():
        for node in ast.walk(tree):
            parts: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                parts = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if name in ("startswith", "endswith", "partition", "find", "replace", "removeprefix"):
                    parts = [node.func.value]
            sentences = [part for part in parts if isinstance(part, ast.Constant) and _is_sentence(part.value)] + [
                part for part in parts if _is_text_of_an_error(part) and not _is_test_of_none(node)
            ]
            if sentences and where not in FOREIGN:
                found.append(f"{where}:{node.lineno}: {ast.unparse(node)[:120]}")
    assert found == []


def _is_sentence(value: object) -> bool:
    known = {template.en for template in TEMPLATES.values() if " " in template.en}
    return isinstance(value, str) and value in known


def _is_test_of_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot)


def test_the_page_has_words_of_its_own_only_where_they_differ() -> None:
    for code, template in TEMPLATES.items():
        assert isinstance(template, Template)
        assert template.page_en != template.en, code
        assert template.page_zh != template.zh, code
        assert "kb models pull" not in template.page_en + template.page_zh, code
