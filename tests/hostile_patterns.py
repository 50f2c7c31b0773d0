"""Patterns and what hurts them: each regular expression of the packages, and texts made of its own pieces."""

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).parent.parent
_FUNCTIONS = {"sub", "subn", "search", "match", "fullmatch", "split", "findall", "finditer"}
_FROM_THE_START = {"match", "fullmatch"}
_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
_MANY = 200  # more repeats than this are as good as without end
_GENERAL = (*" \n\t.0aA([<-*`|，。一十“\u200d", "1.", "1,", "1 ", "a.", "a b ", "\n ", " \n", ")(", "][", "[1", "<a ")


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and how it is used: "fullmatch" and "match" begin at the start of a text only."""

    place: str
    pattern: re.Pattern[Any]
    use: str

    def run(self, text: str) -> None:
        subject = text.encode("utf-8", "ignore") if isinstance(self.pattern.pattern, bytes) else text
        if self.use in _FROM_THE_START:
            getattr(self.pattern, self.use)(subject)
        else:
            for _ in self.pattern.finditer(subject):
                pass


def patterns() -> list[Found]:
    """Every pattern of the packages: those of the modules, alone or in tuples and tables, and those used inline."""
    sources = {
        path: path.read_text() for package in ("kb", "ingest", "ui") for path in sorted((ROOT / package).rglob("*.py"))
    }
    trees = {path: ast.parse(source) for path, source in sources.items() if "re." in source or "import re" in source}
    found: list[Found] = []
    for path, tree in trees.items():
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        uses = _uses(tree)
        for name, value in vars(module).items():
            for pattern in _patterns_in(value):
                if not isinstance(value, re.Pattern) or _defines(tree, name):
                    found.append(Found(f"{path.relative_to(ROOT)}: {name}", pattern, uses.get(name, "finditer")))
        found += _inline(tree, vars(module), str(path.relative_to(ROOT)))
    return found


def _defines(tree: ast.Module, name: str) -> bool:
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return any(isinstance(part, ast.Name) and part.id == name for target in targets for part in ast.walk(target))


def _uses(tree: ast.Module) -> dict[str, str]:
    """For the names that are only ever used from the start of a text: which way."""
    called: dict[str, set[str]] = {}
    loose: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called.setdefault(node.value.id, set()).add(node.attr)
            loose[node.value.id] = loose.get(node.value.id, 0) - 1
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loose[node.id] = loose.get(node.id, 0) + 1
    return {
        name: "match" if "match" in methods else "fullmatch"
        for name, methods in called.items()
        if methods <= _FROM_THE_START and not loose.get(name)
    }


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _patterns_in(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _patterns_in(part)


def _inline(tree: ast.Module, names: dict[str, Any], path: str) -> Iterator[Found]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        called = node.func
        if not (isinstance(called.value, ast.Name) and called.value.id == "re" and called.attr in _FUNCTIONS):
            continue
        try:
            text = eval(compile(ast.Expression(node.args[0]), path, "eval"), dict(names))
        except NameError:  # made of what is only known at run time: its author sees to it, see the module
            continue
        flags = [part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and part.attr.isupper()]
        pattern = re.compile(text, sum(getattr(re, flag) for flag in set(flags)))
        yield Found(f"{path}:{node.lineno}", pattern, called.attr if called.attr in _FROM_THE_START else "finditer")


# ---- texts made of a pattern's own pieces


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """(begin, pump, end): `begin + n * pump + end` is hard for a pattern that is hard at all."""
    tree = parser.parse(
        pattern.pattern, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    )
    pumps: dict[tuple[str, str], None] = {}
    for before, body in _repeats(list(tree)):
        for choice in range(4):
            pumps.setdefault((before, body(choice)))
    whole = _sample(list(tree), 0)
    found: dict[tuple[str, str, str], None] = {}
    for before, pump in pumps:
        if not pump:
            continue
        for end in ("", "\x01"):
            found.setdefault((before, pump, end))
        found.setdefault(("", before + pump, "\x01"))
        found.setdefault(("", pump, "\x01"))
        found.setdefault(("\n", pump + "\n", "\x01"))
    for pump in (*_GENERAL, whole, whole[:-1], whole[: len(whole) // 2]):
        if pump:
            found.setdefault(("", pump, ""))
    return list(found)


def _repeats(items: list[Any], befores: tuple[str, ...] = ("", "")) -> Iterator[tuple[str, Callable[[int], str]]]:
    """What stands before a repeat without end, as short as may be and with all that may be; and samples of its body."""
    for code, value in items:
        if code in _REPEATS:
            if value[1] > _MANY:
                for before in dict.fromkeys(befores):
                    yield before, lambda choice, body=value[2]: _sample(list(body), choice)  # type: ignore[misc]
            yield from _repeats(list(value[2]), befores)
        elif code is codes.SUBPATTERN:
            yield from _repeats(list(value[3]), befores)
        elif code is codes.ATOMIC_GROUP:
            yield from _repeats(list(value), befores)
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _repeats(list(branch), befores)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _repeats(list(value[1]), befores)
        befores = tuple(before + _sample([(code, value)], choice) for choice, before in enumerate(befores))


_CATEGORY = {
    codes.CATEGORY_DIGIT: "1", codes.CATEGORY_NOT_DIGIT: "a", codes.CATEGORY_SPACE: " \n",
    codes.CATEGORY_NOT_SPACE: "a1", codes.CATEGORY_WORD: "a1", codes.CATEGORY_NOT_WORD: " .",
}  # fmt: skip


def _sample(items: list[Any], choice: int) -> str:
    """A text that the items match, mostly; `choice` picks among what they allow."""
    text = ""
    for code, value in items:
        if code is codes.LITERAL:
            text += chr(value)
        elif code is codes.NOT_LITERAL:
            text += next(sign for sign in " a1"[choice % 2 :] if sign != chr(value))
        elif code is codes.ANY:
            text += " a1."[choice]
        elif code is codes.IN:
            text += _of_class(value, choice)
        elif code is codes.CATEGORY:
            text += _CATEGORY[value][choice % len(_CATEGORY[value])]
        elif code in _REPEATS:
            text += _sample(list(value[2]), choice) * max(value[0], choice % 2 if value[1] else 0)
        elif code is codes.SUBPATTERN:
            text += _sample(list(value[3]), choice)
        elif code is codes.ATOMIC_GROUP:
            text += _sample(list(value), choice)
        elif code is codes.BRANCH:
            text += _sample(list(value[1][choice % len(value[1])]), choice)
    return text


def _of_class(items: list[Any], choice: int) -> str:
    if items[0][0] is codes.NEGATE:
        return next(sign for sign in (" ", "a", "1", ".", "\x02", "一")[choice:] if not _is_in(items[1:], sign))
    code, value = items[choice % len(items)]
    if code is codes.RANGE:
        return chr(value[0])
    return chr(value) if code is codes.LITERAL else _CATEGORY[value][choice % len(_CATEGORY[value])]


def _is_in(items: list[Any], sign: str) -> bool:
    return any(
        (code is codes.LITERAL and chr(value) == sign)
        or (code is codes.RANGE and chr(value[0]) <= sign <= chr(value[1]))
        or (code is codes.CATEGORY and sign in _CATEGORY[value])
        for code, value in items
    )


# ---- growth

_SIZES = (24, 300, 4_000)
_SURELY_FINE = 0.004  # seconds for 4,000 characters, where a square takes four times that at least


def grows_badly(run: Callable[[str], object], begin: str, pump: str, end: str) -> str:
    """What `run` takes for a growing attack, where that grows faster than its length; "" where it does not."""

    def seconds(size: int) -> float:
        text = begin + pump * (size // len(pump) + 1) + end
        start = time.thread_time()
        run(text)
        return time.thread_time() - start

    for size in _SIZES:
        took = seconds(size)
        if took > (_SURELY_FINE if size > _SIZES[0] else 0.1):
            for _ in range(3):  # another process may have had the caches
                before, took = min(seconds(size // 4) for _ in range(3)), min(seconds(size) for _ in range(2))
                if took < 7 * before or took < _SURELY_FINE:
                    break
            else:
                return f"{size // 4} characters {before:.4f} s, {size} characters {took:.4f} s"
    return ""
