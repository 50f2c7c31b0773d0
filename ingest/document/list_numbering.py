"""Numbering: the labels (`1.2`, `第三条`, `（一）`) that Word shows before paragraphs but keeps out of their text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "•"
_OFF = ("0", "false", "off")
_PLACE = re.compile(r"%([1-9])")
_MOST_LETTERS = 780  # that are told by letters, as Word does: zz and so on up to thirty of them
_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class _Level:
    """How paragraphs on one level of a list are numbered."""

    form: str = "decimal"
    pattern: str = ""  # with `%1` where the number of the first level stands
    start: int = 1
    decimal: bool = False  # all numbers in it are, whatever the form of their levels


class Numbering:
    """Counts the numbered paragraphs of one document; ask for each paragraph once, in order."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}  # abstract id -> level
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
            counters[depth] = counters.get(depth, levels[depth].start - 1) + 1
        self._seen.add((number, depth))
        for deeper in [level for level in counters if level > depth]:
            del counters[deeper]
        own = levels[depth]
        if own.form == "bullet":
            return BULLET

        def place_numeral(match: re.Match[str]) -> str:
            level = levels.get(int(match[1]) - 1, _Level())
            return numeral(counters.get(int(match[1]) - 1, level.start), "decimal" if own.decimal else level.form)

        return _PLACE.sub(place_numeral if own.form != "none" else "", own.pattern).strip()

    def _read(self, root: Any) -> None:
        defined: dict[str, str] = {}  # the name of a list style -> abstract id
        linked: dict[str, str] = {}  # abstract id -> the name of the list style that has its levels
        for element in root.findall(f"{_W}abstractNum"):
            abstract = element.get(f"{_W}abstractNumId") or ""
            self._levels[abstract] = {
                int(level.get(f"{_W}ilvl") or 0): _level(level) for level in element.findall(f"{_W}lvl")
            }
            defined[_attribute(element.find(f"{_W}styleLink"))] = abstract
            linked[abstract] = _attribute(element.find(f"{_W}numStyleLink"))
        for element in root.findall(f"{_W}num"):
            number = element.get(f"{_W}numId") or ""
            abstract = _attribute(element.find(f"{_W}abstractNumId"))
            if not self._levels.get(abstract) and linked.get(abstract):
                abstract = defined.get(linked[abstract], abstract)
            self._abstract[number] = abstract
            for override in element.findall(f"{_W}lvlOverride"):
                start = _attribute(override.find(f"{_W}startOverride"))
                if start.isdigit():
                    self._starts[number, int(override.get(f"{_W}ilvl") or 0)] = int(start)


def _level(element: Any) -> _Level:
    start, decimal = _attribute(element.find(f"{_W}start")), element.find(f"{_W}isLgl")
    return _Level(
        _attribute(element.find(f"{_W}numFmt")) or "decimal",
        _attribute(element.find(f"{_W}lvlText")),
        int(start) if start.isdigit() else 1,
        decimal is not None and decimal.get(f"{_W}val") not in _OFF,
    )


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
    if form in ("lowerLetter", "upperLetter") and 0 < value <= _MOST_LETTERS:
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
