"""A provider of single sign-on that can lie, for what no real one says: on loopback, with keys of its own."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT = "kb"
_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
Change = Callable[[dict[str, Any]], None]


class LyingProvider:
    """It signs everybody in as Anna, and says what the fields make of it."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = _KEY
        self.told = self.key  # the key it shows
        self.change_metadata: Change = lambda metadata: None
        self.change_claims: Change = lambda claims: None
        self.change_token: Change = lambda token: None
        self.userinfo: Any = {"sub": "u-1", "groups": ["hr"]}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.asked: list[str] = []  # the paths
        self.sent: list[dict[str, list[str]]] = []  # the fields that came with them
        self.nonce = ""

    def signed(self, claims: dict[str, Any]) -> str:
        return str(jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key))

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def by_secret(self, secret: str) -> Callable[[dict[str, Any]], str]:
        return lambda claims: str(jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret), algorithms=["HS256"]))

    def sign_in(self, address: str) -> dict[str, str]:
        """What the browser brings back from an address of the service."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce = query["nonce"]
        return {"state": query["state"], "code": "one"}

    def metadata(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        self.change_metadata(told)
        return told

    def token(self) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "preferred_username": "anna",
        }  # fmt: skip
        self.change_claims(claims)
        token = {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": self.sign(claims)}
        self.change_token(token)
        return token

    def answer(self, path: str) -> Any:
        self.asked.append(path)
        return {
            "/.well-known/openid-configuration": self.metadata,
            "/jwks": lambda: KeySet([self.told]).as_dict(private=False),
            "/token": self.token,
            "/me": lambda: self.userinfo,
        }[path]()


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@contextmanager
def lying_provider(tls: ssl.SSLContext | None = None) -> Iterator[LyingProvider]:
    """Run one, over TLS where that is given."""
    provider = LyingProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.sent.append(parse_qs(self.rfile.read(int(self.headers.get("content-length", 0))).decode()))
            body = json.dumps(provider.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def handle(self) -> None:
            with suppress(ssl.SSLError):  # who connects does not believe the certificate
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        provider.issuer = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
