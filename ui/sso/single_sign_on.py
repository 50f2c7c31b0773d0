"""Single sign-on: a browser is sent to the provider, and who comes back with its word has an account here."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from kb.config import SsoSettings
from kb.errors import ConfigError, ProviderUnavailable, why
from kb.files import read_regular
from kb.people.accounts import Account, People
from kb.people.provided import Admission
from kb.store.database import Database
from ui.sso.flows import Flow, Flows
from ui.sso.provider import NotBelieved, Provider

SECRET = "KB_SSO_CLIENT_SECRET"
_MOST_MB = 1  # of the file with the secret

log = logging.getLogger(__name__)


class SingleSignOn:
    """Sign-ins by a provider. What of it asks the provider takes up to some seconds."""

    def __init__(
        self, provider: Provider, people: People, admission: Admission, database: Database, issuer: str
    ) -> None:
        self._provider, self._people, self._admission = provider, people, admission
        self._database, self._issuer = database, issuer
        self._flows = Flows()

    @classmethod
    def of(cls, settings: SsoSettings, people: People, database: Database) -> "SingleSignOn | None":
        """That of the settings; None where they name no provider. Raises ConfigError."""
        if not settings.issuer:
            return None
        admission = Admission.of(settings.role, settings.roles, settings.allowed_groups)
        return cls(Provider(settings, _secret(settings)), people, admission, database, settings.issuer)

    @property
    def label(self) -> str:
        """How people call the provider."""
        return self._provider.label

    def begin(self, place: str, redirect: str) -> tuple[Flow, str, str]:
        """A sign-in that leads to `place`: the flow, the browser's secret, and where it is sent.

        Raises ProviderUnavailable.
        """
        flow, secret = self._flows.begin(place, redirect)
        try:
            return flow, secret, self._provider.address(flow)
        except ProviderUnavailable as error:
            self._flows.take(flow.state, secret)
            log.warning("single sign-on: %s", error)
            raise

    def take(self, state: str, secret: str) -> Flow | None:
        """The flow that a browser comes back with, which is over thereby; None where it is not one of its own."""
        return self._flows.take(state, secret)

    def finish(self, flow: Flow, answer: Mapping[str, str]) -> Account:
        """Whose account the answer opens. Raises SignInRefused, ProviderUnavailable, StorageFull, HomeError."""
        try:
            who = self._provider.identity(flow, answer)
        except ProviderUnavailable as error:
            log.warning("single sign-on: %s", error)
            raise
        except NotBelieved:
            self._database.audit("", "sign_in_failed", "", {"reason": "provider", "issuer": self._issuer})
            raise
        return self._people.sign_in_provided(who, self._admission)


def _secret(settings: SsoSettings) -> str:
    """The client's secret: of the environment, from which it is taken so that no process started later has it, or of
    the file; "" for a client without one. Raises ConfigError.
    """
    given = os.environ.pop(SECRET, "").strip()
    if given or not settings.client_secret_file:
        return given
    file = Path(settings.client_secret_file).expanduser()
    try:
        secret = read_regular(file, _MOST_MB).decode().strip()
    except (OSError, ValueError) as error:
        raise ConfigError("sso.secret_unreadable", file=file, why=why(error)) from None
    if not secret:
        raise ConfigError("sso.secret_empty", file=file)
    return secret
