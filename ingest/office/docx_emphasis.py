"""Bold and italic print of a Word document: which parts of its paragraphs are set so, by the runs and their styles."""

from dataclasses import dataclass
from typing import Any, Literal

from ingest.office.docx import opened_document
from ingest.office.docx_text import is_on_nearest, runs_of, styled, styles_of, value_of, within

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

Kind = Literal["bold", "italic"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The text of a paragraph; of each of `emphasis`, start, end and kind, `text[start:end]` is set in that way."""

    text: str
    emphasis: tuple[tuple[int, int, Kind], ...]


def paragraphs(data: bytes) -> list[Paragraph]:
    """The paragraphs of a .docx that have text, in the order of the file, those of tables included.

    Raises what python-docx does for a file that is none.
    """
    document = opened_document(data)
    styles = styles_of(document)
    read = (
        _paragraph(paragraph, styles)
        for paragraph in document.element.body.iter(f"{_W}p")
        if not within(paragraph, f"{_MC}Fallback")
    )
    return [paragraph for paragraph in read if paragraph.text.strip()]


def _paragraph(paragraph: Any, styles: dict[str, Any]) -> Paragraph:
    text = ""
    emphasis: list[tuple[int, int, Kind]] = []
    for words, properties in runs_of(paragraph):
        kind = _kind(properties, styles)
        start, text = len(text), text + words
        if kind is None or not words.strip():
            continue
        if emphasis and emphasis[-1][2] == kind and not text[emphasis[-1][1] : start].strip():
            start = emphasis.pop()[0]  # goes on
        emphasis.append((start, len(text), kind))
    return Paragraph(text, tuple(emphasis))


def _kind(properties: Any, styles: dict[str, Any]) -> Kind | None:
    """How a run is set, by itself or by its style; one that is both counts as bold."""
    if properties is None:
        return None
    said = [properties, *styled(styles, value_of(properties, "rStyle"), "rPr")]
    if is_on_nearest(said, "b"):
        return "bold"
    return "italic" if is_on_nearest(said, "i") else None
