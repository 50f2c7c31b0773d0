"""Names of people and groups: one rule, so that no two that look alike are told apart, and readers can be written."""

import re
import unicodedata

from kb.errors import UsageError

LONGEST = 64  # characters
_OF_PERSON = re.compile(r"\w[\w.@+-]*")
_MARKS = frozenset('*:,"<>|')  # with a meaning where readers are written


def person_name(given: str) -> str:
    """The name of an account as it is stored, from what somebody typed. Raises UsageError."""
    name = folded(given)
    if not name or len(name) > LONGEST or not _OF_PERSON.fullmatch(name):
        raise UsageError("people.no_name", name=given[:80], most=LONGEST)
    if name in RESERVED:
        raise UsageError("people.name_reserved", name=name)
    return name


def group_name(given: str) -> str:
    """The name of a group as it is stored. Raises UsageError."""
    name = folded_group(given)
    if not name or len(name) > LONGEST or not name.isprintable() or _MARKS & set(name):
        raise UsageError("people.no_group_name", name=given[:80], most=LONGEST)
    return name


def folded_group(given: str) -> str:
    """The name of a group without the differences that nobody sees, of blanks within it too."""
    return " ".join(folded(given).split())


def folded(given: str) -> str:
    """A name without the differences that nobody sees or hears: of width, of case, of blanks around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", given).casefold()).strip()


RESERVED = frozenset({"local", "everyone", "jobs", "ingest", "restore", "evaluation", "page", "api", "sso"})
