"""Edition pairs: two editions of one text that somebody names by what they are of: "the old rules and the new ones"."""

import re
from collections.abc import Sequence

from kb.answering.replacements import place_of, replaced, says_it_replaces, searched_in
from kb.checking.year_mismatch import IN_FORCE, edition, heading_of, is_edition_named, without_editions
from kb.language.content_terms import words_of
from kb.language.language import nfkc
from kb.requests.desk import Desk, passage_of
from kb.requests.document_names import documents_named, share_named
from kb.schema import Document

NAMED = 0.5  # share of what they are said to be of that must stand in the name of a document that the search finds
_MOST_FOUND = 5  # passages whose documents are looked at
_PAIR = 2
_WORDS = re.compile(
    r"\b(?:old(?:er)?|previous|former|earlier|prior|last|new(?:er|est)?|current|present|latest|updated|revised|editions?"
    r"|versions?|issues?|ones?|both|two)\b|(?<![a-z\d.])v?\d+(?:\.\d+)*(?:\s?年)?"
    r"|新旧|[新旧老原](?:版本?|的)|两个?版本?|[上前这那本]一?版|旧|现行|最新|当前|现在|原来|之前|以前|版本?",
    re.I,
)


def pair_of(sides: Sequence[str], desk: Desk) -> tuple[Document, Document] | None:
    """The older and the newer of the editions that the sides name, or one name of both; None where they name other
    things than editions of one text, or where there are no two."""
    subjects = [" ".join(_WORDS.sub(" ", without_editions(nfkc(side))).replace("的", " ").split()) for side in sides]
    contents = [words_of(IN_FORCE.sub(" ", subject)) for subject in subjects]
    content = max(contents, key=len)
    subject = max(subjects, key=lambda each: len(words_of(each)))
    if not words_of(subject) or not all(own.keys() <= content.keys() for own in contents):
        return None
    if len(sides) > 1 and not any(_WORDS.search(nfkc(side)) for side in sides):
        return None
    documents = desk.documents()
    for document in _meant(subject, documents, desk):
        editions = _editions_of(document, documents, desk)
        if len(editions) >= _PAIR:
            return _chosen(sides, editions)
    return None


def _meant(subject: str, documents: Sequence[Document], desk: Desk) -> list[Document]:
    """The documents that somebody may mean, the likeliest first."""
    found = list(documents_named(subject, documents))
    by_place = {(each.collection, each.path): each for each in documents}
    for passage in desk.search(subject, _MOST_FOUND, desk.scope).passages:
        each = by_place.get(place_of(passage))
        if each is not None and each not in found and share_named(subject, each) >= NAMED:
            found.append(each)
    return found


def _editions_of(document: Document, documents: Sequence[Document], desk: Desk) -> list[Document]:
    """A document with its other editions, the oldest first."""
    own = heading_of(document.title, document.path)
    series = [
        each
        for each in documents
        if each.collection == document.collection
        and without_editions(heading_of(each.title, each.path)) == without_editions(own)
        and edition(heading_of(each.title, each.path)) != edition(own)
    ]
    same = sorted([document, *series], key=lambda each: edition(heading_of(each.title, each.path)))
    found = [*_replaced_by(document, documents, desk), *same, *_that_replace(document, documents, desk)]
    return list({each.id: each for each in found}.values())


def _replaced_by(document: Document, documents: Sequence[Document], desk: Desk) -> list[Document]:
    """The documents that one says it replaces."""
    stored = desk.text_of(document)
    whole = passage_of(stored, 1, 0, len(stored.text), "")
    return [
        each
        for each in documents
        if each.collection == document.collection
        and each.id != document.id
        and says_it_replaces(whole, heading_of(each.title, each.path))
    ]


def _that_replace(document: Document, documents: Sequence[Document], desk: Desk) -> list[Document]:
    """The documents that say they replace one."""
    stored = desk.text_of(document)
    found = replaced([passage_of(stored, 1, 0, 0, "")], searched_in(desk.catalog, desk.asker))
    places = set(map(place_of, found.values()))
    return [each for each in documents if (each.collection, each.path) in places]


def _chosen(sides: Sequence[str], editions: Sequence[Document]) -> tuple[Document, Document]:
    """The two of some editions, the oldest first, that are meant: by their years or numbers, else the newest and the
    one before it."""
    named = [
        each
        for each in editions
        if any(is_edition_named(nfkc(side), heading_of(each.title, each.path)) for side in sides)
    ]
    if len(named) < _PAIR:
        rest = [each for each in editions if each not in named]
        wanted = rest[-1:] if named else rest[-_PAIR:]
        named = [each for each in editions if each in named or each in wanted]
    return named[0], named[-1]
