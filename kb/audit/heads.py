"""Heads: the hash of the last record, signed with the home's key (Ed25519), to be kept where nobody of the home writes.

The key is 32 random bytes in the file `audit.key` (mode 0600). It is in no backup. A record names its public half.
"""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.audit.chain import canonical
from kb.errors import HomeError, UsageError, why
from kb.files import open_regular, read_regular, write_once

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "audit.key"
_LONGEST_LINE = 1 << 16  # bytes, of a head


@dataclass(frozen=True, slots=True)
class Head:
    """The trail up to a record. `key` is the public key, `signature` that of the canonical JSON of all else; all three
    in hexadecimal digits."""

    number: int
    hash: str
    at: str  # when it was signed; ISO 8601, UTC
    key: str
    signature: str = ""


def signed(number: int, hash: str, at: str, key: "Ed25519PrivateKey") -> Head:
    """A head with its signature."""
    head = Head(number, hash, at, public(key))
    return Head(number, hash, at, head.key, key.sign(_content(head)).hex())


def is_signed(head: Head) -> bool:
    """Whether the signature is that of the key it names."""
    return is_signature(head.signature, _content(head), head.key)


def signature_of(content: bytes, home: Path) -> tuple[str, str]:
    """The public key of a home and its signature of some content, in hexadecimal digits. Raises HomeError."""
    key = key_of(home)
    return public(key), key.sign(content).hex()


def is_signature(signature: str, content: bytes, key: str) -> bool:
    """Whether a signature is that of a public key and this content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), content)
    except (ValueError, InvalidSignature):
        return False
    return True


def public(key: "Ed25519PrivateKey") -> str:
    """The public half of a key, in hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def head_form(head: Head) -> dict[str, Any]:
    """A head as JSON."""
    return asdict(head)


def head_of(form: Any, source: str) -> Head:
    """A head out of JSON. Raises UsageError, which names its `source`, for what is none."""
    kinds = {"number": int, "hash": str, "at": str, "key": str, "signature": str}
    if not isinstance(form, dict) or any(type(form.get(name)) is not kind for name, kind in kinds.items()):
        raise UsageError("audit.no_head", file=source)
    return Head(**{name: form[name] for name in kinds})


def read_head(file: Path) -> Head:
    """The head in a file: alone, or as the last line of an export. Raises UsageError."""
    try:
        with open_regular(file) as opened:
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - _LONGEST_LINE))
            text = opened.read(_LONGEST_LINE).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError("audit.file_unreadable", file=file, why=why(error)) from None
    for part in (text, text.rstrip("\n").rpartition("\n")[2]):
        with suppress(ValueError, RecursionError):
            form = json.loads(part)
            return head_of(form.get("head", form) if isinstance(form, dict) else form, str(file))
    return head_of(None, str(file))


def key_of(home: Path) -> "Ed25519PrivateKey":
    """The key of a home, made at first need and kept. Raises HomeError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    file = home / KEY_FILE
    try:
        if not file.exists():
            write_once(file, f"{secrets.token_hex(32)}\n")
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(read_regular(file, 1).decode("ascii").strip()))
    except ValueError:
        raise HomeError("audit.key_damaged", file=file) from None
    except OSError as error:
        raise HomeError("home.key_unusable", file=file, why=why(error)) from error


def _content(head: Head) -> bytes:
    return canonical({name: value for name, value in asdict(head).items() if name != "signature"}).encode()
