"""The page People: its markup."""

import pytest

from kb.people.accounts import Account
from kb.people.api_tokens import ApiToken
from tests.ui.html.test_sanitise import HOSTILE, elements
from ui.html import people as html_people
from ui.words.strings import Strings

EN = Strings("en")
AT = "2026-11-25T10:00:00.000+00:00"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_becomes_markup_whatever_came_into_the_catalog(hostile: str) -> None:
    account = Account(hostile, hostile, "editor", True, (hostile,), (hostile,), AT, issuer=hostile)
    token = ApiToken(hostile, hostile, hostile, ("search",), AT, AT)
    for html in (
        html_people.accounts([account], EN),
        html_people.groups({hostile: [hostile]}, EN),
        html_people.tokens([token], EN),
        html_people.shown_once(hostile, hostile, hostile, EN),
    ):
        for tag, attributes in elements(html).elements:
            assert tag in ("ul", "li", "div", "span", "button", "b", "code", "svg", "path")
            assert not [name for name, _ in attributes if name.startswith("on") or name in ("href", "src", "style")]


def test_who_signs_in_at_a_provider_is_said_to_and_gets_no_password_here() -> None:
    own, provided = (Account("anna", "", "reader", True, (), (), AT, issuer=issuer) for issuer in ("", "https://x"))
    for account, says, offers in ((own, False, True), (provided, True, False)):
        html = html_people.accounts([account], EN)
        assert ("single sign-on" in html, "New one-time password" in html) == (says, offers)
