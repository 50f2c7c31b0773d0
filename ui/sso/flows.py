"""Flows: sign-ins that were begun here and wait for the browser to come back from the provider, each good once."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LASTS = 600  # seconds in which somebody signs in at the provider
_MOST = 20_000  # that wait; the oldest is void where there are more


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in that was begun.

    `state` comes back in the address, `nonce` in the token; the `verifier` shows the provider that who fetches the
    token is who began (PKCE, RFC 7636). `place` is where the browser goes in the end, `redirect` where it comes back.
    """

    state: str
    nonce: str
    verifier: str
    place: str
    redirect: str


@dataclass(frozen=True, slots=True)
class _PendingFlow:
    flow: Flow
    browser: bytes  # the hash of the secret that the browser which began holds in a cookie
    until: float


class Flows:
    """The flows of this process. May be used by several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._waiting: dict[str, _PendingFlow] = {}  # by state, oldest first

    def begin(self, place: str, redirect: str) -> tuple[Flow, str]:
        """A new flow, and the secret by which its browser is known again."""
        state, nonce, verifier, secret = (secrets.token_urlsafe(32) for _ in range(4))
        flow, now = Flow(state, nonce, verifier, place, redirect), self._clock()
        with self._lock:
            while self._waiting:
                first, oldest = next(iter(self._waiting.items()))
                if oldest.until > now and len(self._waiting) < _MOST:
                    break
                del self._waiting[first]
            self._waiting[flow.state] = _PendingFlow(flow, _hash(secret), now + LASTS)
        return flow, secret

    def take(self, state: str, secret: str) -> Flow | None:
        """The flow of this state, which is over thereby; None for one of another browser, too late, or never begun.

        Who knows a state and not the secret takes nothing from who does.
        """
        with self._lock:
            waiting = self._waiting.get(state)
            if waiting is None or not hmac.compare_digest(waiting.browser, _hash(secret)):
                return None
            del self._waiting[state]
        return waiting.flow if waiting.until > self._clock() else None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
