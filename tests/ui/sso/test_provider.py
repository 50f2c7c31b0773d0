"""What of a provider is believed: what it signed, for this service and this sign-in, and only where it is itself."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme
from joserfc.jwk import RSAKey

from kb.config import SsoSettings
from kb.errors import ConfigError, ProviderUnavailable, SignInRefused
from tests.ui.sso.lying_provider import LyingProvider, lying_provider
from ui.sso.flows import LASTS, Flow, Flows
from ui.sso.provider import NotBelieved, Provider

SECRET = "a secret of more than thirty-two characters"
BACK = "http://127.0.0.1:8600/sign-in/sso/back"


@pytest.fixture
def there() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        yield provider


def provider_of(there: LyingProvider, **more: Any) -> Provider:
    return Provider(SsoSettings(issuer=there.issuer, client_id="kb", **more), SECRET)


def begun() -> Flow:
    return Flows().begin("/", BACK)[0]


def signed_in(there: LyingProvider, provider: Provider, **more: str) -> Any:
    flow = begun()
    return provider.identity(flow, {**there.sign_in(provider.address(flow)), **more})


def test_what_is_as_it_must_be_is_believed(there: LyingProvider) -> None:
    who = signed_in(there, provider_of(there))
    assert (who.issuer, who.subject, who.name, who.groups) == (there.issuer, "u-1", "anna", ("hr",))
    there.change_claims = lambda claims: claims.update(groups="staff", name=" Anna\tde  Vries ", aud=["kb"])
    who = signed_in(there, provider_of(there))
    assert (who.groups, who.full_name) == (("staff",), "Anna de Vries")


def test_the_browser_is_sent_with_state_nonce_and_a_challenge_and_never_the_secret(there: LyingProvider) -> None:
    flow = begun()
    address = provider_of(there).address(flow)
    assert address.startswith(f"{there.issuer}/auth?")
    assert all(part in address for part in (flow.state, flow.nonce, "code_challenge_method=S256", "scope=openid"))
    assert flow.verifier not in address
    assert "secret" not in address


def test_the_provider_is_sent_the_sign_in_and_nothing_else(there: LyingProvider) -> None:
    signed_in(there, provider_of(there))
    assert there.asked == ["/.well-known/openid-configuration", "/jwks", "/token", "/me"]
    assert [set(sent) for sent in there.sent] == [
        set(), set(), {"grant_type", "code", "code_verifier", "redirect_uri"}, set(),
    ]  # fmt: skip


def test_the_secret_is_shown_as_the_provider_takes_it(there: LyingProvider) -> None:
    there.change_metadata = lambda told: told.update(token_endpoint_auth_methods_supported=["client_secret_post"])
    signed_in(there, provider_of(there))
    assert there.sent[2]["client_secret"] == [SECRET]
    assert there.sent[2]["client_id"] == ["kb"]


def without(name: str, claims: dict[str, Any]) -> None:
    del claims[name]


def later(claims: dict[str, Any]) -> None:
    claims.update(iat=claims["iat"] + 4000, exp=claims["exp"] + 4000)


LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "iss": lambda claims: claims.update(iss="https://other.example"),
    "aud": lambda claims: claims.update(aud="another service"),
    "azp": lambda claims: claims.update(aud=["kb", "another service"]),
    "azp of another": lambda claims: claims.update(azp="another service"),
    "exp": lambda claims: claims.update(iat=claims["iat"] - 4000, exp=claims["exp"] - 4000),
    "iat": later,
    "nbf": lambda claims: claims.update(nbf=claims["iat"] + 4000),
    "nonce": lambda claims: claims.update(nonce="of another sign-in"),
    "at_hash": lambda claims: claims.update(at_hash="AAAA"),
    "sub": lambda claims: claims.update(sub=""),
    "sub that is no text": lambda claims: claims.update(sub=7),
    "sub that is too long": lambda claims: claims.update(sub="x" * 300),
    "exp that is no number": lambda claims: claims.update(exp="soon"),
    **{f"no {name}": partial(without, name) for name in ("iss", "aud", "exp", "iat", "nonce", "sub")},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_with_a_wrong_claim_is_not_believed(there: LyingProvider, lie: str) -> None:
    def change(claims: dict[str, Any]) -> None:
        LIES[lie](claims)

    there.change_claims = change
    with pytest.raises(NotBelieved, match="is not believed"):
        signed_in(there, provider_of(there))


def test_a_token_that_is_not_signed_by_a_key_of_the_provider_is_not_believed(there: LyingProvider) -> None:
    for sign in (there.unsigned, there.by_secret(SECRET), lambda claims: "no token", lambda claims: "a.b.c"):
        there.sign = sign
        with pytest.raises(NotBelieved):
            signed_in(there, provider_of(there))
    there.sign = there.signed
    there.told = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    with pytest.raises(NotBelieved):
        signed_in(there, provider_of(there))
    there.told = there.key
    there.change_metadata = lambda told: told.update(id_token_signing_alg_values_supported=["none", "HS256", "RS256"])
    for sign in (there.unsigned, there.by_secret(SECRET)):
        there.sign = sign
        with pytest.raises(NotBelieved):
            signed_in(there, provider_of(there))


def test_an_answer_without_a_token_or_with_anothers_facts_is_not_believed(there: LyingProvider) -> None:
    there.userinfo = {"sub": "u-2", "groups": ["admins"]}
    with pytest.raises(NotBelieved):
        signed_in(there, provider_of(there))
    there.change_token = lambda token: token.pop("id_token")
    with pytest.raises(NotBelieved):
        signed_in(there, provider_of(there))
    with pytest.raises(SignInRefused, match="not of the provider"):
        signed_in(there, provider_of(there), iss="https://other.example")
    there.change_metadata = lambda told: told.update(authorization_response_iss_parameter_supported=True)
    with pytest.raises(SignInRefused, match="not of the provider"):
        signed_in(there, provider_of(there))
    with pytest.raises(SignInRefused, match="did not sign you in"):
        signed_in(there, provider_of(there), iss=there.issuer, error="access_denied")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"issuer": "https://other.example"}, "says that it is https://other.example"),
        ({"token_endpoint": "https://tokens.example/token"}, r"tokens\.example.*privacy\.allow"),
        ({"jwks_uri": "file:///etc/passwd"}, "gives no jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "gives no authorization_endpoint"),
        ({"token_endpoint": None}, "gives no token_endpoint"),
    ],
)
def test_a_provider_that_is_not_who_it_should_be_signs_nobody_in(
    there: LyingProvider, told: dict[str, Any], words: str
) -> None:
    there.change_metadata = lambda metadata: metadata.update(told)
    with pytest.raises(ProviderUnavailable, match=words):
        provider_of(there).address(begun())
    assert not [path for path in there.asked if path == "/token"]


def test_facts_at_an_address_out_of_reach_are_not_fetched(there: LyingProvider) -> None:
    there.change_metadata = lambda told: told.update(userinfo_endpoint="https://graph.example/me")
    assert signed_in(there, provider_of(there)).groups == ()


def test_a_provider_that_is_down_is_said_and_asked_again_only_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        now = [1_000_000.0]
        settings = SsoSettings(issuer=f"http://127.0.0.1:{taken.getsockname()[1]}", client_id="kb")
        provider = Provider(settings, "", clock=lambda: now[0])
        for _ in range(2):
            with pytest.raises(ProviderUnavailable, match="cannot be used now"):
                provider.address(begun())
        with lying_provider() as there:
            provider._settings = SsoSettings(issuer=there.issuer, client_id="kb")
            with pytest.raises(ProviderUnavailable):
                provider.address(begun())
            assert there.asked == []
            now[0] += 6
            assert provider.address(begun()).startswith(there.issuer)


def test_a_key_that_is_new_is_fetched_and_not_more_than_once_a_minute(there: LyingProvider) -> None:
    ahead = [0.0]
    settings = SsoSettings(issuer=there.issuer, client_id="kb")
    provider = Provider(settings, SECRET, clock=lambda: time.time() + ahead[0])
    signed_in(there, provider)
    there.key = there.told = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
    with pytest.raises(NotBelieved):
        signed_in(there, provider)
    ahead[0] = 61
    assert signed_in(there, provider).subject == "u-1"
    assert there.asked.count("/jwks") == 2


def test_a_flow_is_its_browsers_and_good_once_and_for_a_while() -> None:
    now = [0.0]
    flows = Flows(clock=lambda: now[0])
    flow, secret = flows.begin("/documents", BACK)
    assert flows.take(flow.state, "another") is None
    assert flows.take("another", secret) is None
    assert flows.take(flow.state, secret) == flow
    assert flows.take(flow.state, secret) is None
    flow, secret = flows.begin("/", BACK)
    now[0] = LASTS
    assert flows.take(flow.state, secret) is None
    for _ in range(3):
        flows.begin("/", BACK)
    assert len(flows._waiting) == 3


def test_many_sign_ins_that_nobody_ends_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.sso.flows._MOST", 5)
    flows = Flows()
    last = [flows.begin("/", BACK) for _ in range(9)][-1]
    assert len(flows._waiting) == 5
    assert flows.take(last[0].state, last[1]) == last[0]


def test_over_tls_it_must_show_a_certificate_that_is_trusted_and_for_its_host(tmp_path: Path) -> None:
    ours, others = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(tmp_path / "ca.pem")

    def address_with(certificate: trustme.LeafCert) -> str:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(tls)
        with lying_provider(tls) as there:
            return provider_of(there, ca_file=str(tmp_path / "ca.pem")).address(begun())

    assert address_with(ours.issue_cert("127.0.0.1")).startswith("https://127.0.0.1:")
    for certificate in (others.issue_cert("127.0.0.1"), ours.issue_cert("login.example.org")):
        with pytest.raises(ProviderUnavailable, match=r"(?i)certificate"):
            address_with(certificate)


def test_certificates_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    for text in (None, "no certificate"):
        file = tmp_path / "ca.pem"
        if text:
            file.write_text(text)
        with pytest.raises(ConfigError, match="ca_file"):
            Provider(SsoSettings(issuer="https://login.example.org", client_id="kb", ca_file=str(file)), "")
