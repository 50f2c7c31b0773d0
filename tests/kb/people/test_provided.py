"""Provided people: which of a provider's people may enter, and as what."""

import pytest

from kb.people.permissions import Role
from kb.people.provided import Admission


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (("kb  Admins", "hr"), "admin"),
        (("ＨＲ", "audit"), "auditor"),
        (("hr",), "editor"),
        (("sales",), "reader"),
        ((), "reader"),
    ],
)
def test_of_several_roles_that_which_may_most_counts(groups: tuple[str, ...], role: Role) -> None:
    roles: dict[str, Role] = {"HR": "editor", "KB admins": "admin", "Audit": "auditor"}
    assert Admission.of("reader", roles, ()).role_of(groups) == role


def test_without_roles_of_groups_a_role_stays_as_it_was_given_here() -> None:
    assert Admission.of("editor", {}, ()).role_of(["admins"]) is None


def test_who_may_enter_is_in_one_of_the_groups() -> None:
    everybody, some = Admission.of("reader", {}, ()), Admission.of("reader", {}, ["Staff", "IT"])
    assert everybody.lets_in(())
    assert some.lets_in(["x", "it "])
    assert not some.lets_in(["x"])
    assert not some.lets_in(())
