"""Styles of HTML: what its own style sheets and attributes say of an element. No other file is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_COMMENT = re.compile(r"/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)")
_COMPOUND = re.compile(r"(?P<tag>[a-zA-Z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)")
_NAME = re.compile(r"[.#][\w-]+")
_COMBINATORS = re.compile(r"\s*>\s*|\s+")
_MOST_RULES = 5_000
_FOR_SCREENS = re.compile(r"@media\s+(?:all|screen)\s*")
_HIDING = {"display": "none", "visibility": "hidden", "opacity": "0"}

Style = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Rule:
    steps: tuple[tuple[str, frozenset[str]], ...]  # tag ("" for any) and names of each compound, the element's last
    style: Style


class Styles:
    """The style sheets within a page, of which the simple selectors are understood: `table .note`, not `a:hover`."""

    def __init__(self, root: Any) -> None:
        self._rules: dict[str, list[_Rule]] = {}  # by the name or tag that the element must have
        self._names: dict[Any, frozenset[str]] = {}  # of elements that were looked at
        sheets = "\n".join(element.text or "" for element in root.iter("style"))
        found = list(_rules(_COMMENT.sub("", sheets)))[:_MOST_RULES]
        # What some rule shows again is shown by a click: a part of the page that can be unfolded.
        shown = {
            (key, name)
            for selectors, style in found
            for key, hidden in _HIDING.items()
            if style.get(key, hidden) != hidden
            for name in _NAME.findall(selectors)
        }
        for selectors, style in found:
            for selector in selectors.split(","):
                steps = _steps(selector)
                if not steps:
                    continue
                names = steps[-1][1]
                kept = {
                    k: v for k, v in style.items() if v != _HIDING.get(k) or not any((k, n) in shown for n in names)
                }
                self._rules.setdefault(min(names, default=steps[-1][0]), []).append(_Rule(steps, kept))

    def of(self, element: Any) -> Style:
        """The style of an element by the page's sheets and its own attribute; not what it inherits."""
        style: Style = {}
        names = self._names_of(element)
        for key in (element.tag, "", *names):
            for rule in self._rules.get(key, ()):
                if _fits(rule.steps[-1], element, names) and self._stands_in(element, rule.steps[:-1]):
                    style.update(rule.style)
        style.update(declared(element.get("style") or ""))
        return style

    def _names_of(self, element: Any) -> frozenset[str]:
        if element not in self._names:
            self._names[element] = _names(element)
        return self._names[element]

    def _stands_in(self, element: Any, steps: tuple[tuple[str, frozenset[str]], ...]) -> bool:
        wanted = list(steps)
        for parent in element.iterancestors() if wanted else ():
            if _fits(wanted[-1], parent, self._names_of(parent)):
                wanted.pop()
                if not wanted:
                    break
        return not wanted


def declared(text: str) -> Style:
    """Properties and values of a style attribute, in small letters."""
    pairs = (part.partition(":") for part in text.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value.strip()}


def _rules(sheet: str) -> Iterator[tuple[str, Style]]:
    """Selectors and style of the rules that hold for any screen."""
    at = 0
    while (opens := sheet.find("{", at)) >= 0:
        before = sheet[at:opens].rpartition(";")[2].strip().lstrip("}").strip()
        if _FOR_SCREENS.fullmatch(before):
            at = opens + 1  # its rules follow; its own end begins the next selector
        elif before.startswith("@"):
            at = _end_of_block(sheet, opens)
        else:
            closes = sheet.find("}", opens)
            closes = len(sheet) if closes < 0 else closes
            yield before, declared(sheet[opens + 1 : closes])
            at = closes + 1


def _end_of_block(sheet: str, opens: int) -> int:
    depth = 0
    for match in re.finditer(r"[{}]", sheet[opens:]):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return opens + match.end()
    return len(sheet)


def _steps(selector: str) -> tuple[tuple[str, frozenset[str]], ...]:
    steps = []
    for part in _COMBINATORS.split(selector.strip()):
        match = _COMPOUND.fullmatch(part)
        if not match or not part:
            return ()
        tag = (match["tag"] or "").lower()
        steps.append(("" if tag == "*" else tag, frozenset(_NAME.findall(match["rest"]))))
    return tuple(steps)


def _names(element: Any) -> frozenset[str]:
    classes = {f".{name}" for name in (element.get("class") or "").split()}
    return frozenset(classes | ({f"#{element.get('id')}"} if element.get("id") else set()))


def _fits(step: tuple[str, frozenset[str]], element: Any, names: frozenset[str]) -> bool:
    return step[0] in ("", element.tag) and step[1] <= names
