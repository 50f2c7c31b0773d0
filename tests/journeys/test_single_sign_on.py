"""Somebody signs in at the provider of single sign-on, in a real browser, and is at the page they had asked for."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import Running, Visitor, shot, start
from tests.ui.sso.real_provider import SECRET, RealProvider, real_provider
from ui.service.auth import token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPTED = str(Path(__file__).parents[1] / "ui" / "scripted_page.py")
OWN = "a lantern by the canal"


@pytest.fixture
def provider() -> Iterator[RealProvider]:
    with real_provider() as running:
        yield running


@pytest.fixture
def product(tmp_path: Path, provider: RealProvider) -> Iterator[Running]:
    sso = {"issuer": provider.issuer, "client_id": "kb", "label": "灯笼统一登录"}
    env = {**os.environ, "KB_PEOPLE__SSO": json.dumps(sso), "KB_SSO_CLIENT_SECRET": SECRET}
    running = start(SCRIPTED, str(tmp_path), home=tmp_path, env=env)
    yield running
    assert running.stop() == 0


def test_by_the_provider_one_comes_to_the_page_that_was_asked_for(
    browser: "Browser", product: Running, provider: RealProvider
) -> None:
    headers = {"Authorization": f"Bearer {token_of(product.home)}"}
    with httpx.Client(base_url=f"{product.origin}/api/", headers=headers, trust_env=False, timeout=60) as api:
        assert api.post("users", json={"name": "li", "password": OWN}).status_code == 201
        assert api.post("groups", json={"name": "HR"}).status_code == 201

        context = browser.new_context(locale="zh-CN")
        visitor = Visitor(context.new_page(), f"{product.origin}/?")
        page = visitor.page
        page.goto(f"{product.origin}/documents")
        by_provider = page.get_by_role("link", name="通过 灯笼统一登录 登录")
        by_provider.wait_for()
        shot(page, "sign-in-provider")
        by_provider.click()
        page.wait_for_url(f"{provider.issuer}/**")
        page.fill('input[name="login"]', "u-1001")
        page.fill('input[name="password"]', "any")
        page.click('button[type="submit"]')
        page.click('button[type="submit"]')  # the provider asks for consent
        page.wait_for_selector('[data-testid="stFileUploader"]')
        assert page.url.startswith(f"{product.origin}/documents")
        page.get_by_role("button", name="Anna de Vries").click()
        page.get_by_text("anna（读者）").wait_for()
        assert page.get_by_text("修改密码").count() == 0
        [anna] = [each for each in api.get("users").json()["users"] if each["name"] == "anna"]
        assert (anna["groups"], anna["issuer"]) == (["hr"], provider.issuer)

        cookies = context.cookies(product.origin)
        assert [cookie["sameSite"] for cookie in cookies if cookie["name"].startswith("kb-")] == ["Strict"]
        page.get_by_role("button", name="退出登录", exact=True).click()
        page.wait_for_selector("h1:has-text('登录')")
        assert visitor.problems == []
        assert {address.partition("/auth")[0] for address in visitor.outside() if "/auth" in address} == {
            provider.issuer
        }
        context.close()
