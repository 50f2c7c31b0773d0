"""What nobody calls, and what stands twice."""

import subprocess
import sys
from pathlib import Path

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
    ignored = [f"--ignore-{what}=yes" for what in ("imports", "signatures", "docstrings")]
    arguments = ["--disable=all", "--enable=duplicate-code", "--score=no", f"--min-similarity-lines={lines}"]
    done = subprocess.run(
        [sys.executable, "-m", "pylint", *arguments, *ignored, *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 8), done.stderr  # 8: it found something
    return done.stdout


def test_everything_is_called_by_something() -> None:
    assert unused([str(ROOT / layer) for layer in LAYERS]) == []


def test_nothing_stands_twice() -> None:
    assert copied(list(LAYERS), COPIED) == ""


def test_both_are_noticed(tmp_path: Path) -> None:
    lines = "\n".join(f"    x{n} = {n} * number" for n in range(COPIED))
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(f"def {name}(number):\n{lines}\n    return x1\n", encoding="utf-8")
    assert "Similar lines" in copied([str(tmp_path / "one.py"), str(tmp_path / "two.py")], COPIED)
    assert sorted(unused([str(tmp_path)])) == ["one.py:1 one", "two.py:1 two"]
