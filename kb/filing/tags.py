"""Tags: words that editors give documents, by which lists are filtered and searches limited."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from kb.errors import UsageError
from kb.language.tag_keys import tag_key
from kb.schema import Document

LONGEST_TAG = 40  # characters
MOST_TAGS = 20  # of a document


def checked_tags(given: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are stored, in the order given; of those that are the same, the first. Raises UsageError."""
    tags = dict[str, str]()
    for each in given:
        tag = " ".join(unicodedata.normalize("NFC", each).split())
        if not tag_key(tag) or len(tag) > LONGEST_TAG or not tag.isprintable() or "," in tag or "\uff0c" in tag:
            raise UsageError("document.no_tag", tag=tag[:80], most=LONGEST_TAG)
        tags.setdefault(tag_key(tag), tag)
    if len(tags) > MOST_TAGS:
        raise UsageError("document.many_tags", n=len(tags), most=MOST_TAGS)
    return tuple(tags.values())


def tag_counts(documents: Sequence[Document]) -> dict[str, int]:
    """The tags of these documents with how many have each, by name; of several spellings the one used most."""
    spellings: dict[str, Counter[str]] = {}
    for document in documents:
        for tag in document.tags:
            spellings.setdefault(tag_key(tag), Counter())[tag] += 1
    named = {min(each, key=lambda tag: (-each[tag], tag)): each.total() for each in spellings.values()}
    return dict(sorted(named.items(), key=lambda item: tag_key(item[0])))
