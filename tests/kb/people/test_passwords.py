"""Passwords: hashed with Argon2id, none that is guessed at once, one-time ones for telling."""

import pytest

from kb.errors import UsageError
from kb.people import passwords


def test_a_hash_is_of_argon2id_with_a_salt_of_its_own() -> None:
    one, two = passwords.hashed("a lantern by the canal"), passwords.hashed("a lantern by the canal")
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != two
    assert passwords.matches("a lantern by the canal", one)
    assert not passwords.matches("a lantern by the canal ", one)
    assert not passwords.is_weak_hash(one)


@pytest.mark.parametrize("known", [None, "", "x", "$argon2id$v=19$m=65536,t=3,p=4$AA$AA", "plain"])
def test_nothing_matches_what_is_no_hash(known: str | None) -> None:
    assert not passwords.matches("", known)
    assert not passwords.matches("plain", known)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 12"),
        ("eleven char", "at least 12"),
        ("x" * 1025, "longer than"),
        ("a tab\tin the middle", "printed"),
        ("aaaaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("maria-lindqvist", "name of the account"),
        ("MARIA-LINDQVIST1", "name of the account"),
    ],
)
def test_a_password_that_is_soon_guessed_is_not_taken(password: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        passwords.check_new(password, "maria-lindqvist")


@pytest.mark.parametrize("password", ["correct horse battery", "灯笼在运河边上照着回家的路", "x7$Kp-2!qWz9#"])
def test_a_long_one_is(password: str) -> None:
    passwords.check_new(password, "li")


def test_one_time_passwords_differ_and_are_read_aloud_without_mistakes() -> None:
    made = {passwords.one_time() for _ in range(100)}
    assert len(made) == 100
    assert not set("".join(made)) & set("0O1lIi")
    for each in made:
        passwords.check_new(each, "li")
