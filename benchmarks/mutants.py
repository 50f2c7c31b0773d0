"""Mutants: small changes of the code that checks and answers, one at a time; the tests of its room must fail for each.

A mutant has another comparison, "and" for "or", a condition turned round, a number halved, or a result of another
kind. Those that no test notices are named: a rule or a number that nothing pins.
"""

import ast
import contextlib
import importlib.util
import itertools
import math
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

from benchmarks.places import ROOT
from benchmarks.result import Result

SEED = 20251127
COUNT = 200
ROOMS = ("checking", "answering")
_LONGEST = 1_200  # seconds that the tests may take without a change
_PATIENCE = 10  # times as long as that may those of a mutant take; one that never ends is noticed, too
_LOADED = "ignore::pytest.PytestAssertRewriteWarning"  # of plugins that this process has imported
_LIBRARIES = (
    "jieba.posseg",
    "numpy",
    "pydantic",
    "pytest",
    "snowballstemmer",
    "sqlite3",
)  # loaded once, for all mutants

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    module: str  # its path below the repository
    at: int  # which expression that can be changed, -1: none; with a factor, which statement
    factor: float = 0.0  # of a constant


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    text = path.read_text(encoding="utf-8")
    where = str(path.relative_to(ROOT))
    for at in range(sum(1 for _ in _changes(ast.parse(text)))):
        yield Mutant(where, at)


def constants(path: Path) -> Iterator[Mutant]:
    """Each constant of a module that is a plain number, less by half and more by half."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = str(path.relative_to(ROOT))
    for at, node in enumerate(tree.body):
        value = node.value.value if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) else None
        if type(value) in (int, float):
            yield from (Mutant(where, at, factor) for factor in (0.5, 1.5))


def changed(mutant: Mutant) -> tuple[int, str, str]:
    """The line of a mutant's change, what stood and stands there, and the whole source with it."""
    tree = ast.parse((ROOT / mutant.module).read_text(encoding="utf-8"))
    if mutant.at < 0:
        return 0, "", ast.unparse(tree)
    if mutant.factor:
        node = tree.body[mutant.at]
        assert isinstance(node, ast.Assign)
        assert isinstance(node.value, ast.Constant)
        before, value = ast.unparse(node), node.value.value
        assert isinstance(value, int | float)
        moved = value * mutant.factor
        node.value = ast.Constant(
            moved if isinstance(value, float) else math.ceil(moved) if moved > value else int(moved)
        )
        return node.lineno, f"{before} -> {ast.unparse(node.value)}", ast.unparse(tree)
    expression, change = next(itertools.islice(_changes(tree), mutant.at, None))
    before = ast.unparse(expression)
    setattr(change.node, change.field, change.value)
    return expression.lineno, f"{before[:60]} -> {ast.unparse(expression)[:60]}", ast.unparse(tree)


@dataclass(frozen=True, slots=True)
class _Change:
    node: ast.AST
    field: str
    value: object


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr, _Change]]:
    """Each expression that can be changed, and its change."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
            yield node, _Change(node, "ops", [_COMPARED[type(node.ops[0])](), *node.ops[1:]])
        elif isinstance(node, ast.BoolOp):
            yield node, _Change(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        elif isinstance(node, ast.BinOp) and type(node.op) in _CALCULATED and not _is_text(node):
            yield node, _Change(node, "op", _CALCULATED[type(node.op)]())
        elif isinstance(node, ast.IfExp):
            yield node, _Change(node, "test", ast.UnaryOp(ast.Not(), node.test))
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value:
            assert isinstance(node.value, int | float)
            yield node, _Change(node, "value", node.value / 2 if isinstance(node.value, float) else node.value + 1)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, _Change(node, "value", not node.value)


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(part, ast.JoinedStr) or isinstance(getattr(part, "value", 0), str) for part in ast.walk(node))


def run(count: int = COUNT, rooms: Sequence[str] = ROOMS, seed: int = SEED, only_constants: bool = False) -> Result:
    """How many of `count` mutants, drawn at random from the rooms, the tests notice. 0 takes all of them."""
    paths = sorted(path for room in rooms for path in (ROOT / "kb" / room).glob("*.py") if path.stem != "__init__")
    found = [mutant for path in paths for mutant in (constants(path) if only_constants else mutants(path))]
    drawn = found if not count else random.Random(seed).sample(found, min(count, len(found)))
    for name in _LIBRARIES:
        importlib.import_module(name)
    longest: dict[str, float] = {}
    for room in rooms:
        began = time.perf_counter()
        unchanged = next(path for path in paths if path.parent.name == room)
        if is_noticed(Mutant(str(unchanged.relative_to(ROOT)), -1)):
            raise RuntimeError(f"The tests of kb/{room} fail without any change. Run `pytest tests/kb/{room}` first.")
        longest[room] = max(60.0, _PATIENCE * (time.perf_counter() - began))
    killed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    left: list[str] = []
    began = time.perf_counter()
    for number, mutant in enumerate(drawn, 1):
        total[mutant.module] += 1
        if is_noticed(mutant, longest[Path(mutant.module).parent.name]):
            killed[mutant.module] += 1
        else:
            line, change, _ = changed(mutant)
            left.append(f"{mutant.module}:{line}: {change}")
            print(f"\r{left[-1]}", file=sys.stderr)
        print(f"\rmutant {number}/{len(drawn)}, {sum(killed.values())} noticed", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = [(name, total[name], killed[name], f"{killed[name] / total[name]:.2f}") for name in sorted(total)]
    share = sum(killed.values()) / max(1, len(drawn))
    summary = f"{len(drawn)} of {len(found)} mutants in {time.perf_counter() - began:.0f} s: {share:.3f} noticed"
    return Result("mutants", ("module", "mutants", "noticed", "share"), tuple(rows), (summary, *sorted(left)))


def is_noticed(mutant: Mutant, longest: float = _LONGEST) -> bool:
    """Whether a test of the mutant's room fails, or they take longer than so many seconds. A copy of this process runs
    them, with the mutant in the place of its module."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            os._exit(_tests_of(mutant))
        os._exit(1)
    began = time.monotonic()
    while time.monotonic() < began + longest:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _tests_of(mutant: Mutant) -> int:
    """The exit code of the tests; 0 where all pass. Never returns to the code before."""
    import pytest

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    name = mutant.module.removesuffix(".py").replace("/", ".")
    for loaded in [known for known in sys.modules if known.split(".")[0] in ("kb", "ingest", "ui", "tests")]:
        del sys.modules[loaded]
    sys.meta_path.insert(0, _Finder(name, compile(changed(mutant)[2], str(ROOT / mutant.module), "exec")))
    room = ROOT / "tests" / Path(mutant.module).parent
    first = room / f"test_{Path(mutant.module).name}"
    places = [str(place) for place in (first, room) if place.exists()]
    try:
        for place in places:
            code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-W", _LOADED, place]))
            if code:
                return code
    except BaseException:
        return 1
    return 0


class _Finder(MetaPathFinder, Loader):
    """Gives the mutant where its module is imported."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)
