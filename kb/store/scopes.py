"""Scopes: which documents a filter lets a question look into, and what is said where it names none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kb.language.local_days import instants
from kb.language.tag_keys import tag_keys
from kb.messages.coded_text import CodedText, in_words, text_in, together
from kb.schema import EVERYTHING, Document, Language, Notice, Scope

_COLLECTIONS_TOLD = 8


class ScopeFilter:
    """A scope that is asked of many documents. Raises UsageError where a day of the scope is no date."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._begins, self._ended = instants(scope.since, scope.until)
        self._tags = tag_keys(scope.tags)

    def names(self, collection: str, path: str, ingested_at: str, tags: Iterable[str]) -> bool:
        """Whether a question may look into this document. A glob matches its path, or COLLECTION/PATH."""
        scope, full = self._scope, f"{collection}/{path}"
        return (
            (not scope.paths or any(fnmatchcase(path, glob) or fnmatchcase(full, glob) for glob in scope.paths))
            and (not scope.collections or collection in scope.collections)
            and (not scope.types or PurePosixPath(path).suffix.lower().lstrip(".") in scope.types)
            and (not self._tags or not self._tags.isdisjoint(tag_keys(tags)))
            and (not self._begins or ingested_at >= self._begins)
            and (not self._ended or ingested_at < self._ended)
        )


def nothing_found(scope: Scope, readable: Sequence[Document], language: Language) -> Notice:
    """Why a search found nothing at all among the documents that the asker may read: there are none, or none that the
    scope names; then it is said which there are."""
    searched = [document for document in readable if document.chunks]
    if scope == EVERYTHING or not searched:
        return Notice("nothing_to_search", text_in(language, "scope.nothing_there"))
    counts = Counter(document.collection for document in searched).most_common()
    there = [CodedText("scope.collection_of", name=name, count=n) for name, n in counts[:_COLLECTIONS_TOLD]]
    text = CodedText("scope.nothing_matches", filter=_parts(scope), there=there)
    if len(counts) > _COLLECTIONS_TOLD:
        left = len(counts) - _COLLECTIONS_TOLD
        text = CodedText("scope.nothing_matches_of_many", filter=_parts(scope), there=there, more=left)
    if not scope.paths:
        return Notice("nothing_matches", text.to(language))
    example = searched[0]
    how = CodedText("scope.how_paths_match", path=example.path, full=f"{example.collection}/{example.path}")
    return Notice("nothing_matches", together(text, how, language=language))


def scope_in_words(scope: Scope, language: Language) -> str:
    """A scope in words, as in `path policies/*, in hr`."""
    return in_words(_parts(scope), language)


def _parts(scope: Scope) -> list[CodedText]:
    named: dict[str, object] = {
        "scope.paths": scope.paths,
        "scope.collections": scope.collections,
        "scope.types": scope.types,
        "scope.tags": scope.tags,
        "scope.since": scope.since,
        "scope.until": scope.until,
    }
    return [CodedText(code, value=value) for code, value in named.items() if value]
