"""Quantities in the units of another text."""

import pytest

from kb.checking.citations import cite
from kb.language.quantities import in_units_of
from tests.kb.passages import passage


@pytest.mark.parametrize(
    ("claim", "source", "told"),
    [
        ("for two years", "24 months", "for 24 months"),
        ("时长为两年", "24 months", "时长为24个月"),
        ("1个小时", "60分钟", "60分钟"),
        ("90 minutes", "It takes 1.5 hours.", "1.5 hours"),
        ("in 48 hours", "within 2 days", "in 2 days"),
        ("in 48 hours", "within 2 working days", "in 48 hours"),
        ("in 48 hours", "within two full days", "in 2 days"),
        ("two full days", "48 hours", "48 hours"),
        ("in three quarters of an hour", "45 min", "in 45 minutes"),
        ("1.5 km away", "1,500 m", "1500 m away"),
        ("1.5 km away", "1,600 m", "1.5 km away"),
        ("10,000 m² of land", "1 ha", "1 ha of land"),
        ("5 t", "5,000 kg", "5000 kg"),
        ("0.5 l", "500 millilitres", "500 millilitres"),
        ("2 TB", "2048 GB", "2048 GB"),
        ("2 TB", "2000 GB", "2000 GB"),
        ("2 TB", "2100 GB", "2 TB"),
        ("功率2千瓦", "2000 W", "功率2000瓦"),
        ("2 MW", "2000 mW", "2 MW"),  # milliwatts
        ("2 years", "2 years, or 24 months", "2 years"),
        ("0 years", "0 months", "0 years"),
    ],
)
def test_a_quantity_is_told_in_the_unit_of_the_source(claim: str, source: str, told: str) -> None:
    assert in_units_of(claim, source) == told


def test_the_claim_is_put_as_its_source_counts() -> None:
    assert in_units_of("填写一份表", "填写表") == "填写表"
    assert in_units_of("One form, one manager", "two managers") == " form, one manager"
    assert in_units_of("$2,018mn", "USD million | 2,018") == "$2,018"


@pytest.mark.parametrize(
    ("claim", "source", "told"),
    [
        ("It takes two years.", "It takes 24 months.", "It takes 24 months."),
        ("It takes 24 months.", "It takes 2 years.", "It takes 2 years."),
        ("It takes 1.5 years.", "It takes 18 months.", "It takes 18 months."),
        ("It takes 14 days.", "It takes two weeks.", "It takes 2 weeks."),
        ("It takes 2 weeks.", "It takes 14 days.", "It takes 14 days."),
        ("It takes 48 hours.", "It takes 2 days.", "It takes 2 days."),
        ("It takes 2 hours.", "It takes 120 minutes.", "It takes 120 minutes."),
        # no whole number of them, another number, or the source has it as it is
        ("It takes 18 months.", "It takes 1.5 years.", "It takes 1.5 years."),
        ("It takes 25 months.", "It takes 2 years.", "It takes 25 months."),
        ("It takes 3 years.", "It takes 24 months.", "It takes 3 years."),
        ("It takes 2 years.", "It takes 2 months.", "It takes 2 years."),
        ("It takes 2 years.", "It takes 2 years, or 24 months.", "It takes 2 years."),
        ("It takes 2 years.", "The 24 are here for months.", "It takes 2 years."),
        # each in its own language
        ("为期两年。", "为期24个月。", "为期24个月。"),
        ("为期24个月。", "为期两年。", "为期2年。"),
        ("为期36个月。", "为期两年。", "为期36个月。"),
        ("It takes two years.", "为期24个月。", "It takes 24 months."),
        ("他是三年级学生。", "他学了36个月。", "他是三年级学生。"),
    ],
)
def test_a_length_of_time_is_put_in_the_unit_of_its_source(claim: str, source: str, told: str) -> None:
    assert in_units_of(claim, source) == told


@pytest.mark.parametrize(
    ("claim", "source", "told"),
    [
        ("It takes three quarters of an hour.", "It takes 45 minutes.", "It takes 45 minutes."),
        ("It takes a quarter of an hour.", "It takes 15 minutes.", "It takes 15 minutes."),
        ("It takes three quarters of an hour.", "Three quarters of an hour.", "It takes three quarters of an hour."),
        ("要一刻钟到三刻钟。", "要15分钟到45分钟。", "要15分钟到45分钟。"),
        ("It lasts three quarters.", "It lasts 9 months.", "It lasts three quarters."),
    ],
)
def test_quarters_of_an_hour_are_minutes(claim: str, source: str, told: str) -> None:
    assert in_units_of(claim, source) == told


@pytest.mark.parametrize(
    ("claim", "state"),
    [
        ("The pump draws 1.2 kW [1].", "confirmed"),
        ("The pump draws 12 kW [1].", "not_found"),
        ("The pump draws 120 W [1].", "not_found"),
    ],
)
def test_a_claim_in_another_unit_is_confirmed_where_it_is_the_same(claim: str, state: str) -> None:
    source = passage(1, "The pump draws 1,200 W. It weighs 14 kg.", title="Pump")
    assert [each.state for each in cite(claim, [source], "en", "How much power does the pump draw?").claims] == [state]
