"""When two numbers are the same to people, and when they are not; and where an answer gives its number."""

from decimal import Decimal

import pytest

from kb.evaluation import scoring
from kb.evaluation.quantities import Quantity, quantities, same, states


def one(text: str) -> Quantity:
    [found] = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "value", "decimals", "magnitude", "percent"),
    [
        ("$1,234.50 million", "1234.50", 2, 6, False),
        ("12.3%", "12.3", 1, 0, True),
        ("5 percent", "5", 0, 0, True),
        ("1.2万", "1.2", 1, 4, False),
        ("百分之五", "5", 0, 0, True),
        ("(35.3) bn", "35.3", 1, 9, False),
        ("$4k", "4", 0, 3, False),
        ("7b", "7", 0, 0, False),
        (".5", "0.5", 1, 0, False),
    ],
)
def test_a_quantity_is_read_as_it_is_written(
    text: str, value: str, decimals: int, magnitude: int, percent: bool
) -> None:
    found = one(text)
    assert (found.value, found.decimals, found.magnitude, found.percent) == (
        Decimal(value), decimals, magnitude, percent,
    )  # fmt: skip


def test_dates_and_parts_of_names_are_no_quantities() -> None:
    assert list(quantities("On January 15, 2024 and 2024-03-01, INC-2025, v1.2.3 and T5 were seen.")) == []


@pytest.mark.parametrize(
    ("said", "gold"),
    [
        ("$11,588 million", "11588"),
        ("8.7 billion", "$8.70"),
        ("30.8%", "0.308"),
        ("0.0142", "0.01"),
        ("1.42%", "0.01"),
        ("10.28%", "10.3%"),
        ("389 million", "$0.389 billion"),
        ("42.67", "42.69"),
        ("4,200", "4.2 thousand"),
        ("1.2亿", "120 million"),
        ("302,578", "302.578"),
    ],
)
def test_rounding_scale_and_magnitude_make_no_difference(said: str, gold: str) -> None:
    assert same(one(said), one(gold))


@pytest.mark.parametrize(
    ("said", "gold"),
    [
        ("2019", "2018"),
        ("15", "150"),
        ("15", "16"),
        ("1,234", "1,235"),
        ("5 million", "5 billion"),
        ("30.8%", "0.318"),
        ("1.61%", "0.01"),
        ("15", "15000"),
        ("2019", "2.019%"),
        ("0", "0.4"),
        ("7", "7 billion"),
    ],
)
def test_other_numbers_are_others(said: str, gold: str) -> None:
    assert not same(one(said), one(gold))


def test_an_answer_gives_its_number_at_its_beginning_or_its_end() -> None:
    steps = ["Take 12 first.", "Add 30.", "That makes 42.", "Divide by 7.", "Six times 9 is 54.", "So it is 99."]
    text = " ".join(steps)
    assert states(text, one("12"))
    assert states(text, one("99"))
    assert not states(text, one("42"))


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("0.308", "Revenue grew by 30.8%.", True),
        ("15 days", "You get 15.0 days.", True),
        ("15", "From -15 to 20.", False),
        ("15.5 kg", "It weighs 15.52 kg.", True),
        ("15 days", "You get 15 weeks.", False),
        ("$60", "It costs 60 euros.", False),
        ("$400,000,000 increase.", "An increase of $400 million.", True),
        ("2018", "In 2019.", False),
    ],
)
def test_a_gold_that_is_one_number_keeps_its_unit_and_currency(gold: str, answer: str, right: bool) -> None:
    assert scoring.is_right(answer, [gold]) is right
