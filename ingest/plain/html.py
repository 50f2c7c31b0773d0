"""HTML: headings, paragraphs, lists and tables of a page as unstructured finds them; nothing is ever fetched."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.document.decoding import decode
from ingest.document.list_numbering import numeral
from ingest.document.parsed import HiddenTexts, Parsed, TextBuilder, one_line, stored
from ingest.document.superscripts import raised
from ingest.plain.boilerplate import drop_furniture
from ingest.plain.hidden_html import take_unseen
from ingest.plain.html_tables import (
    BREAK,
    HEADINGS,
    INLINE,
    PLACEHOLDER,
    add_table,
    cells_of,
    is_layout,
    pieces,
    take_tables,
    unfold_inner,
)

MEDIA_TYPE = "text/html"

_CHARSET = re.compile(rb"""<meta[^<>]*?charset\s*=\s*+["']?\s*+([\w.:-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_REMOVED = (
    "script",
    "style",
    "noscript",
    "nav",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "link",
    "meta",
    "button",
    "input",
    "s",
    "strike",
    "del",
)
# Removed with all their text by unstructured, though questions and answers or captions may stand in them.
_UNWRAPPED = "details", "summary", "figure", "figcaption", "form", "fieldset", "legend"
_STRUCK = re.compile(r"text-decoration[\w-]{0,20}\s*:[^;:]{0,80}\bline-through", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_TERM = re.compile(r"[\w.,]*")
_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_WRAPPED = re.compile(rf"(?<={_WIDE})[ \t]*\n\s*(?={_WIDE})")
_BREAKS = re.compile(f"(?<! ) *{BREAK} *")
_PAD = "\ue003"  # makes two characters of one: unstructured drops texts of a single character
_NUMBERS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LISTS = "ul", "ol", "dl"
_LONGEST_ITEM = 600  # characters; an item of a longer one is paragraphs


def read_html(data: bytes) -> Parsed:
    """Read an HTML file; the charset it declares counts where it is not UTF-8."""
    declared = _CHARSET.search(data[:4096])
    return html(decode(data, declared[1].decode("ascii") if declared else ""))


def html(source: str) -> Parsed:
    """A page that is decoded already. Scripts, styles, navigation and hidden parts are left out."""
    import lxml.html
    from lxml import etree

    from ingest.plain.unstructured_offline import partition_html

    source = PLACEHOLDER.sub("", _DECLARATION.sub("", stored(source))).replace(BREAK, "").replace(_PAD, "")
    if not source.strip():
        return Parsed("", "", MEDIA_TYPE)
    try:
        root = lxml.html.document_fromstring(source)
    except etree.ParserError:  # nothing but comments
        return Parsed("", "", MEDIA_TYPE)
    titles = root.xpath("//title[not(ancestor::svg)]")
    title = one_line(titles[0].text_content()) if titles else ""
    out = TextBuilder()
    take_unseen(root, out.hidden)
    _clean(root)
    drop_furniture(root)
    if not root.text_content().strip():
        return out.build(title, MEDIA_TYPE)
    tables = take_tables(root)
    lists = _take_lists(root)
    headings = {one_line(element.text_content().replace(BREAK, " ")) for element in root.iter(*HEADINGS)}
    for element in root.iter(etree.Element):
        if not len(element) and len((element.text or "").strip()) == 1:
            element.text += _PAD
    listed = False
    for element in partition_html(lxml.html.tostring(root, encoding="unicode")):
        kind, text = type(element).__name__, str(element.text or "").replace(_PAD, "")
        if kind == "Title" and one_line(text.replace(BREAK, " ")) in headings:
            out.heading(text.replace(BREAK, " "), int(element.metadata.category_depth or 0) + 1)
        elif kind == "ListItem" and not PLACEHOLDER.search(text):
            words = _BREAKS.sub("\n", text).strip()
            out.block("- " + words if words else "", "\n" if listed else "\n\n")
        else:
            for at, part in enumerate(PLACEHOLDER.split(text)):
                if at % 2 and int(part) % 2:
                    out.block("\n".join(lists[int(part) // 2]))
                elif at % 2:
                    add_table(out, tables[int(part) // 2])
                else:
                    out.block(_BREAKS.sub("\n", part).strip(" "))
        listed = kind == "ListItem"
    return out.build(title or (out.headings[0].text if out.headings else ""), MEDIA_TYPE)


def _clean(root: Any) -> None:
    from lxml import etree

    for drawing in [each for each in root.iter("svg") if next(each.iterancestors("svg"), None) is None]:
        drawing.addprevious(_drawing_paragraph(drawing))
    etree.strip_elements(root, etree.Comment, *_REMOVED, with_tail=False)
    left_out = [
        element
        for element in root.iter(etree.Element)
        if element.get("role") == "navigation" or _STRUCK.search(element.get("style") or "")
    ]
    for element in left_out:
        if element.getparent() is not None:
            element.drop_tree()
    for element in root.iter(*_UNWRAPPED):
        element.tag = "div"
    for element in root.xpath("//*[@role='heading']"):
        level = element.get("aria-level") or "2"
        element.tag = f"h{level}" if level in tuple("123456") else "h6"
    _put_words(root)
    _raise(root)
    _rejoin(root)
    for element in list(root.iter("br")):
        element.tail = BREAK + (element.tail or "")
        element.drop_tree()


def _put_words(root: Any) -> None:
    """Make text of what unstructured leaves out though a person sees it: labels, choices and formulas."""
    for element in list(root.iter("select")):
        _become(element, ", ".join(one_line(option.text_content()) for option in element.iter("option")))
    formulas = list(root.iter("math"))
    for shown in root.find_class("katex-html") if formulas else ():
        shown.drop_tree()  # the same, for the eye alone
    for element in formulas:
        _put_in_line(element)
        source = element.xpath(".//annotation[contains(@encoding, 'tex')]")
        for annotation in element.xpath(".//annotation | .//annotation-xml"):
            if annotation not in source:
                annotation.drop_tree()
        _become(element, one_line(source[0].text_content() if source else element.text_content()))
    for element in root.iter("label", "output", "textarea"):
        element.tag = "span"


def _put_in_line(formula: Any) -> None:
    """Write the powers and fractions of a formula as text does, inner ones first: 10⁶, 12/5, (a+b)/2."""
    for element in reversed(list(formula.iter("msup", "mfrac"))):
        if len(element) != 2:
            continue
        first, second = (one_line(part.text_content()) for part in element)
        if element.tag == "msup":
            _become(element, first + raised(first, second))
        else:
            _become(element, "/".join(part if _TERM.fullmatch(part) else f"({part})" for part in (first, second)))


def _raise(root: Any) -> None:
    """Write what stands above the line right after a character so that it does not change what it follows."""
    from lxml import etree

    found: list[tuple[Any, str]] = []
    before = ""  # the last character of the line so far
    for event, element in etree.iterwalk(root, events=("start", "end")):
        before = before if element.tag in INLINE else ""
        if event == "start" and (element.tag == "sup" or _RAISED.search(element.get("style") or "")):
            found.append((element, before))
        before = ((element.text if event == "start" else element.tail) or "")[-1:] or before
    for element, left in reversed(found):
        text = element.text_content()
        if (words := raised(left, text)) != text:
            _become(element, words)


def _become(element: Any, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.tag, element.text = "span", text


def _rejoin(root: Any) -> None:
    """Take the ends of lines out of Chinese text: nothing stands there on the page."""
    from lxml import etree

    for element in root.iter(etree.Element):
        if element.text and element.tag != "pre" and next(element.iterancestors("pre"), None) is None:
            element.text = _WRAPPED.sub("", element.text)
        if element.tail and next(element.iterancestors("pre"), None) is None:
            element.tail = _WRAPPED.sub("", element.tail)


def _drawing_paragraph(drawing: Any) -> Any:
    """The texts of a drawing as a paragraph; those that name an icon are left out."""
    from ingest.ocr.vector_graphics import shown_lines

    paragraph = drawing.makeelement("span" if next(drawing.iterancestors("p", *INLINE), None) is not None else "p")
    paragraph.text = BREAK.join(shown_lines(drawing, ("text",)))
    return paragraph


def table_cells(source: str) -> tuple[list[list[str]], int] | None:
    """The cells by row of a table that is written in HTML, and how many rows are its header; None where it only lays
    out what stands in it."""
    import lxml.html
    from lxml import etree

    try:
        root = lxml.html.fragment_fromstring(stored(source), create_parent="div")
    except etree.ParserError:
        return None
    take_unseen(root, HiddenTexts())
    _clean(root)
    unfold_inner(root)
    table = next(root.iter("table"), None)
    if table is None:
        return None
    cells = cells_of(table)
    if len(list(root.iter("table"))) > 1 or is_layout(table, cells.rows):
        return None
    captions = [*(one_line(caption.text_content()) for caption in table.iter("caption")), *cells.captions]
    return [*([caption] for caption in captions if caption), *cells.rows], cells.heads


def _take_lists(root: Any) -> list[list[str]]:
    """Take lists of plain items out of the page and leave a mark in the place of each: unstructured knows neither
    their depth nor their numbers, and parts terms from their definitions."""
    lists: list[list[str]] = []
    for found in list(root.iter(*_LISTS)):
        if next(found.iterancestors(*_LISTS), None) is not None:
            continue
        is_plain = next(found.iter(*HEADINGS, "pre"), None) is None and not _own_text(found)
        lines = list(_items(found, "")) if is_plain else []
        if not lines or any(PLACEHOLDER.search(line) or len(line) > _LONGEST_ITEM for line in lines):
            continue
        mark = found.makeelement("p")
        mark.text, mark.tail = f"\ue000{2 * len(lists) + 1}\ue001", found.tail
        found.getparent().replace(found, mark)
        lists.append(lines)
    return lists


def _own_text(element: Any) -> str:
    """What stands directly in an element."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _items(parent: Any, indent: str) -> Iterator[str]:
    """The lines of a list: `- item`, `1. item`, or `term: definition`; those of lists within are indented."""
    form = _NUMBERS.get(parent.get("type") or "", "decimal")
    backwards = parent.get("reversed") is not None
    number = _whole(parent.get("start"), len(list(parent.iterchildren("li"))) if backwards else 1)
    terms: list[str] = []
    for item in parent.iterchildren("li", "dt", "dd", *_LISTS):
        if item.tag in _LISTS:
            yield from _items(item, indent + "  ")
            continue
        inner = [child for child in item.iter(*_LISTS) if next(child.iterancestors("li", "dd"), None) is item]
        words = one_line("".join(pieces(item, *_LISTS)).replace(BREAK, " "))
        if item.tag == "dt":
            terms.append(words)
            continue
        number = _whole(item.get("value"), number)
        label = "- " if parent.tag == "ul" else f"{numeral(number, form)}. " if parent.tag == "ol" else ""
        number += -1 if backwards else 1
        if item.tag == "dd":
            label, terms = f"{', '.join(terms)}: " if terms else "  ", []
        if words:
            yield f"{indent}{label}{words}"
        for child in inner:
            yield from _items(child, indent + "  ")
    yield from (indent + term for term in terms)


def _whole(value: str | None, otherwise: int) -> int:
    """The whole number that an attribute gives."""
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value.strip()) else otherwise
