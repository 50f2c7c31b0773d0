"""What nobody calls, and what stands twice."""

import ast
import io
from contextlib import redirect_stdout
from pathlib import Path

from pylint.checkers.symilar import Symilar
from vulture import Vulture  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
LAYERS = ("kb", "ingest", "ui")
COPIED = 12  # lines alike, without imports, signatures and docstrings
CALLED_BY_LIBRARIES = [  # decorators by which a library comes to call a function
    "@*.get", "@*.post", "@*.put", "@*.patch", "@*.delete", "@*.command", "@*.callback", "@*.default",
    "@*.meta.default", "@field_validator", "@model_validator", "@*.exception_handler", "@cache", "@property",
]  # fmt: skip
OFFERED = ["delete_document", "KnowledgeBaseRetriever", "KnowledgeBaseEmbedding"]  # to programs
LOOKED_AT = ["audit_rows", "live_ids"]  # by tests alone: what the store holds
CALLED_BY_NAME = [  # of readers, by kind; and what classes of libraries ask of ours
    "read_*", "_aretrieve", "_aget_*", "__getattr__", "__dir__", "print_confinement", "handle_*", "stream_complete",
    "on_log",
]  # fmt: skip
CODE = ("function", "class", "method", "property", "unreachable_code")


def unused(paths: list[str]) -> list[str]:
    found = Vulture(ignore_names=[*CALLED_BY_NAME, *OFFERED, *LOOKED_AT], ignore_decorators=CALLED_BY_LIBRARIES)
    found.scavenge(paths)
    return [
        f"{Path(item.filename).name}:{item.first_lineno} {item.name}"
        for item in found.get_unused_code(min_confidence=60)
        if item.typ in CODE
    ]


def copied(paths: list[str], lines: int) -> str:
    """What pylint's finder of copies says. Its own way to leave out imports and signatures looks into all libraries
    that are imported, for minutes; here the parsed source says where they are.
    """
    finder = Symilar(min_lines=lines, ignore_comments=True, ignore_docstrings=True)
    for file in (file for path in paths for file in sorted(ROOT.joinpath(path).rglob("*.py"))):
        finder.append_stream(str(file), io.StringIO(without_imports_and_signatures(file.read_text(encoding="utf-8"))))
    said = io.StringIO()
    with redirect_stdout(said):
        finder.run()
    found, _, _ = said.getvalue().rpartition("TOTAL lines=")
    return found


def without_imports_and_signatures(source: str) -> str:
    """The source with empty lines in their places."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            first, end = node.lineno, (node.end_lineno or node.lineno) + 1
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, end = node.lineno, node.body[0].lineno
        else:
            continue
        lines[first - 1 : end - 1] = ["\n"] * (end - first)
    return "".join(lines)


def test_everything_is_called_by_something() -> None:
    assert unused([str(ROOT / layer) for layer in LAYERS]) == []


def test_nothing_stands_twice() -> None:
    assert copied(list(LAYERS), COPIED) == ""


def test_both_are_noticed(tmp_path: Path) -> None:
    lines = "\n".join(f"    x{n} = {n} * number" for n in range(COPIED))
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(f"def {name}(number):\n{lines}\n    return x1\n", encoding="utf-8")
    assert f"{COPIED + 1} similar lines in 2 files" in copied([str(tmp_path)], COPIED)
    assert sorted(unused([str(tmp_path)])) == ["one.py:1 one", "two.py:1 two"]
