"""Names of collections: one rule for all ways in which a collection comes to be."""

import unicodedata

from kb.access.rules import PERSONAL
from kb.errors import UsageError
from kb.messages.coded_text import CodedText
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
        raise UsageError("collection.no_name", name=given[:80], why=reason)
    return name


def _refused(name: str) -> str:
    if not name:
        return CodedText("name.empty")
    if len(name) > LONGEST:
        return CodedText("name.too_long", most=LONGEST)
    if name in (".", ".."):
        return CodedText("name.of_folder")
    if "/" in name or "\\" in name:
        return CodedText("name.slash")
    if name.startswith(PERSONAL):
        return CodedText("name.personal", begin=PERSONAL)
    if not name.isprintable():
        return CodedText("name.unprintable")
    return ""
