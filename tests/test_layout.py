"""The repository's layout: small modules, nothing of any one machine, no addresses of registries, no large files."""

import re
import subprocess
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
LINES = 600
MODULES = 24  # in a folder
MEGABYTES = 5
LAYERS = ("kb", "ingest", "ui")
_REGISTRIES = (
    r"pypi\.org", r"pythonhosted", r"npmjs", r"proxy\.golang\.org", r"sum\.golang\.org", r"deb\.debian\.org",
    r"security\.debian\.org", r"registry\.ollama", r"download\.pytorch", r"conda\.anaconda", r"crates\.io",
)  # fmt: skip
REGISTRY = re.compile("|".join(_REGISTRIES))
MACHINE_PATH = re.compile(r"(?<![\w.~/:$}-])/(?:work|root)(?:/|\b(?!-))")


@cache
def files() -> tuple[Path, ...]:
    """What belongs to the project: all that git knows, or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


@cache
def text_of(path: Path) -> str:
    """The text of a file; "" where it is none."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern stands, as `file:line`. This file, which writes the patterns down, is left out."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files()
        if path != Path(__file__)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


def modules() -> list[Path]:
    return [path for package in LAYERS for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES
    assert text.startswith('"""')


def rooms() -> list[Path]:
    return [path.parent for path in modules() if path.name == "__init__.py" and path.parent.parent != ROOT]


def test_a_layer_has_rooms_and_at_its_top_only_its_nouns_and_faces() -> None:
    assert len([path for package in LAYERS for path in (ROOT / package).glob("*.py")]) <= 25
    assert {path.parent.parent for path in modules()} <= {ROOT, *(ROOT / package for package in LAYERS)}


@pytest.mark.parametrize("room", rooms(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_says_what_lives_there_and_has_few_modules(room: Path) -> None:
    text = (room / "__init__.py").read_text(encoding="utf-8")
    assert 2 <= len([line for line in text.strip('"\n').splitlines() if line.strip()]) <= 4
    assert len(list(room.glob("*.py"))) - 1 <= MODULES


def test_no_two_modules_import_each_other_also_not_through_others() -> None:
    graph = grimp.build_graph(*LAYERS, cache_dir=None)
    assert [sorted(circle) for circle in circles(graph)] == []


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """The strongly connected components of more than one module (Tarjan, 1972); faces of packages left out."""
    modules = {name for name in graph.modules if not graph.find_children(name)}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in graph.find_modules_directly_imported_by(module) & modules:
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            circle = []
            while not circle or circle[-1] != module:
                circle.append(stack.pop())
            if len(circle) > 1:
                found.append(circle)

    for module in sorted(modules):
        if module not in index:
            visit(module)
    return found


def test_circles_are_found() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        graph.add_import(importer=importer, imported=imported)
    assert [sorted(circle) for circle in circles(graph)] == [["a", "b", "c"]]


def test_no_file_names_a_registry() -> None:
    assert lines_with(REGISTRY) == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


def test_no_file_is_large() -> None:
    assert [path for path in files() if path.stat().st_size > MEGABYTES * 1_000_000] == []


def test_locks_name_versions_and_hashes_and_no_addresses() -> None:
    locks = sorted((ROOT / "configs" / "lock").glob("*.txt"))
    assert locks
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pinned = re.findall(r"^[A-Za-z0-9][^\s#]*", text, re.MULTILINE)
        assert pinned
        assert all("==" in name for name in pinned), lock.name
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pinned), lock.name


def test_the_readme_gives_the_two_commands_and_the_makefile_has_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
    for target in set(re.findall(r"\bmake ([a-z][a-z-]*)\b(?=[ `\n])", readme)) & {"run", "test", "check", "bench"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
