"""Permissions: what each role may have done, and what is left of that to a token with scopes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, get_args

from kb.access.rules import PERSONAL
from kb.errors import RefusedByPolicy, UsageError
from kb.schema import Permission, Principal

Role = Literal["reader", "editor", "auditor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
SCOPES: tuple[Permission, ...] = ("search", "ask", "ingest", "admin")  # that a token may have; admin: all of its person

OF_ROLE: Mapping[Role, frozenset[Permission]] = MappingProxyType({
    "reader": frozenset({"search", "ask", "ingest"}),  # into their own collection
    "editor": frozenset({"search", "ask", "ingest", "review"}),
    "auditor": frozenset({"search", "ask", "ingest", "audit"}),
    "admin": frozenset(PERMISSIONS),
})  # fmt: skip


def owner(name: str = "local") -> Principal:
    """Who may read the home's files, and so everything in it."""
    return Principal(name, unlimited=True, permissions=frozenset(PERMISSIONS))


def limited(asker: Principal, scopes: Iterable[str]) -> Principal:
    """The asker with nothing but what the scopes of a token leave."""
    kept = frozenset(scopes)
    if "admin" in kept:
        return asker
    return replace(asker, permissions=asker.permissions & kept)


def check_permission(asker: Principal, needed: Permission) -> None:
    """Raises RefusedByPolicy where the asker lacks a permission."""
    if needed not in asker.permissions:
        raise RefusedByPolicy("access.needs_permission", name=asker.name, permission=needed)


def role_named(given: str) -> Role:
    """A role by its name. Raises UsageError."""
    for role in ROLES:
        if role == given:
            return role
    raise UsageError("people.no_role", role=given[:80], roles=", ".join(ROLES))


def scopes_named(given: Iterable[str]) -> tuple[Permission, ...]:
    """Scopes by their names, in their order. Raises UsageError for none, and for what is no scope."""
    wanted = set(given)
    if unknown := sorted(wanted - set(SCOPES)):
        raise UsageError("token.no_scope", scope=unknown[0][:80], scopes=", ".join(SCOPES))
    if not wanted:
        raise UsageError("token.needs_scope", scopes=", ".join(SCOPES))
    return tuple(scope for scope in SCOPES if scope in wanted)


def may_edit(asker: Principal, collection: str) -> bool:
    """Whether the asker may add documents to a collection and delete them from it."""
    return asker.unlimited or (bool(collection) and collection in asker.edits)


def edits_for_others(asker: Principal) -> bool:
    """Whether the asker edits everything, or a collection that is not theirs alone."""
    return asker.unlimited or any(name and not name.startswith(PERSONAL) for name in asker.edits)


def check_editing(asker: Principal, collection: str) -> None:
    """Raises RefusedByPolicy where the asker may not add to a collection."""
    if not may_edit(asker, collection):
        raise RefusedByPolicy("access.no_adding", name=asker.name, collection=collection)
