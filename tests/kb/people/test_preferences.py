"""Preferences are kept for each person, and for the owner whatever name a program gives; they go with the account."""

from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.people.accounts import People
from kb.people.permissions import owner
from kb.people.preferences import Preferences, prefer, preferences
from kb.schema import Principal
from kb.store.catalog import Catalog

CHOSEN = Preferences("zh", "dark", 128, "deepseek-r1:7b")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog.db")


def test_each_person_has_their_own_and_they_go_with_the_account(catalog: Catalog) -> None:
    people = People(catalog)
    for name in ("li", "rita"):
        people.add(name, by="owner", password="a lantern by the canal")
    li, rita = Principal("li"), Principal("rita")
    prefer(catalog, li, CHOSEN)
    assert preferences(catalog, li) == CHOSEN
    assert preferences(catalog, rita) == preferences(catalog, owner()) == Preferences()
    prefer(catalog, rita, Preferences(theme="light"))
    people.delete("rita", by="li")
    people.add("rita", by="li", password="a lantern by the canal")
    assert preferences(catalog, rita) == Preferences()
    assert preferences(catalog, li) == CHOSEN


def test_the_owner_has_one_choice_by_whatever_name_and_the_trail_tells_of_changes(catalog: Catalog) -> None:
    prefer(catalog, Principal("anna", unlimited=True), CHOSEN)
    prefer(catalog, owner(), CHOSEN)  # no change
    assert preferences(catalog, Principal("ben", unlimited=True)) == CHOSEN
    rows = [row for row in catalog.audit_rows(action="settings") if row["subject"] == "preferences"]
    assert [row["asker"] for row in rows] == ["anna"]
    prefer(catalog, owner(), Preferences())
    assert preferences(catalog, owner()) == Preferences()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Preferences("fr"), "zh, en or empty"),  # type: ignore[arg-type]
        (Preferences(theme="pink"), "system, light or dark"),  # type: ignore[arg-type]
        (Preferences(think_budget=-1), "0 to 1,000,000"),
        (Preferences(model="x" * 201), "200"),
        (Preferences(model="a\nb"), "printable"),
    ],
)
def test_what_nothing_can_be_done_with_is_refused_and_changes_nothing(
    catalog: Catalog, wrong: Preferences, why: str
) -> None:
    prefer(catalog, owner(), CHOSEN)
    with pytest.raises(UsageError, match=why):
        prefer(catalog, owner(), wrong)
    assert preferences(catalog, owner()) == CHOSEN
