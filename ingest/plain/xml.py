"""Elements: XML documents. They are stored as they are written, and embedded without their tags."""

import re
from html import unescape

from ingest.document.parsed import Parsed, one_line, stored
from kb.errors import DocumentError

XML = "application/xml"  # the media type
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"""<!ENTITY\s+([\w:.-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_OUTSIDE = re.compile(r"<!ENTITY\s+(?:%\s+)?[^\s\"'>]+\s+(?:SYSTEM|PUBLIC)\b")
_NAMED = re.compile(r"&([\w:.-]+);")
_DEEPEST = 8  # entities within entities
_LONGEST_ENTITY = 64 * 1024  # characters
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})
_UNBOUNDED = re.compile("amplification|entity.{0,99}loop|entities.{0,99}nest", re.IGNORECASE)  # what libxml2 says of it
_ASIDE = re.compile(
    r"<!--|-->|<!\[CDATA\[|\]\]>|<\?[^<>]*\?>|<!DOCTYPE[^\[<>]*(?:\[(?:[^\]<]|<(?!!DOCTYPE))*+\]\s*)?>|</[^<>]*>"
)
_START = re.compile(r"""<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>(\s*[^<\s])?""")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PROSE = frozenset("p para simpara title head heading li emphasis text span note abstract b i em strong".split())
_LAYOUT = frozenset("class style space schemalocation nonamespaceschemalocation base width height align valign".split())


def xml(text: str) -> Parsed:
    """An XML document that is decoded already, as it is written, with its own entities replaced; a web page as HTML.

    Raises DocumentError for one whose entities expand beyond bounds, or that refers to other files.
    """
    from lxml import etree

    text = stored(text)
    if "<!DOCTYPE" in text and _OUTSIDE.search(text):
        raise DocumentError("xml.refers")
    # libxml2 (2.14) bounds what internal entities expand to, and with "internal" no other file is read.
    parser = etree.XMLParser(resolve_entities="internal", no_network=True)
    try:
        root = etree.fromstring(_DECLARATION.sub("", text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if _UNBOUNDED.search(str(error)):
            raise DocumentError("xml.bomb") from None
        return Parsed(text, "", XML)  # it can be searched all the same
    if str(root.tag).rsplit("}", 1)[-1].lower() == "html":
        from ingest.plain.html import html

        return html(text)
    title = next((one_line(each.text) for each in root.iter("{*}title") if each.text and each.text.strip()), "")
    return Parsed(stored(_resolved(text)), title, XML)


def _resolved(text: str) -> str:
    """The text with its own entities replaced, unless they stand where no parser replaces them and make it huge."""
    values = {name: double or single for name, double, single in _ENTITY.findall(text) if name not in _PREDEFINED}
    if not values:
        return text
    for _ in range(_DEEPEST):
        deeper = {name: _replaced(value, values, _LONGEST_ENTITY) for name, value in values.items()}
        if deeper == values:
            break
        values = deeper
    start = text.rfind("<!ENTITY") + 1
    return text[:start] + _replaced(text[start:], values, 2 * len(text) + _LONGEST_ENTITY)


def _replaced(text: str, values: dict[str, str], limit: int) -> str:
    """The text with these entities replaced; the text itself if that were longer than `limit` characters."""
    size = len(text) + sum(len(values.get(name, "")) for name in _NAMED.findall(text))
    return text if size > limit else _NAMED.sub(lambda match: values.get(match[1], match[0]), text)


def without_tags(text: str) -> str:
    """A part of an XML document without its tags: `<unit code="a">kg</unit>` is `unit (code: a): kg`."""
    plain = unescape(_START.sub(_name_of, _ASIDE.sub(" ", text)))
    return "\n".join(filter(None, map(one_line, plain.split("\n")))) or one_line(text)


def _name_of(match: re.Match[str]) -> str:
    """What is said for the beginning of an element: its name if a text or attributes follow, and these."""
    name, is_empty, text = match[1].rsplit(":", 1)[-1], bool(match[3]), match[4] or ""
    found = [(key.rsplit(":", 1)[-1], one_line(one or two)) for key, one, two in _ATTRIBUTE.findall(match[2])]
    shown = ", ".join(
        f"{key}: {value}" for key, value in found
        if value and key.lower() not in _LAYOUT and not value.startswith(("http://www.w3.org/", "urn:"))
    )  # fmt: skip
    if shown:
        return f" {name} ({shown}){':' if text and not is_empty else ''} {text}"
    return f" {text}" if is_empty or not text or name.lower() in _PROSE else f" {name}: {text}"
