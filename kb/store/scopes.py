"""Scopes: which documents a filter lets a question look into, and what is said where it names none."""

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kb.language.local_days import instants
from kb.schema import EVERYTHING, Document, Language, Notice, Scope

_COLLECTIONS_TOLD = 8


class ScopeFilter:
    """A scope that is asked of many documents. Raises UsageError where a day of the scope is no date."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._begins, self._ended = instants(scope.since, scope.until)

    def names(self, collection: str, path: str, ingested_at: str) -> bool:
        """Whether a question may look into this document. A glob matches its path, or COLLECTION/PATH."""
        scope, full = self._scope, f"{collection}/{path}"
        return (
            (not scope.paths or any(fnmatchcase(path, glob) or fnmatchcase(full, glob) for glob in scope.paths))
            and (not scope.collections or collection in scope.collections)
            and (not scope.types or PurePosixPath(path).suffix.lower().lstrip(".") in scope.types)
            and (not self._begins or ingested_at >= self._begins)
            and (not self._ended or ingested_at < self._ended)
        )


def nothing_found(scope: Scope, readable: Sequence[Document], language: Language) -> Notice:
    """Why a search found nothing at all among the documents that the asker may read: there are none, or none that the
    scope names; then it is said which there are."""
    searched = [document for document in readable if document.chunks]
    if scope == EVERYTHING or not searched:
        return Notice("nothing_to_search", NOTHING_THERE[language])
    counts = Counter(document.collection for document in searched).most_common()
    told = [f"{name} ({n})" if language == "en" else f"{name}（{n}）" for name, n in counts[:_COLLECTIONS_TOLD]]
    there = _JOINED[language].join(told)
    if len(counts) > _COLLECTIONS_TOLD:
        there += _MORE[language].format(len(counts) - _COLLECTIONS_TOLD)
    text = _NOTHING_NAMED[language].format(said(scope, language), there)
    if scope.paths:
        example = searched[0]
        text += _HOW_PATHS_MATCH[language].format(example.path, f"{example.collection}/{example.path}")
    return Notice("nothing_matches", text)


def said(scope: Scope, language: Language) -> str:
    """A scope in words, as in `path policies/*, in hr`."""
    words, joined = _PARTS[language], _JOINED[language]
    named = {
        "paths": joined.join(scope.paths),
        "collections": joined.join(scope.collections),
        "types": joined.join(scope.types),
        "since": scope.since,
        "until": scope.until,
    }
    return joined.join(words[part].format(value) for part, value in named.items() if value)


_JOINED = {"en": ", ", "zh": "、"}
_MORE = {"en": " and {} more collections", "zh": "等，另有 {} 个集合"}
_PARTS = {
    "en": {
        "paths": "path {}",
        "collections": "collection {}",
        "types": "type {}",
        "since": "since {}",
        "until": "until {}",
    },
    "zh": {
        "paths": "路径 {}",
        "collections": "集合 {}",
        "types": "类型 {}",
        "since": "自 {} 起",
        "until": "至 {} 止",
    },
}
NOTHING_THERE = {
    "en": "There is no document yet that you may read. Add some first.",
    "zh": "还没有您可阅读的文档。请先添加文档。",
}
_NOTHING_NAMED = {
    "en": "The filter matches no document: {}. Remove it, or choose another. There are documents in: {}.",
    "zh": "没有文档符合筛选条件：{}。请取消筛选，或更换条件。现有文档的集合：{}。",
}
_HOW_PATHS_MATCH = {
    "en": " A path filter matches a document's path, or its collection and path: {}, or {}.",
    "zh": "路径条件匹配文档的路径，或“集合/路径”，例如 {} 或 {}。",
}
