"""Provided people: who somebody is by the word of a provider of single sign-on, and which of them may enter as what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kb.people.names import folded_group
from kb.people.permissions import Role

_BY_MIGHT: tuple[Role, ...] = ("admin", "auditor", "editor", "reader")


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as a provider vouches for them: `subject` is what it knows them by, for good; the rest may change."""

    issuer: str
    subject: str
    name: str  # that a new account gets
    full_name: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """Which of a provider's people may enter, and as what. Names of groups are told apart as those of ours are."""

    role: Role = "reader"  # of new accounts, and of who is in no group of `roles`
    roles: Mapping[str, Role] = field(default_factory=dict)  # by group
    allowed: frozenset[str] = frozenset()  # groups of which one is needed; none: everybody enters

    @classmethod
    def of(cls, role: Role, roles: Mapping[str, Role], allowed: Iterable[str]) -> "Admission":
        """From names as they are written in the settings."""
        return cls(
            role, {folded_group(group): role for group, role in roles.items()}, frozenset(map(folded_group, allowed))
        )

    def lets_in(self, groups: Iterable[str]) -> bool:
        """Whether somebody in these groups may enter."""
        return not self.allowed or not self.allowed.isdisjoint(map(folded_group, groups))

    def role_of(self, groups: Iterable[str]) -> Role | None:
        """The role that these groups give, of several the one that may most; None where groups give no roles."""
        if not self.roles:
            return None
        given = {self.roles[group] for group in map(folded_group, groups) if group in self.roles}
        return next((role for role in _BY_MIGHT if role in given), self.role)
