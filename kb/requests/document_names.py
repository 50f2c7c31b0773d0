"""Names of documents: which document somebody means by a file name, a title, or words close to one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from kb.checking.year_mismatch import edition, edition_number, heading_of, without_editions
from kb.language.content_terms import content_of, is_number, share_held
from kb.language.date_forms import less_exact
from kb.language.language import CJK, nfkc
from kb.language.proper_names import codes_in
from kb.schema import Document

COVERED = 0.8  # share of what was said that must stand in a document's name and title
COVERED_WITH_DATE = 0.3  # the same of the other words, where a day in them was said
TELLING = 0.5  # share of file name or title that what was said must make up
TELLING_WITH_EDITION = 0.3  # the same where the number of its edition was said
TOLD = 0.6  # share of a title or file name that a question must hold which names no document otherwise
CLOSE = 0.1  # names that are this near to each other are told apart by their numbers alone
_PARTS_OF_NUMBER = 2  # hyphens of a code that numbers documents: CY-FIN-008
_SHORTEST_FORM = 4  # characters of a Chinese name's short form
_CHINESE = re.compile(rf"{CJK.pattern}+")
_DAY = re.compile(r"-\d\d-\d\d$")
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

    Of those that differ in numbers alone (a year, a date, a version) the newest is meant, where none is named.
    """
    exact = [document for document in documents if _same(said, document)]
    if exact:
        return exact
    telling = TELLING
    if number := edition_number(said):
        documents = [each for each in documents if _is_edition(number, each)]
        said = without_editions(said)
        telling = TELLING_WITH_EDITION
    wanted = _content(_KIND.sub(" ", said))
    if all(map(is_number, wanted)) and not codes_in(said):  # a year alone names nothing
        return []
    fits = [fit for document in documents if (fit := _fit(said, wanted, document)).share >= telling]
    best = max((fit.share for fit in fits), default=0.0)
    near = [fit.document for fit in fits if fit.share >= best - CLOSE]
    return _newest(near) if len(near) > 1 else near


def documents_told(question: str, documents: Sequence[Document]) -> list[Document]:
    """The document most of whose title or file name stands in a question; none where there is no such one alone."""
    said = _content(question)
    shares = [max(share_held(_words_of(name), said) for name in _names(document)) for document in documents]
    best = max(shares, default=0.0)
    found = [document for document, share in zip(documents, shares, strict=True) if share == best]
    return found if best >= TOLD and len(found) == 1 else []


def _words_of(name: str) -> dict[str, float]:
    """The words of a name that are no numbers; nothing of a name of one word."""
    words = {token: weight for token, weight in _content(name).items() if not is_number(token)}
    return words if len(words) > 1 else {}


def share_named(said: str, document: Document) -> float:
    """The share, 0..1, of what was said that stands in a document's file name and titles."""
    return share_held(_content(_KIND.sub(" ", said)), _content(" ".join(_names(document))))


def _names(document: Document) -> tuple[str, str, str]:
    """The file name without its ending, and the titles."""
    return PurePosixPath(document.path).stem, document.title, document.shown_title


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


def _fit(said: str, wanted: Mapping[str, float], document: Document) -> _Fit:
    """Its share is 0 where too much of what was said stands in neither file name nor title, or one of its numbers."""
    names = _names(document)
    shortened = max(_share_of_short_form(said, name) for name in names)
    stem, *titles = map(_content, names)
    both = _with_parts_of_dates(stem | titles[0] | titles[1])
    codes = codes_in(said)
    lacks_number = any(is_number(token) and token not in both for token in wanted)
    lacks_code = not codes <= codes_in(" ".join(names))
    words = {token: weight for token, weight in wanted.items() if not is_number(token)}
    by_date = any(token in both and _DAY.search(token) for token in wanted)
    by_number = any(
        code.count("-") >= _PARTS_OF_NUMBER or ("-" in code and names[0].lower().startswith(code)) for code in codes
    )
    least = COVERED_WITH_DATE if by_date else 0.0 if by_number else COVERED
    if lacks_number or lacks_code or share_held(words if by_date else wanted, both) < least:
        return _Fit(document, shortened)
    shares = [share_held(each, _with_parts_of_dates(wanted)) for each in (stem, *titles)]
    return _Fit(document, max(*shares, shortened, TELLING if by_date or by_number else 0.0))


def _is_edition(number: tuple[int, ...], document: Document) -> bool:
    """Whether a document is of that number, where 2 is 2.0."""
    own = edition(heading_of(document.title, document.path))[1]
    length = max(len(own), len(number))
    return bool(own) and own + (0,) * (length - len(own)) == number + (0,) * (length - len(number))


def _share_of_short_form(said: str, name: str) -> float:
    """The share of a Chinese name that its short form has: 差旅办法 of 差旅费用管理办法. 0 where it is none of it."""
    short = "".join(CJK.findall(_OF_ZH.sub("", said)))
    if len(short) < _SHORTEST_FORM or any(c.isalnum() for c in CJK.sub("", said)):
        return 0.0
    pairs = [re.escape(short[at : at + 2]) for at in range(0, len(short), 2)]
    runs = [run for run in _CHINESE.findall(name) if re.match(".*?".join(pairs), run)]
    return max((len(short) / len(run) for run in runs), default=0.0)


def _with_parts_of_dates(tokens: Mapping[str, float]) -> dict[str, float]:
    """The tokens, and of each date its day and its month without the year, too."""
    parts = {f"#{part}": weight for token, weight in tokens.items() for part in less_exact(token[1:])}
    return parts | dict(tokens)


def _newest(documents: Sequence[Document]) -> list[Document]:
    """The one with the highest numbers in its name, where these alone tell them apart; else all of them."""
    stems = [PurePosixPath(document.path).stem for document in documents]
    plain = {
        (_without_numbers(stem.casefold()), _without_numbers(document.title))
        for stem, document in zip(stems, documents, strict=True)
    }
    numbers = [[int(number) for number in re.findall(r"\d+", stem)] for stem in stems]
    if len(plain) > 1 or numbers.count(max(numbers)) > 1:
        return list(documents)
    return [documents[numbers.index(max(numbers))]]


def _without_numbers(name: str) -> str:
    return re.sub(r"\d+", "#", name)
