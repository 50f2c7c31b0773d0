"""Names of people and groups: what looks alike is the same, what has a meaning elsewhere is no name."""

import pytest

from kb.errors import UsageError
from kb.people.names import group_name, person_name


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Li", "li"),
        (" li\n", "li"),
        ("ｌｉ", "li"),
        ("王芳", "王芳"),
        ("Anna.de-Vries@Example.ORG", "anna.de-vries@example.org"),
        ("straße", "strasse"),
        ("x" * 64, "x" * 64),
    ],
)
def test_a_name_is_stored_as_it_is_compared(given: str, stored: str) -> None:
    assert person_name(given) == stored
    assert person_name(stored) == stored


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "x" * 65,
        "a b",
        "a:b",
        "*",
        "group:hr",
        "<b>",
        "a/b",
        "..",
        "-x",
        "a\0",
        "li\u202e",
        "local",
        "Everyone",
    ],
)
def test_what_cannot_be_a_name_of_a_person_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of an account"):
        person_name(given)


@pytest.mark.parametrize(
    ("given", "stored"),
    [("HR", "hr"), ("  Human   Resources ", "human resources"), ("人事部", "人事部"), ("R&D/Lab", "r&d/lab")],
)
def test_groups_may_have_blanks_in_their_names(given: str, stored: str) -> None:
    assert group_name(given) == stored


@pytest.mark.parametrize("given", ["", " ", "x" * 65, "*", "a:b", "a,b", "<script>", 'a"b', "a\x07", "a\u202eb", "a|b"])
def test_what_cannot_be_a_name_of_a_group_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a group"):
        group_name(given)
