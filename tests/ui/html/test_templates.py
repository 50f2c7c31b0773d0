"""Templates: nothing but they makes HTML, all of them can be read, and what is put into them is escaped."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.nodes import Filter, FromImport, Macro

import kb.evaluation
import ui
from tests.ui.html.test_sanitise import HOSTILE, elements
from ui.html.templates import _environment, draw
from ui.service import sign_in_page

UI = Path(ui.__file__).parent
TEMPLATES = sorted([*UI.rglob("*.html.j2"), *Path(*kb.evaluation.__path__).glob("*.html.j2")])
TAG = re.compile(r"</?[a-z][a-z0-9]*(?=[\s>/{])")
WRITERS = {  # of Markdown and of documents' texts, sign by sign; and the documents of the proof
    "html/sanitise.py", "sources/form.py", "sources/markdown_form.py", "sources/marking.py", "proof/journeys.py",
}  # fmt: skip
TRUSTED = {  # macros that take HTML as it is: what other templates, or the writers, made
    "answer", "fit", "page", "pane", "rows", "sheet", "style", "wrap",
}  # fmt: skip


def built(source: str) -> Iterator[int]:
    """The lines in which HTML is put together from parts."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.JoinedStr(values=parts):
                pass
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
                parts = [left, right]
            case ast.Call(func=ast.Attribute(value=text, attr="format" | "join" | "replace")):
                parts = [text]
            case _:
                continue
        if any(isinstance(p, ast.Constant) and isinstance(p.value, str) and TAG.search(p.value) for p in parts):
            yield node.lineno


def test_no_module_makes_html_outside_of_the_templates() -> None:
    found = [
        f"{path.relative_to(UI)}:{line}"
        for path in sorted(UI.rglob("*.py"))
        if path.relative_to(UI).as_posix() not in WRITERS
        for line in built(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source", ["f'<p>{x}</p>'", "'<b>' + x", "x + '</b>'", "'<b>%s' % x", "'<br>'.join(x)", "'<p>{}'.format(x)"]
)
def test_html_that_is_put_together_is_noticed(source: str) -> None:
    assert [*built(source)] == [1]


def test_html_that_stands_by_itself_and_other_words_are_no_matter() -> None:
    assert [*built("draw(html='<span></span>')\nf'{a} < b and c > {d}'\n")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_can_be_read_and_takes_only_known_html_as_it_is(path: Path) -> None:
    made = sign_in_page._templates() if path.parent.name == "service" else _environment()
    read = made.parse(path.read_text(encoding="utf-8"))
    made.compile(read)
    taking = {m.name for m in read.find_all(Macro) if any(each.name == "safe" for each in m.find_all(Filter))}
    assert taking <= TRUSTED
    assert any(True for _ in read.find_all((Macro, FromImport)))


def macros() -> dict[str, range]:
    """How many values each macro of the pages takes."""
    found = {}
    for path in (UI / "html").glob("*.html.j2"):
        for macro in _environment().parse(path.read_text(encoding="utf-8")).find_all(Macro):
            most = len(macro.args)
            found[f"{path.name.partition('.')[0]}.{macro.name}"] = range(most - len(macro.defaults), most + 1)
    return found


def test_what_is_drawn_is_there_and_takes_so_many_values() -> None:
    known, wrong, seen = macros(), [], 0
    for path in UI.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "from ui.html.templates import" not in source:
            continue
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "draw":
                name, *values = call.args
                if not isinstance(name, ast.Constant):  # another function of that name
                    continue
                starred = any(isinstance(value, ast.Starred) for value in values)
                seen += 1
                if name.value not in known or not (starred or len(values) in known[name.value]):
                    wrong.append(f"{path.relative_to(UI)}:{call.lineno}")
    assert seen > 50
    assert wrong == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_put_in_is_escaped_without_a_word_about_it(hostile: str) -> None:
    for html in (draw("blocks.subject_line", hostile, hostile), draw("parts.tool", hostile, hostile, hostile, hostile)):
        assert {tag for tag, _ in elements(html).elements} <= {"div", "button"}


def test_signs_that_act_unseen_are_shown() -> None:
    assert "a\ufffdtxt\u240a" in draw("blocks.block", "side", "a\u202etxt\n", "")


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        draw("blocks.block", "side")
