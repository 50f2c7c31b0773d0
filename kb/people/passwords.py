"""Passwords: Argon2id hashes, which ones are taken, and one-time passwords."""

import secrets
import threading
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from kb.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 1024  # characters
ONE_TIME_LASTS = timedelta(days=7)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_AT_ONCE = threading.BoundedSemaphore(2)  # hashing takes 64 MB: guessing at many must not take all memory


def hashed(password: str) -> str:
    """The Argon2id hash of a password, with its salt and parameters."""
    with _AT_ONCE:
        return _hasher().hash(_bytes(password))


def matches(password: str, known: str | None) -> bool:
    """Whether it is the password with this hash. Takes the same time where there is no hash to compare with."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    with _AT_ONCE:
        try:
            return _hasher().verify(known or _nobodys(), _bytes(password)) and known is not None
        except (Argon2Error, InvalidHashError):
            return False


def is_weak_hash(known: str) -> bool:
    """Whether a hash was made with less work than is asked for now."""
    return _hasher().check_needs_rehash(known)


def check_new(password: str, name: str) -> None:
    """Raises UsageError for a password that is not taken for the account of this name."""
    if len(password) < SHORTEST:
        raise UsageError("password.short", count=len(password), least=SHORTEST)
    if len(password) > LONGEST:
        raise UsageError("password.long", most=LONGEST)
    if not password.isprintable():
        raise UsageError("password.unprintable")
    if name in password.casefold() and len(password) < SHORTEST + len(name):
        raise UsageError("password.like_name")
    if len(set(password)) < 5:
        raise UsageError("password.repeats")


def one_time() -> str:
    """A password to be told to somebody, who changes it at the first sign-in: 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()  # Argon2id with the second recommended option of RFC 9106: 64 MiB, 3 passes


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_bytes(16))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
