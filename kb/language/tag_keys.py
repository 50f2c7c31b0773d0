"""Tags: by what two of them are the same, whatever their capitals, width and spaces."""

from collections.abc import Iterable

from kb.language.language import nfkc


def tag_key(tag: str) -> str:
    """What a tag is compared by; "" where nothing is left of it."""
    return " ".join(nfkc(tag).split()).casefold()


def tag_keys(tags: Iterable[str]) -> frozenset[str]:
    """What these tags are compared by."""
    return frozenset(map(tag_key, tags))
