"""The text of Word paragraphs: runs as a reader sees them, with signs, readings, formulas and the results of forms."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ingest.document.formulas import formula
from ingest.document.superscripts import mark_raised, with_raised
from ingest.document.symbol_fonts import symbol

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_LEFT_OUT = {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "sectPr")} | {
    f"{_MC}Fallback",
    f"{_W}txbxContent",
}
_CHARACTERS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "\u00ad",
}
_AROUND_RUNS = {
    f"{_W}{tag}" for tag in ("hyperlink", "ins", "moveTo", "smartTag", "customXml", "sdt", "sdtContent", "fldSimple")
}
OFF = ("0", "false", "off")
_DEEPEST_STYLE = 20  # styles that rest on one another
_UNSEEN = ("vanish", "strike", "dstrike")
_HEXADECIMAL = re.compile("[0-9A-Fa-f]{1,6}")


def text_of(parent: Any) -> str:
    """The text of a paragraph, without what is deleted, hidden or struck out, and without that of text boxes."""
    return with_raised("".join(_pieces(parent)))


def paragraphs_of(parent: Any) -> list[str]:
    """The texts of all paragraphs under `parent`, nested tables and boxes included."""
    found = (
        text_of(paragraph).strip() for paragraph in parent.iter(f"{_W}p") if not within(paragraph, f"{_MC}Fallback")
    )
    return [text for text in found if text]


def boxes_of(paragraph: Any) -> list[Any]:
    """The contents of the text boxes that are anchored to a paragraph."""
    return [box for box in paragraph.iter(f"{_W}txbxContent") if not within(box, f"{_MC}Fallback")]


def runs_of(parent: Any) -> Iterator[tuple[str, Any]]:
    """The runs of a paragraph, in order, each as its text and its properties, or None where it has none."""
    for child in parent:
        if child.tag == f"{_W}r":
            yield with_raised("".join(_run(child))), child.find(f"{_W}rPr")
        elif child.tag in _AROUND_RUNS:
            yield from runs_of(child)
        else:
            yield with_raised("".join(_pieces([child]))), None


def within(element: Any, tag: str, until: Any = None) -> bool:
    """Whether an element with this tag stands around `element`, and inside `until`."""
    parent = element.getparent()
    while parent is not None and parent is not until:
        if parent.tag == tag:
            return True
        parent = parent.getparent()
    return False


def value_of(parent: Any, tag: str) -> str:
    """The w:val of a child element, or ""."""
    child = parent.find(f"{_W}{tag}") if parent is not None else None
    return (child.get(f"{_W}val") or "") if child is not None else ""


def _pieces(parent: Any) -> Iterator[str]:
    for child in parent:
        tag = child.tag
        if tag in (f"{_W}t", f"{_M}t"):
            yield child.text or ""
        elif tag == f"{_W}r":
            yield from _run(child)
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag]
        elif tag == f"{_W}sym":
            code = child.get(f"{_W}char") or ""
            yield symbol(child.get(f"{_W}font") or "", int(code, 16)) if _HEXADECIMAL.fullmatch(code) else ""
        elif tag == f"{_W}ruby":
            base, above = (
                "".join(_pieces(part)) for part in (child.findall(f"{_W}rubyBase"), child.findall(f"{_W}rt"))
            )
            yield f"{base}({above})" if above.strip() else base
        elif tag == f"{_M}oMath":
            yield formula(child)
        elif tag == f"{_W}ffData":
            yield _form_result(child)
        elif tag not in _LEFT_OUT and isinstance(tag, str):
            yield from _pieces(child)


def _run(run: Any) -> Iterator[str]:
    properties = run.find(f"{_W}rPr")
    if any(is_on(properties, tag) for tag in _UNSEEN):
        return
    if value_of(properties, "vertAlign") == "superscript":
        yield mark_raised("".join(_pieces(run)))
    else:
        yield from _pieces(run)


def is_on(properties: Any, tag: str) -> bool:
    """Whether a property is there and not switched off."""
    mark = properties.find(f"{_W}{tag}") if properties is not None else None
    return mark is not None and mark.get(f"{_W}val") not in OFF


def styles_of(document: Any) -> dict[str, Any]:
    """The styles of a document, by their ids."""
    return {style.get(f"{_W}styleId"): style for style in document.styles.element.iterfind(f"{_W}style")}


def styled(styles: Mapping[str, Any], style: str, part: str) -> Iterator[Any]:
    """The properties (`rPr` or `pPr`) of a style and of those that it is based on, the nearest first."""
    for _ in range(_DEEPEST_STYLE):
        element = styles.get(style)
        if element is None:
            return
        if (found := element.find(f"{_W}{part}")) is not None:
            yield found
        style = value_of(element, "basedOn")


def is_on_nearest(properties: Iterable[Any], tag: str) -> bool:
    """Whether the first of these that speaks of a property has it switched on."""
    return is_on(next((each for each in properties if each.find(f"{_W}{tag}") is not None), None), tag)


def _form_result(field: Any) -> str:
    """What a field of a form shows that keeps no text of its own: whether its box is ticked, or what is chosen."""
    box, choices = field.find(f"{_W}checkBox"), field.find(f"{_W}ddList")
    if box is not None:
        return "☒" if is_on(box, "checked" if box.find(f"{_W}checked") is not None else "default") else "☐"
    if choices is not None:
        entries = [entry.get(f"{_W}val") or "" for entry in choices.findall(f"{_W}listEntry")]
        chosen = value_of(choices, "result") or value_of(choices, "default") or "0"
        return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""
    return ""
