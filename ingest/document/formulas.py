"""Formulas: Office Math as a line of text, with its fractions, powers, roots and brackets."""

import re
from typing import Any

from ingest.document.superscripts import superscript

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DELETED = (f"{_W}del", f"{_W}moveFrom")
_TERM = re.compile(r"(?:\d[\d.,]*%?|[^\W\d]++|\([^()]*\))[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ]*")


def formula(element: Any) -> str:
    """What a formula (m:oMath), or a part of one, says: `12/5`, `x²`, `(a+b)/(2a)`, `√(x+1)`."""
    name = element.tag.removeprefix(_M) if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    if name == "f":
        return f"{_term(_part(element, 'num'))}/{_term(_part(element, 'den'))}"
    if name in ("sSup", "sSubSup"):
        return _part(element, "e") + _part(element, "sub") + _power(_part(element, "sup"))
    if name == "rad":
        return f"{superscript(_part(element, 'deg'))}√{_term(_part(element, 'e'))}"
    if name == "d":
        begin, between, end = (
            _sign(element, sign, usual) for sign, usual in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
        )
        return begin + between.join(map(formula, element.findall(f"{_M}e"))) + end
    if element.tag in _DELETED:
        return ""
    return "".join(map(formula, element))


def _part(element: Any, name: str) -> str:
    part = element.find(_M + name)
    return formula(part).strip() if part is not None else ""


def _sign(element: Any, name: str, usual: str) -> str:
    """A bracket or separator, which may be set to nothing."""
    sign = element.find(f"{_M}dPr/{_M}{name}")
    return usual if sign is None else sign.get(f"{_M}val") or ""


def _term(text: str) -> str:
    """The text, in brackets unless it is a number or a name, or nothing."""
    return text if not text or _TERM.fullmatch(text) else f"({text})"


def _power(text: str) -> str:
    high = superscript(text)
    return f"^{_term(text)}" if high == text and any(map(str.isalnum, text)) else high
