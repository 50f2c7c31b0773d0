"""Names of documents: which document somebody means by a file name, a title, or words close to one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from kb.language.content_terms import content_of, is_number, share_held
from kb.language.language import nfkc
from kb.schema import Document

COVERED = 0.8  # share of what was said that must stand in a document's name and title
TELLING = 0.5  # share of file name or title that what was said must make up
CLOSE = 0.1  # names that are this near to each other are told apart by their numbers alone
_SEPARATORS = re.compile(r"[\s_\-–—./\\]+")
_OF_ZH = re.compile(r"的|[这那]份|关于")
_KIND = re.compile(r"\b(?:documents?|files?|pdf|docx?|pptx?|xlsx?|the)\b|文档|文件", re.I)


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a document fits what was said: `share` of its file name or title, whichever is told more of."""

    document: Document
    share: float


def documents_named(said: str, documents: Sequence[Document]) -> list[Document]:
    """The document that is meant; several where what was said does not tell them apart; none where no name is near.

    Of those that differ in numbers alone (a year, a date, a version) the newest is meant.
    """
    exact = [document for document in documents if _same(said, document)]
    if exact:
        return exact
    wanted = _content(_KIND.sub(" ", said))
    if not wanted:
        return []
    fits = [fit for document in documents if (fit := _fit(wanted, document)).share >= TELLING]
    best = max((fit.share for fit in fits), default=0.0)
    near = [fit.document for fit in fits if fit.share >= best - CLOSE]
    return _newest(near) if len(near) > 1 else near


def _same(said: str, document: Document) -> bool:
    path = PurePosixPath(document.path)
    names = (
        document.path,
        f"{document.collection}/{document.path}",
        path.name,
        path.stem,
        document.title,
        document.shown_title,
    )
    return _bare(said) in {_bare(name) for name in names if name}


def _bare(name: str) -> str:
    return _SEPARATORS.sub(" ", nfkc(name)).strip().casefold()


def _content(text: str) -> dict[str, float]:
    return content_of(_OF_ZH.sub(" ", text.replace("_", " ")))


def _fit(wanted: Mapping[str, float], document: Document) -> _Fit:
    """Its share is 0 where too much of what was said stands in neither file name nor title, or one of its numbers."""
    stem, *titles = map(_content, (PurePosixPath(document.path).stem, document.title, document.shown_title))
    both = stem | titles[0] | titles[1]
    covered = sum(weight for token, weight in wanted.items() if token in both)
    lacks_number = any(is_number(token) and token not in both for token in wanted)
    if lacks_number or covered < COVERED * sum(wanted.values()):
        return _Fit(document, 0.0)
    return _Fit(document, max(share_held(each, wanted) for each in (stem, *titles)))


def _newest(documents: Sequence[Document]) -> list[Document]:
    """The one with the highest numbers in its name, where these alone tell them apart; else all of them."""
    plain = {_without_digits(document) for document in documents}
    if len(plain) > 1:
        return list(documents)
    return [max(documents, key=lambda document: re.findall(r"\d+", PurePosixPath(document.path).stem))]


def _without_digits(document: Document) -> str:
    return re.sub(r"\d", "#", PurePosixPath(document.path).stem.casefold())
