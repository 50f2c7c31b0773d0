"""Listening: what is refused before the service starts, and by which names it is reached."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from kb.errors import RefusedByPolicy, UsageError
from ui.service.listening import ListeningAddress, check, place_of, read_certificate

NAME = "kb.example.org"
DAY = timedelta(days=1)


def made(folder: Path, *names: str, **options: Any) -> tuple[Path, Path]:
    """A certificate for these names, and its key."""
    folder.mkdir(exist_ok=True)
    cert = trustme.CA().issue_cert(*names or (NAME,), **options)
    cert.private_key_pem.write_to_path(folder / "key.pem")
    for number, blob in enumerate(cert.cert_chain_pems):
        blob.write_to_path(folder / "cert.pem", append=number > 0)
    return folder / "cert.pem", folder / "key.pem"


def test_without_anything_said_it_is_this_machine_alone() -> None:
    place = place_of(None, 8600, None, None)
    assert (place.host, place.is_local, place.secure, place.origin) == (
        "127.0.0.1", True, False, "http://127.0.0.1:8600",
    )  # fmt: skip
    check(place, has_accounts=False)
    assert [place.is_ours(host) for host in ("127.0.0.1:8600", "localhost:8600", "evil.example", "127.0.0.1")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("listen", ["0.0.0.0:8600", "[::]:8600", "192.0.2.7:443"])
def test_the_network_is_refused_without_accounts_and_without_tls(tmp_path: Path, listen: str) -> None:
    bare, safe = place_of(listen, 0, None, None), place_of(listen, 0, *made(tmp_path))
    with pytest.raises(RefusedByPolicy, match="kb users add"):
        check(bare, has_accounts=False)
    with pytest.raises(RefusedByPolicy, match="kb users add"):
        check(safe, has_accounts=False)
    with pytest.raises(RefusedByPolicy, match=r"--tls-cert and --tls-key.*service\.trusted_proxies"):
        check(bare, has_accounts=True)
    check(safe, has_accounts=True)
    check(place_of(listen, 0, None, None, [NAME], ["10.0.0.7"]), has_accounts=True)


def test_a_proxy_in_front_of_loopback_needs_accounts_too() -> None:
    place = place_of(None, 8600, None, None, [NAME], ["127.0.0.1"])
    with pytest.raises(RefusedByPolicy, match="kb users add"):
        check(place, has_accounts=False)
    check(place, has_accounts=True)


@pytest.mark.parametrize(
    "listen", ["", "0.0.0.0", ":8600", "0.0.0.0:x", "0.0.0.0:70000", "kb.example.org:8600", "0:1:2"]
)
def test_an_address_that_is_none_is_refused(listen: str) -> None:
    with pytest.raises(UsageError, match="--listen"):
        place_of(listen, 0, None, None)


@pytest.mark.parametrize(
    ("names", "proxies", "words"),
    [
        ([NAME], ["proxy.example.org"], "no address or network"),
        ([NAME], ["10.0.0.0/99"], "no address or network"),
        ([], ["10.0.0.7"], "no name by which people reach it"),
        (["*"], ["10.0.0.7"], "no name of a host"),
        (["https://kb.example.org"], [], "no name of a host"),
        (["a b"], [], "no name of a host"),
    ],
)
def test_settings_that_cannot_be_are_refused(names: list[str], proxies: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        place_of("0.0.0.0:8600", 0, None, None, names, proxies)


def test_certificate_and_key_go_together(tmp_path: Path) -> None:
    cert, key = made(tmp_path)
    for given in ((cert, None), (None, key)):
        with pytest.raises(UsageError, match="go together"):
            place_of("0.0.0.0:8600", 0, *given)


def test_a_good_certificate_is_read_with_its_names(tmp_path: Path) -> None:
    found = read_certificate(*made(tmp_path, NAME, "*.kb.example.org", "192.0.2.7", "2001:db8::7"))
    assert found.names == (NAME, "*.kb.example.org", "192.0.2.7", "[2001:db8::7]")
    assert found.text.startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in found.text


def test_a_certificate_that_is_not_good_is_refused_with_the_reason(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    cert, key = made(tmp_path / "good")
    _, other = made(tmp_path / "other")
    with pytest.raises(UsageError, match="has expired on"):
        read_certificate(*made(tmp_path / "old", not_before=now - 9 * DAY, not_after=now - DAY))
    with pytest.raises(UsageError, match="good only from"):
        read_certificate(*made(tmp_path / "new", not_before=now + DAY, not_after=now + 9 * DAY))
    with pytest.raises(UsageError, match="does not belong to the certificate"):
        read_certificate(cert, other)
    with pytest.raises(UsageError, match="no certificate in PEM form"):
        read_certificate(key, key)
    with pytest.raises(UsageError, match="cannot be read"):
        read_certificate(tmp_path / "none.pem", key)
    with pytest.raises(UsageError, match="cannot be read"):
        read_certificate(cert, tmp_path)
    (tmp_path / "empty.pem").write_text("", encoding="ascii")
    with pytest.raises(UsageError, match="no certificate in PEM form"):
        read_certificate(tmp_path / "empty.pem", key)
    with pytest.raises(UsageError, match=r"is not for wiki\.example\.org"):
        place_of("0.0.0.0:8600", 0, cert, key, ["wiki.example.org"])


def test_over_tls_the_names_of_the_certificate_are_answered_to(tmp_path: Path) -> None:
    place = place_of("0.0.0.0:8600", 0, *made(tmp_path, NAME, "*.wiki.example.org", "192.0.2.7"))
    assert (place.secure, place.is_local, place.origin) == (True, False, f"https://{NAME}:8600")
    ours = (f"{NAME}:8600", "a.wiki.example.org:8600", "192.0.2.7:8600", "127.0.0.1:8600", "localhost:8600")
    others = (NAME, f"{NAME}:8601", "wiki.example.org:8600", "a.b.wiki.example.org:8600", f"{NAME}.evil.example:8600",
              f"evil.{NAME}:8600", "192.0.2.8:8600", "", ":8600")  # fmt: skip
    assert [host for host in ours if not place.is_ours(host)] == []
    assert [host for host in others if place.is_ours(host)] == []
    usual = place_of("0.0.0.0:443", 0, *made(tmp_path / "usual", NAME))
    assert usual.origin == f"https://{NAME}"
    assert usual.is_ours(NAME)
    assert usual.is_ours(f"{NAME}:443")


def test_behind_a_proxy_it_answers_to_the_proxys_names() -> None:
    place = place_of("10.0.0.9:8600", 0, None, None, [NAME, "kb:8443"], ["10.0.0.7", "2001:db8::/64", "10.1.0.0/16"])
    assert place.origin == f"https://{NAME}"
    assert [place.is_ours(host) for host in (NAME, f"{NAME}:443", "kb:8443", "kb", f"{NAME}:8600")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    peers = {
        "10.0.0.7": True,
        "10.0.0.8": False,
        "10.1.2.3": True,
        "2001:db8::1": True,
        "::ffff:10.0.0.7": True,
        "": False,
    }
    assert {peer: place.is_proxy(peer) for peer in peers} == peers


@pytest.mark.parametrize(
    ("host", "here"),
    [("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://[::1]:1"), ("192.0.2.7", "http://192.0.2.7:1")],
)
def test_programs_of_this_machine_reach_it_at_its_own_address(host: str, here: str) -> None:
    assert ListeningAddress(host, 1).here_origin == here
