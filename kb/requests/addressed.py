"""Addressed documents: `@document` and `#collection` in a question say where alone to look."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import PurePosixPath

from kb.errors import DocumentNotFound
from kb.schema import EVERYTHING, Document, Scope

_SIGN = re.compile(r"(?<![A-Za-z0-9_.+\-/&@＠#＃])[@＠#＃](?=[^\s@＠#＃])")
_NAME = re.compile(r"[^\s,;:!?，。；：！？、]+")
_NUMBER = re.compile(r"\d+(?!\w)")
_GOES_ON = re.compile(r"[A-Za-z0-9_/]|[.\-][A-Za-z0-9]")  # what makes of a name the beginning of a longer one
_SHOWN = 80  # characters of a name that is told


@dataclass(frozen=True, slots=True)
class _Address:
    """One `@document` or `#collection`, where it stands in the question, and the globs of what bears that name."""

    start: int
    end: int
    name: str  # what stands in the question in its place
    sign: str
    globs: tuple[str, ...]


def addressed(
    question: str, readable: Callable[[], Sequence[Document]], scope: Scope = EVERYTHING
) -> tuple[str, Scope]:
    """The question without its signs, and the scope that they name; the question and `scope` as they are where it has
    none. Of documents only those that are searched can be named: by path, by collection and path, by file name, by that
    without its ending, or by title. The longest name that stands after the sign counts.

    A `#` before a number is none. `readable` gives the documents that the asker may read; it is called where there is a
    sign. Raises DocumentNotFound for a name that none of them bears.
    """
    question = unicodedata.normalize("NFC", question)
    if not _SIGN.search(question):
        return question, scope
    searched = [document for document in readable() if document.chunks and not document.quarantined]
    found = _addresses(question, _documents(searched), _collections(searched))
    return (_without_signs(question, found), _scope(found, scope)) if found else (question, scope)


def _addresses(
    question: str, documents: Mapping[str, list[Document]], collections: Mapping[str, str]
) -> list[_Address]:
    found: list[_Address] = []
    by_document, by_collection = (sorted({*map(len, names)}, reverse=True) for names in (documents, collections))
    for sign in _SIGN.finditer(question):
        if found and sign.start() < found[-1].end:
            continue
        at = sign.end()
        if sign[0] in "@＠":
            end = _longest(question, at, documents, by_document)
            named = documents[_folded(question[at:end])] if end else []
            name, globs = _file_name(named), [escape(f"{d.collection}/{d.path}") for d in named]
        else:
            if _NUMBER.match(question, at):
                continue
            end = _longest(question, at, collections, by_collection)
            name = collections[_folded(question[at:end])] if end else ""
            globs = [name]
        if not end:
            written = _NAME.match(question, at)
            raise DocumentNotFound("document.not_called", name=(written[0] if written else question[at:])[:_SHOWN])
        found.append(_Address(sign.start(), end, name, sign[0], tuple(globs)))
    return found


def _longest(question: str, at: int, names: Collection[str], lengths: Sequence[int]) -> int:
    """Where the longest of these names, of these lengths from the longest on, ends; 0 where none begins there."""
    rest = _folded(question[at : at + lengths[0] + 2]) if lengths else ""
    return next((at + n for n in lengths if (name := rest[:n]) in names and not _goes_on(rest, name)), 0)


def _goes_on(rest: str, name: str) -> bool:
    return name[-1].isascii() and name[-1].isalnum() and _GOES_ON.match(rest, len(name)) is not None


def _documents(readable: Sequence[Document]) -> dict[str, list[Document]]:
    """The documents by each of their names."""
    named: dict[str, list[Document]] = {}
    for document in readable:
        path = PurePosixPath(document.path)
        names = (
            f"{document.collection}/{document.path}",
            document.path,
            path.name,
            path.stem,
            document.title,
            document.shown_title,
        )
        for name in {_folded(name.strip()) for name in names} - {""}:
            named.setdefault(name, []).append(document)
    return named


def _collections(readable: Sequence[Document]) -> dict[str, str]:
    return {_folded(d.collection): d.collection for d in readable}


def _folded(text: str) -> str:
    """The text by which names are compared, letter by letter as long as it is itself."""
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)


def _file_name(named: Sequence[Document]) -> str:
    return PurePosixPath(named[0].path).name if named else ""


def _without_signs(question: str, found: Sequence[_Address]) -> str:
    """Names that stand before all the rest are only an address; others are part of the sentence."""
    parts, at = [], 0
    for address in found:
        parts += [question[at : address.start], address.name]
        at = address.end
    rest = question[at:].strip().lstrip(",;:，；：、").strip()
    if rest and not any(part.strip() for part in parts[::2]):
        return rest
    return "".join([*parts, question[at:]]).strip()


def _scope(found: Sequence[_Address], scope: Scope) -> Scope:
    documents = [glob for address in found if address.sign in "@＠" for glob in address.globs]
    collections = [name for address in found if address.sign in "#＃" for name in address.globs]
    if not documents:
        return replace(scope, paths=(), collections=tuple(dict.fromkeys(collections)))
    within = [f"{escape(name)}/*" for name in collections]
    return Scope(paths=tuple(dict.fromkeys([*documents, *within])))
