"""Numbering: the labels (`1.2`, `第三条`, `（一）`) that Word shows before paragraphs but keeps out of their text."""

import re
from collections.abc import Mapping
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Numbering:
    """Counts the numbered paragraphs of one document; ask for each paragraph once, in order."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}  # abstract id -> level -> (format, text, start)
        self._abstract: dict[str, str] = {}  # number id -> abstract id
        self._starts: dict[tuple[str, int], int] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._seen: set[tuple[str, int]] = set()
        self._styles: dict[str, tuple[str, int | None]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            root = None
        if root is not None:
            self._read(root)
        for style in document.styles.element.findall(f"{_W}style"):
            found = _numbering_of(style.find(f"{_W}pPr"))
            if found:
                self._styles[style.get(f"{_W}styleId") or ""] = found

    def label(self, paragraph: Any, style: str, bases: Mapping[str, str]) -> str:
        """The label of this paragraph, or "" where it has none. Bullets are "•"."""
        number, level = _numbering_of(paragraph.find(f"{_W}pPr")) or ("", None)
        seen: set[str] = set()
        while style and style not in seen and (not number or level is None):
            seen.add(style)
            inherited, inherited_level = self._styles.get(style, ("", None))
            number = number or inherited
            level = inherited_level if level is None else level
            style = bases.get(style, "")
        abstract = self._abstract.get(number)
        depth = level or 0
        if number in ("", "0") or abstract is None or depth not in self._levels.get(abstract, {}):
            return ""
        return self._next(abstract, number, depth)

    def _next(self, abstract: str, number: str, depth: int) -> str:
        levels = self._levels[abstract]
        counters = self._counters.setdefault(abstract, {})
        override = self._starts.get((number, depth))
        if override is not None and (number, depth) not in self._seen:
            counters[depth] = override
        else:
            counters[depth] = counters.get(depth, levels[depth][2] - 1) + 1
        self._seen.add((number, depth))
        for deeper in [level for level in counters if level > depth]:
            del counters[deeper]
        kind, pattern, _ = levels[depth]
        if kind == "bullet":
            return "•"

        def shown(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            form, _, start = levels.get(level, ("decimal", "", 1))
            return numeral(counters.get(level, start), form)

        return _PLACE.sub(shown, pattern).strip() if kind != "none" else _PLACE.sub("", pattern).strip()

    def _read(self, root: Any) -> None:
        for element in root.findall(f"{_W}abstractNum"):
            levels: dict[int, tuple[str, str, int]] = {}
            for level in element.findall(f"{_W}lvl"):
                start = _attribute(level.find(f"{_W}start"))
                levels[int(level.get(f"{_W}ilvl") or 0)] = (
                    _attribute(level.find(f"{_W}numFmt")) or "decimal",
                    _attribute(level.find(f"{_W}lvlText")),
                    int(start) if start.isdigit() else 1,
                )
            self._levels[element.get(f"{_W}abstractNumId") or ""] = levels
        for element in root.findall(f"{_W}num"):
            number = element.get(f"{_W}numId") or ""
            self._abstract[number] = _attribute(element.find(f"{_W}abstractNumId"))
            for override in element.findall(f"{_W}lvlOverride"):
                start = _attribute(override.find(f"{_W}startOverride"))
                if start.isdigit():
                    self._starts[number, int(override.get(f"{_W}ilvl") or 0)] = int(start)


def _numbering_of(properties: Any) -> tuple[str, int | None] | None:
    found = properties.find(f"{_W}numPr") if properties is not None else None
    if found is None:
        return None
    level = _attribute(found.find(f"{_W}ilvl"))
    return _attribute(found.find(f"{_W}numId")), int(level) if level.isdigit() else None


def _attribute(element: Any) -> str:
    return (element.get(f"{_W}val") or "") if element is not None else ""


def numeral(value: int, form: str) -> str:
    """`value` in a number format of Word's, such as `chineseCounting`; decimal for those that are rare."""
    if form in ("lowerLetter", "upperLetter") and value > 0:
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < value < 4000:
        roman = ""
        for worth, sign in _ROMAN + _ROMAN_SMALL:
            roman += sign * (value // worth)
            value %= worth
        return roman.upper() if form == "upperRoman" else roman
    if (
        form.startswith(("chinese", "japaneseCounting", "ideographDigital", "taiwaneseCounting"))
        and 0 <= value < 10_000
    ):
        return chinese_numeral(value)
    if form == "decimalEnclosedCircle" and 0 < value <= 20:
        return chr(0x2460 + value - 1)
    if form == "decimalZero":
        return f"{value:02d}"
    return str(value)


def chinese_numeral(value: int) -> str:
    """0 to 9999 as it is counted: 10 is 十, 21 is 二十一, 105 is 一百零五."""
    if value == 0:
        return "零"
    digits = str(value)
    shown = ""
    for place, digit in enumerate(digits):
        unit = _UNITS[len(digits) - place - 1]
        if digit != "0":
            shown += ("零" if shown and digits[place - 1] == "0" else "") + _DIGITS[int(digit)] + unit
    return shown[1:] if shown.startswith("一十") else shown
