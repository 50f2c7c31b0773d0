"""Signing in by a real provider: accounts at the first time, groups and roles anew each time, and who stays out."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from kb.config import Settings, SsoSettings
from kb.errors import ConfigError, UsageError
from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.store.database import Database
from tests.kb.people.conftest import quick_hashes
from tests.ui.serving import SETTINGS, Served, opened, serving
from tests.ui.sso.lying_provider import lying_provider
from tests.ui.sso.real_provider import PEOPLE, SECRET, RealProvider, real_provider
from ui.service.replies import Reply
from ui.service.sessions import Sessions
from ui.service.sign_in import SignIn
from ui.service.sign_in_page import SSO, SSO_BACK
from ui.service.throttle import Throttle
from ui.service.visitors import Visitors
from ui.sso.single_sign_on import SingleSignOn

OWN = "a lantern by the canal"
CLIENT = {"client_id": "kb", "label": "Lantern login"}

__all__ = ["quick_hashes"]


@pytest.fixture(scope="module")
def running() -> Iterator[RealProvider]:
    with real_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: RealProvider) -> RealProvider:
    running.has(PEOPLE)
    return running


def with_sso(**values: Any) -> Settings:
    return Settings.model_validate(SETTINGS.model_dump() | {"people": {"sso": values}})


@contextmanager
def served(home: Path, issuer: str, **sso: Any) -> Iterator[Served]:
    """A service with an account of its own, and groups, that knows a provider."""
    secret = home / "secret-of-client"
    secret.write_text(f"{SECRET}\n")
    values = {"issuer": issuer, "client_secret_file": str(secret), **CLIENT, **sso}
    with opened(home / "home", settings=with_sso(**values)) as kb, serving(kb) as service:
        people = service.service.people
        people.add("li", by="local", password=OWN)
        for group in ("HR", "IT", "Staff"):
            people.add_group(group, by="li")
        yield service


@contextmanager
def visit(served: Served) -> Iterator[httpx.Client]:
    """A browser."""
    with httpx.Client(base_url=served.running.origin, trust_env=False, timeout=60) as browser:
        browser.headers["sec-fetch-site"] = "same-origin"
        yield browser


def sent(browser: httpx.Client, place: str = "/") -> str:
    """Where the service sends a browser."""
    reply = browser.get(SSO, params={"next": place})
    assert reply.status_code == 303, reply.text
    return reply.headers["location"]


def sign_in(browser: httpx.Client, provider: RealProvider, login: str, place: str = "/") -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=60) as at_provider:
        return browser.get(provider.come_back(at_provider, sent(browser, place), login))


def me(browser: httpx.Client) -> str:
    """Who a browser is signed in as."""
    return str(browser.get("/api/me").json()["name"])


def failures(served: Served) -> list[Any]:
    rows = served.http.get("audit").json()["audit"]
    return [row["detail"]["reason"] for row in rows if row["action"] == "sign_in_failed"]


def test_the_first_time_there_is_an_account_with_name_groups_and_a_collection(
    tmp_path: Path, provider: RealProvider
) -> None:
    with served(tmp_path, provider.issuer) as service, visit(service) as browser:
        page = browser.get("/sign-in?next=/documents&lang=zh")
        assert "通过 Lantern login 登录" in page.text
        assert f'href="{SSO}?next=%2Fdocuments"' in page.text
        let_in = sign_in(browser, provider, "u-1001", "/documents?c=x")
        assert let_in.status_code == 200, let_in.text
        assert 'content="0;url=/documents?c=x"' in let_in.text
        strict, over = let_in.headers.get_list("set-cookie")
        assert "SameSite=Strict" in strict
        assert "Max-Age=0" in over
        assert me(browser) == "anna"
        account = service.service.people.find("anna")
        assert (account.role, account.full_name, account.groups) == ("reader", "Anna de Vries", ("hr", "staff"))
        assert (account.issuer, bool(account.own_collection)) == (provider.issuer, True)
        rows = service.http.get("audit").json()["audit"]
        acts = [(row["action"], row["asker"], row["detail"].get("issuer")) for row in rows if row["subject"] == "anna"]
        assert ("sign_in", "anna", provider.issuer) in acts
        assert ("person_added", "sso", provider.issuer) in acts

        assert browser.delete("/api/sessions/current").status_code == 200
        assert browser.get("/api/me").status_code == 401
        with visit(service) as other:  # with a password, as before
            reply = other.post("/sign-in", data={"name": "li", "password": OWN})
            assert reply.status_code == 303
            assert me(other) == "li"


def test_groups_names_and_roles_follow_the_provider_at_each_sign_in(tmp_path: Path, provider: RealProvider) -> None:
    with served(tmp_path, provider.issuer, roles={"it": "admin", "HR": "auditor"}) as service:
        people = service.service.people

        def after(login: str, /, **claims: Any) -> tuple[str, str, tuple[str, ...]]:
            """The account of who has these claims, after signing in with them."""
            provider.has({login: claims})
            with visit(service) as browser:
                assert sign_in(browser, provider, login).status_code == 200
                account = people.find(me(browser))
            return account.name, account.role, account.groups

        assert after("u-1001", preferred_username="anna", groups=["HR", "x"]) == ("anna", "auditor", ("hr",))
        assert people.find("anna").full_name == ""
        claims = {"name": "Anna Smit", "preferred_username": "somebody", "groups": ["IT", "HR"]}
        assert after("u-1001", **claims) == ("anna", "admin", ("hr", "it"))
        assert people.find("anna").full_name == "Anna Smit"
        with visit(service) as browser:
            sign_in(browser, provider, "u-1001")
            assert browser.get("/api/users").status_code == 200
            assert after("u-1001", preferred_username="anna") == ("anna", "reader", ())
            assert browser.get("/api/users").status_code == 403  # in the older session too

        assert after("u-1", preferred_username="boss", groups=["it"])[1] == "admin"
        people.change("li", by="boss", role="reader")
        provider.has({"u-1": {"preferred_username": "boss", "groups": []}})
        with visit(service) as browser:
            refused = sign_in(browser, provider, "u-1")
            assert (refused.status_code, "last admin" in refused.text) == (401, True)
        assert failures(service) == ["last_admin"]


def test_who_is_disabled_not_allowed_or_has_anothers_name_stays_out(tmp_path: Path, provider: RealProvider) -> None:
    with served(tmp_path, provider.issuer, allowed_groups=["hr"]) as service:
        people = service.service.people
        with visit(service) as browser:
            refused = sign_in(browser, provider, "u-1002")
            assert (refused.status_code, "in no group" in refused.text) == (401, True)
            assert people.get("wang.wei") is None
            provider.has({"u-7": {"preferred_username": "LI", "groups": ["HR"]}})
            refused = sign_in(browser, provider, "u-7")
            assert (refused.status_code, "another account of your name" in refused.text) == (401, True)
            provider.has({"u-8": {"preferred_username": "a b", "groups": ["HR"]}, "u-9": {"groups": ["HR"]}})
            for login in ("u-8", "u-9"):
                assert "no name for you" in sign_in(browser, provider, login).text
            provider.has(PEOPLE)
            sign_in(browser, provider, "u-1001")
            people.change("anna", by="li", enabled=False)
            assert browser.get("/api/me").status_code == 401
            refused = sign_in(browser, provider, "u-1001")
            assert (refused.status_code, "disabled" in refused.text) == (401, True)
            assert not [cookie for cookie in refused.headers.get_list("set-cookie") if "Max-Age=0" not in cookie]
            assert browser.get("/api/me").status_code == 401
        assert failures(service) == ["disabled", "name", "name", "name_taken", "not_allowed"]


def test_what_came_back_works_once_and_in_the_browser_that_began(tmp_path: Path, provider: RealProvider) -> None:
    with served(tmp_path, provider.issuer) as service, visit(service) as browser, visit(service) as other:
        with httpx.Client(trust_env=False, timeout=60) as at_provider:
            back = provider.come_back(at_provider, sent(browser), "u-1001")
            assert other.get(back).status_code == 401  # another's browser: login CSRF
            assert other.cookies.jar.__len__() == 0
            kept = dict(browser.cookies)
            assert browser.get(back).status_code == 200
            browser.cookies.clear()
            browser.cookies.update(kept)
            again = browser.get(back)
            assert (again.status_code, "not valid any more" in again.text) == (401, True)

            # the code of that sign-in in another one
            code = parse_qs(urlsplit(back).query)["code"][0]
            state = parse_qs(urlsplit(sent(other)).query)["state"][0]
            answer = {"code": code, "state": state, "iss": provider.issuer}
            replayed = other.get(SSO_BACK, params=answer)
            assert (replayed.status_code, "used already" in replayed.text) == (401, True)
            assert other.get("/api/me").status_code == 401
        for query in ("", "state=x&code=y", "state=x&state=y", "error=access_denied"):
            refused = other.get(f"{SSO_BACK}?{query}")
            assert (refused.status_code, "<form" in refused.text) == (401, True)
        state = parse_qs(urlsplit(sent(other)).query)["state"][0]
        refused = other.get(SSO_BACK, params={"state": state, "iss": provider.issuer, "error": "access_denied"})
        assert (refused.status_code, "did not sign you in" in refused.text) == (401, True)
        assert other.post(SSO, headers={"origin": service.running.origin}).status_code == 405
        assert other.get(f"{SSO_BACK}?{'a=b&' * 500}").status_code == 401
        assert failures(service) == []  # nobody was vouched for: whoever passes by writes no records


def test_the_session_is_a_new_one_and_the_place_is_our_own(tmp_path: Path, provider: RealProvider) -> None:
    with served(tmp_path, provider.issuer) as service, visit(service) as browser:
        sign_in(browser, provider, "u-1001", "//evil.example/x")
        [first] = service.service.sessions.all()
        assert browser.get(SSO).headers["location"] == "/"  # signed in already
        browser.cookies.clear()
        let_in = sign_in(browser, provider, "u-1001", "//evil.example/x")
        assert "evil.example" not in let_in.headers.get("location", "")
        assert 'content="0;url=/x"' in let_in.text
        assert [s.id != first.id for s in service.service.sessions.all("anna")] == [False, True]


def test_over_tls_it_comes_back_to_the_name_that_people_use_and_cookies_are_of_this_host(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db")
    people, sessions = People(database), Sessions(database)
    people.add("li", by="local", password=OWN)
    visitors = Visitors("t" * 43, tmp_path, sessions, people, ApiTokens(database, people), secure=True)

    def asked(path: str, query: str, cookie: str = "") -> Reply:
        headers = [(b"host", b"kb.example.org"), (b"cookie", cookie.encode())]
        scope = {
            "type": "http", "method": "GET", "scheme": "https", "path": path, "query_string": query.encode(),
            "headers": headers, "client": ("192.0.2.7", 1),
        }  # fmt: skip
        reply = asyncio.run(sign_in.reply(scope, None, None))
        assert reply is not None
        return reply

    with lying_provider() as there:
        sso = SingleSignOn.of(SsoSettings(issuer=there.issuer, client_id="kb"), people, database)
        sign_in = SignIn(people, sessions, Throttle(database), visitors, sso)
        begun = asked(SSO, "next=/documents")
        address, cookie = (dict(begun.headers)[name].decode() for name in (b"location", b"set-cookie"))
        assert parse_qs(urlsplit(address).query)["redirect_uri"] == [f"https://kb.example.org{SSO_BACK}"]
        name, *flags = cookie.split("; ")
        assert name.startswith("__Host-kb-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
        done = asked(SSO_BACK, urlencode(there.sign_in(address)), name)
    assert done.status == 200
    strict = next(value.decode() for key, value in done.headers if key == b"set-cookie")
    assert strict.startswith(f"{visitors.cookie}=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(strict.split("; "))
    sessions.close()
    database.close()


def test_a_client_without_a_secret_and_claims_in_the_token(tmp_path: Path) -> None:
    with (
        real_provider(userinfo=False) as provider,
        served(tmp_path, provider.issuer, client_id="open", client_secret_file="", role="editor") as service,
        visit(service) as browser,
    ):
        sign_in(browser, provider, "u-1002")
        account = service.service.people.find(me(browser))
        assert (account.name, account.full_name, account.role) == ("wang.wei", "王伟", "editor")
        assert account.groups == ("it",)


def test_a_wrong_secret_and_a_provider_that_is_down_or_lies_are_said_and_open_nothing(
    tmp_path: Path, provider: RealProvider
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("another secret")
    (tmp_path / "one").mkdir()
    with served(tmp_path / "one", provider.issuer, client_secret_file=str(wrong)) as service, visit(service) as browser:
        refused = sign_in(browser, provider, "u-1001")
        assert (refused.status_code, "client_id" in refused.text) == (503, True)

    (tmp_path / "two").mkdir()
    with lying_provider() as there, served(tmp_path / "two", there.issuer) as service, visit(service) as browser:
        there.change_claims = lambda claims: claims.update(nonce="of another")
        refused = browser.get(SSO_BACK, params=there.sign_in(sent(browser)))
        assert (refused.status_code, "not believed (nonce)" in refused.text) == (401, True)
        assert failures(service) == ["provider"]
        state = there.sign_in(sent(browser))
        issuer, there.issuer = there.issuer, "https://other.example"
        told = service.service.gate._sign_in._sso._provider  # type: ignore[union-attr]
        told._discovery = None
        refused = browser.get(SSO_BACK, params=state, headers={"accept": "application/json"})
        error = refused.json()["error"]
        assert (refused.status_code, error["kind"]) == (503, "ProviderUnavailable")
        assert "says that it is https://other.example" in error["message"]
        there.issuer = issuer

    (tmp_path / "three").mkdir()
    with served(tmp_path / "three", there.issuer) as service, visit(service) as browser:  # it is gone by now
        down = browser.get(SSO, headers={"accept-language": "zh-CN"})
        assert (down.status_code, "登录提供方目前不可用" in down.text, "<form" in down.text) == (503, True, True)
        assert browser.get("/api/me").status_code == 401


def test_who_signs_in_elsewhere_has_no_password_here(tmp_path: Path, provider: RealProvider) -> None:
    with served(tmp_path, provider.issuer) as service, visit(service) as browser:
        sign_in(browser, provider, "u-1001")
        people = service.service.people
        for call in (
            lambda: people.set_password("anna", OWN, by="li"),
            lambda: people.new_password("anna", by="li"),
            lambda: people.change_password("anna", "", OWN),
        ):
            with pytest.raises(UsageError, match="has no password here"):
                call()
        assert browser.get("/sign-in/password").headers["location"] == "/"
        for password in ("", "!", OWN):
            with visit(service) as other:
                refused = other.post("/sign-in", data={"name": "anna", "password": password})
                assert refused.status_code == 401


def test_without_accounts_the_owner_notices_nothing(tmp_path: Path, provider: RealProvider) -> None:
    settings = with_sso(issuer=provider.issuer, client_id="kb")
    with opened(tmp_path, settings=settings) as kb, serving(kb) as service, visit(service) as browser:
        for path in (SSO, SSO_BACK, "/sign-in"):
            reply = browser.get(path)
            assert (reply.status_code, "kb open" in reply.text) == (401, True)


def test_the_secret_is_taken_out_of_the_environment_and_shown_nowhere(
    tmp_path: Path, provider: RealProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_SSO_CLIENT_SECRET", SECRET)
    with served(tmp_path, provider.issuer, client_secret_file="") as service, visit(service) as browser:
        assert "KB_SSO_CLIENT_SECRET" not in os.environ
        assert SECRET not in str(service.service.kb.settings.model_dump())
        assert sign_in(browser, provider, "u-1001").status_code == 200
    for text in (None, "\n"):
        (tmp_path / "secret").unlink(missing_ok=True)
        if text:
            (tmp_path / "secret").write_text(text)
        with (
            pytest.raises(ConfigError, match="client_secret_file"),
            served(tmp_path, provider.issuer, client_secret_file=str(tmp_path / "secret")),
        ):
            pass
