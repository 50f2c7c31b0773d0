"""Furniture: what stands around the content of a web page, such as menus, banners and footers."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ingest.plain.html_tables import HEADINGS

_TAGS = frozenset(("header", "footer", "nav", "aside", "dialog"))
_ROLES = frozenset(("banner", "contentinfo", "complementary", "navigation", "search", "dialog", "alertdialog"))
_NAMED = re.compile(
    r"(?<![a-z])(?:nav|menu|side-?bar|footer|header|breadcrumb|cookie|consent|banner|modal|pop-?up|dialog|overlay|skip"
    r"|advert|(?:search|share|social|toc|ads)(?![a-z]))",
    re.IGNORECASE,
)


def drop_furniture(root: Any) -> None:
    """Where a page tells its content (main), take out what stands around it, but for parts with a heading or a table
    of data whose words are, for the greater part, neither headings nor links; the mains become divs."""
    mains = [main for main in root.iter("main") if next(main.iterancestors("main"), None) is None]
    around = {element for main in mains for element in main.iterancestors() if element.tag != "html"}
    for element in around:
        element.text = None
        part: list[Any] = []
        for child in [*element, None]:
            if child is not None:
                child.tail = None
            if child is not None and child not in around and child not in mains:
                part.append(child)
                continue
            _drop(furniture for each in part for furniture in each.iter() if _is_furniture(furniture))
            part = [each for each in part if each.getparent() is element]
            if not _is_content(part):
                _drop(part)
            part = []
    for main in mains:
        main.tag = "div"


def _drop(elements: Iterable[Any]) -> None:
    for element in list(elements):
        if element.getparent() is not None:
            element.drop_tree()


def _is_furniture(element: Any) -> bool:
    return (
        element.tag in _TAGS
        or element.get("role") in _ROLES
        or _NAMED.search(f"{element.get('class')} {element.get('id')}") is not None
    )


def _is_content(part: Sequence[Any]) -> bool:
    words = sum(_length(each) for each in part)
    others = sum(_length(other) for each in part for other in each.iter("a", *HEADINGS) if _is_outermost(other))
    found = any(
        next(each.iter(*HEADINGS), None) is not None
        or each.xpath("boolean(descendant-or-self::table[.//tr[2] and .//tr[*[2]]])")
        for each in part
    )
    return found and 2 * others < words


def _is_outermost(element: Any) -> bool:
    return next(element.iterancestors("a", *HEADINGS), None) is None


def _length(element: Any) -> int:
    return len("".join(element.text_content().split()))
