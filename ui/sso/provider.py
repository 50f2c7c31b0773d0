"""The provider: where people sign in, and for whom it vouches. OpenID Connect Core 1.0, by Authlib.

Nothing it says is believed that is not signed by a key of its own, for this service and for this very sign-in.
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from kb.config import SsoSettings
from kb.errors import ConfigError, ProviderUnavailable, SignInRefused, why
from kb.people.provided import Identity
from kb.privacy import guard
from ui.sso.flows import Flow

SECONDS = 10.0  # in which the provider must answer
_KEPT = 3600.0  # seconds for which what the provider says of itself is kept
_NOT_AGAIN_FOR = 5.0  # seconds after a failure, in which nobody else waits for the next one
_NEW_KEYS_AFTER = 60.0  # seconds after which its keys may be asked for again, for one that is not known
_LEEWAY = 60  # seconds by which clocks may differ
_MOST_BYTES = 1_000_000  # of an answer
_LONGEST = 255  # characters of a subject (OpenID Connect Core 1.0, section 2)
_SIGNED_BY = frozenset("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split())  # by a key pair


class NotBelieved(SignInRefused):
    """What a provider says of somebody is not as it must be."""


@dataclass(frozen=True, slots=True)
class _Discovery:
    """What the provider says of itself, and when it did."""

    metadata: dict[str, Any]
    keys: KeySet
    at: float


class Provider:
    """The provider of the settings. May be used by several threads; asks it when there is something to ask.

    Raises ProviderUnavailable where it cannot be reached, or is not who it should be.
    """

    def __init__(self, settings: SsoSettings, secret: str, clock: Callable[[], float] = time.time) -> None:
        """Raises ConfigError for a file of certificates that cannot be used."""
        self._settings, self._secret, self._clock = settings, secret, clock
        self._lock = threading.Lock()
        self._discovery: _Discovery | None = None
        self._failed: tuple[float, ProviderUnavailable] | None = None  # when it last could not be reached, and why
        try:
            self._trust = ssl.create_default_context(cafile=settings.ca_file or None)
        except OSError as error:
            raise ConfigError("sso.certificates_unusable", file=settings.ca_file, why=why(error)) from None

    @property
    def label(self) -> str:
        """How people call it."""
        return self._settings.label or self._settings.host

    def address(self, flow: Flow) -> str:
        """Where the browser is sent to sign in."""
        discovery = self._current_discovery()
        with self._client(flow.redirect) as client:
            found, _ = client.create_authorization_url(
                discovery.metadata["authorization_endpoint"],
                state=flow.state,
                code_verifier=flow.verifier,
                nonce=flow.nonce,
            )
        return str(found)

    def identity(self, flow: Flow, answer: Mapping[str, str]) -> Identity:
        """For whom the provider vouches, from what the browser brings back. Raises SignInRefused too."""
        discovery = self._current_discovery()
        self._check_issuer(discovery, answer)
        if "error" in answer:
            raise SignInRefused("sso.not_signed_in")
        with self._client(flow.redirect, discovery.metadata) as client:
            token = self._token(client, discovery, flow, answer.get("code", ""))
            claims = self._claims(discovery, flow, token)
            return self._identity(claims, lambda: self._more(client, discovery, claims["sub"]))

    def _check_issuer(self, discovery: _Discovery, answer: Mapping[str, str]) -> None:
        """That the answer is of this provider, where it says of whom it is (RFC 9207)."""
        says = discovery.metadata.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if says else self._settings.issuer) != self._settings.issuer:
            raise SignInRefused("sso.not_of_provider")

    def _token(self, client: Any, discovery: _Discovery, flow: Flow, code: str) -> dict[str, Any]:
        try:
            token = client.fetch_token(
                discovery.metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=flow.verifier,
            )
        except OAuthError as error:
            if error.error == "invalid_grant":  # used already, too old, or of another sign-in
                raise SignInRefused("sso.used_already") from None
            raise ProviderUnavailable("sso.not_served", why=str(error.error)[:80]) from None
        except (httpx2.HTTPError, OSError, ValueError) as error:
            raise self._unreachable(discovery.metadata["token_endpoint"], error) from None
        return dict(token)

    def _claims(self, discovery: _Discovery, flow: Flow, token: dict[str, Any]) -> dict[str, Any]:
        """What the token says, when all of it is as it must be."""
        given = token.get("id_token")
        if not isinstance(given, str):
            raise _not_believed("id_token")
        try:
            try:
                read = self._read(discovery, given)
            except InvalidKeyIdError:  # it has other keys since
                if self._clock() - discovery.at < _NEW_KEYS_AFTER:
                    raise
                read = self._read(self._current_discovery(anew=True), given)
            claims = CodeIDToken(
                read.claims, read.header, {"iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client_id}},
                {"nonce": flow.nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token")},
            )  # fmt: skip
            claims.validate(now=int(self._clock()), leeway=_LEEWAY)
        except JoseError as error:
            raise _not_believed(getattr(error, "claim", None) or error.error) from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise _not_believed("id_token") from None
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
            raise _not_believed("azp")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
            raise _not_believed("sub")
        return dict(claims)

    def _read(self, discovery: _Discovery, token: str) -> Any:
        allowed = discovery.metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        known = [each for each in allowed if each in _SIGNED_BY]
        return jwt.decode(token, discovery.keys, registry=JWSRegistry(algorithms=known, strict_check_header=False))

    def _identity(self, claims: dict[str, Any], more: Callable[[], dict[str, Any]]) -> Identity:
        wanted = (self._settings.name_claim, self._settings.groups_claim)
        if any(name not in claims for name in wanted):
            claims = {**more(), **claims}
        groups = claims.get(self._settings.groups_claim, ())
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else ()
        name, full_name = claims.get(self._settings.name_claim), claims.get("name")
        shown = " ".join(full_name.split()) if isinstance(full_name, str) else ""
        return Identity(
            self._settings.issuer, claims["sub"], name if isinstance(name, str) else "",
            shown if len(shown) <= 200 and shown.isprintable() else "",
            tuple(group for group in groups if isinstance(group, str)),
        )  # fmt: skip

    def _more(self, client: Any, discovery: _Discovery, subject: str) -> dict[str, Any]:
        """What the provider says of somebody beside the token; nothing where it has no such address in reach."""
        address = discovery.metadata.get("userinfo_endpoint")
        if not isinstance(address, str) or not guard.permits(urlsplit(address).hostname or "-"):
            return {}
        found = self._json(client, address, withhold_token=False)
        if found.get("sub") != subject:
            raise _not_believed("sub")
        return found

    # ---- what it says of itself

    def _current_discovery(self, *, anew: bool = False) -> _Discovery:
        with self._lock:
            now = self._clock()
            if anew or self._discovery is None or not 0 <= now - self._discovery.at < _KEPT:
                if self._failed is not None and 0 <= now - self._failed[0] < _NOT_AGAIN_FOR:
                    raise self._failed[1].with_traceback(None)
                try:
                    self._discovery, self._failed = self._ask(now), None
                except ProviderUnavailable as error:
                    self._failed = self._clock(), error
                    raise
            return self._discovery

    def _ask(self, now: float) -> _Discovery:
        with self._client() as client:
            metadata = self._json(client, f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self._settings.issuer:
                raise ProviderUnavailable(
                    "sso.other_issuer", issuer=self._settings.issuer, other=str(metadata.get("issuer"))[:200]
                )
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._check_address(name, metadata.get(name))
            try:
                keys = KeySet.import_key_set(self._json(client, metadata["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError, AttributeError):
                raise ProviderUnavailable("sso.keys_unusable", address=metadata["jwks_uri"]) from None
        return _Discovery(metadata, keys, now)

    def _check_address(self, name: str, address: Any) -> None:
        """That an address is one over TLS, as the issuer's is, and in reach where the service itself goes there."""
        try:
            parts = urlsplit(address if isinstance(address, str) else "")
            host = parts.hostname or ""
        except ValueError:
            host = ""
        secure = urlsplit(self._settings.issuer).scheme == "https"
        if not host or (parts.scheme != "https" and (secure or parts.scheme != "http")):
            raise ProviderUnavailable("sso.gives_no", issuer=self._settings.issuer, name=name)
        if name != "authorization_endpoint" and not guard.permits(host):
            raise ProviderUnavailable("sso.another_host", name=name, host=host)

    def _json(self, client: Any, address: str, *, withhold_token: bool = True) -> dict[str, Any]:
        try:
            with client.stream("GET", address, withhold_token=withhold_token) as response:
                response.raise_for_status()
                body = b""
                for part in response.iter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES:
                        raise ValueError("too long an answer")
            found = json.loads(body)
        except (httpx2.HTTPError, OAuthError, OSError, ValueError) as error:
            raise self._unreachable(address, error) from None
        if not isinstance(found, dict):
            raise self._unreachable(address, ValueError("no object of JSON"))
        return found

    def _unreachable(self, address: str, error: Exception) -> ProviderUnavailable:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        return ProviderUnavailable("sso.unavailable", host=urlsplit(address).hostname, why=why)

    def _client(self, redirect: str = "", metadata: Mapping[str, Any] = MappingProxyType({})) -> Any:
        takes = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_form = "client_secret_basic" not in takes and "client_secret_post" in takes
        return OAuth2Client(
            self._settings.client_id, self._secret or None, scope=" ".join(self._settings.scopes),
            redirect_uri=redirect or None, code_challenge_method="S256", verify=self._trust, timeout=SECONDS,
            trust_env=False, follow_redirects=False,
            token_endpoint_auth_method="client_secret_post" if self._secret and by_form else None,
        )  # fmt: skip


def _not_believed(what: str) -> NotBelieved:
    return NotBelieved("sso.not_believed", what=what)
