"""Names of collections: one rule for all ways in which a collection comes to be."""

import unicodedata

from kb.access.rules import PERSONAL
from kb.errors import UsageError
from kb.store.catalog import Catalog

LONGEST = 255  # characters; a folder's name, which is the default, has no more


def collection_name(catalog: Catalog, given: str) -> str:
    """The name of a collection, as it is stored. Raises UsageError for one that cannot be a new collection's.

    Documents are told as `collection/path`, and that reads in one way only where the name has no slash. Collections
    that are there already keep the names they have.
    """
    if given in catalog.collections():
        return given
    name = unicodedata.normalize("NFC", given).strip()
    reason = _refused(name)
    if reason:
        raise UsageError(f"{given[:80]!r} cannot be the name of a collection: {reason}. Choose another name.")
    return name


def _refused(name: str) -> str:
    if not name:
        return "it is empty"
    if len(name) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if name in (".", ".."):
        return "it stands for a folder"
    if "/" in name or "\\" in name:
        return "it has a slash in it"
    if name.startswith(PERSONAL):
        return f"{PERSONAL} begins the names of personal collections"
    if not name.isprintable():
        return "it holds a character that cannot be printed"
    return ""
