"""A figure is of its year and of its subject: reports made at random, of which the value of another year, quarter or
company is claimed, too."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from kb.checking.citations import cite
from kb.language.language import language_of
from tests.kb.passages import passage

# Text, question, claim, and whether the text states it of what was asked.
Trial = tuple[str, str, str, bool]

_COMPANIES = ["Northwind Freight", "Calder Foods", "Orbis Energy", "Tavira Glass"]
_COMPANIES_ZH = ["长江机械", "海宁纺织", "东湖光电", "北岭食品"]
_FIGURES = ["revenue", "net profit", "export volume"]
_FIGURES_ZH = ["营业收入", "净利润", "出口额"]


def _years(random: Random) -> Iterator[Trial]:
    old, new = random.sample(range(110, 990), 2)
    year, who, what = random.randint(2015, 2022), random.choice(_COMPANIES), random.choice(_FIGURES)
    for text in (
        f"In {year}, {who} grew. {what.capitalize()} was {old} million euros in {year}, and {new} million euros in "
        f"{year + 1}.",
        f"In {year}, {what} of {who} came to {old} million euros. In {year + 1}, it came to {new} million euros.",
        f"{who} reported {what} of {new} million euros for {year + 1}, up from {old} million euros in {year}.",
    ):
        for asked, right in ((year, old), (year + 1, new)):
            for value in (old, new):
                claim = f"The {what} of {who} in {asked} was {value} million euros."
                yield text, f"What was the {what} of {who} in {asked}?", claim, value == right
    who, what = random.choice(_COMPANIES_ZH), random.choice(_FIGURES_ZH)
    for text in (
        f"{year}年，{who}{what}达{old}万元。{year + 1}年，{who}{what}达{new}万元。",
        f"{who}{year + 1}年{what}为{new}万元，较{year}年的{old}万元有所增长。",
        f"{year}年{who}{what}{old}万元，{year + 1}年{new}万元。",
    ):
        for asked, right in ((year, old), (year + 1, new)):
            for value in (old, new):
                yield text, f"{who}{asked}年{what}是多少？", f"{who}{asked}年{what}为{value}万元。", value == right


def _quarters(random: Random) -> Iterator[Trial]:
    part, whole = random.sample(range(110, 990), 2)
    year, who, what = random.randint(2015, 2022), random.choice(_COMPANIES), random.choice(_FIGURES)
    asked, claim = f"What was the {what} of {who} in {year}?", f"The {what} of {who} in {year} was {{}} million euros."
    text = (
        f"In the first quarter of {year}, {what} of {who} came to {part} million euros. For the whole of {year}, "
        f"{what} came to {whole} million euros."
    )
    yield text, asked, claim.format(part), False
    yield text, asked, claim.format(whole), True
    text = f"{who} had {what} of {part} million euros in the first quarter of {year}."
    yield text, asked, claim.format(part), False
    for quarter in ("the first quarter of", "Q1"):
        said = f"The {what} of {who} in {quarter} {year} was {part} million euros."
        yield text, f"What was the {what} of {who} in {quarter} {year}?", said, True
    who, what = random.choice(_COMPANIES_ZH), random.choice(_FIGURES_ZH)
    asked, claim = f"{who}{year}年{what}是多少？", f"{who}{year}年{what}为{{}}万元。"
    text = f"{year}年上半年，{who}{what}{part}万元。{year}年全年，{who}{what}{whole}万元。"
    yield text, asked, claim.format(part), False
    yield text, asked, claim.format(whole), True
    text = f"{year}年一季度，{who}{what}为{part}万元。"
    yield text, asked, claim.format(part), False
    yield text, f"{who}{year}年第一季度{what}是多少？", f"{who}{year}年第一季度{what}为{part}万元。", True


def _forecasts(random: Random) -> Iterator[Trial]:
    value, year = random.randint(110, 990), random.randint(2015, 2022)
    who, what = random.choice(_COMPANIES), random.choice(_FIGURES)
    asked, claim = (
        f"What was the {what} of {who} in {year}?",
        f"The {what} of {who} in {year} was {value} million euros.",
    )
    text = f"Analysts expect {who} to reach {what} of {value} million euros in {year}."
    yield text, asked, claim, False
    said = f"Analysts expect {what} of {value} million euros in {year}."
    yield text, f"What {what} do analysts expect of {who} in {year}?", said, True
    yield f"The {what} of {who} in {year} was {value} million euros, above what was expected.", asked, claim, True
    who, what = random.choice(_COMPANIES_ZH), random.choice(_FIGURES_ZH)
    asked, claim = f"{who}{year}年{what}是多少？", f"{who}{year}年{what}为{value}万元。"
    text = f"分析师预计{who}{year}年{what}将达{value}万元。"
    yield text, asked, claim, False
    yield text, f"分析师预计{who}{year}年{what}是多少？", f"分析师预计{who}{year}年{what}将达{value}万元。", True
    yield f"{who}{year}年{what}为{value}万元，好于预期。", asked, claim, True
    yield f"{who}超过预期目标，{year}年{what}为{value}万元。", asked, claim, True


def _two_companies(random: Random) -> Iterator[Trial]:
    first, second = random.sample(range(110, 990), 2)
    (one, other), what = random.sample(_COMPANIES, 2), random.choice(_FIGURES)
    for text in (
        f"{one} reported {what} of {first} million euros. {other} reported {what} of {second} million euros.",
        f"{what.capitalize()} of {one} was {first} million euros, while {what} of {other} was {second} million euros.",
    ):
        for a, b in ((first, second), (second, first)):
            claim = f"The {what} of {one} was {a} million euros, and the {what} of {other} was {b} million euros."
            yield text, f"What was the {what} of {one} and {other}?", claim, a == first
            said = f"The {what} of {one} was {a} million euros."
            yield text, f"What was the {what} of {one}?", said, a == first
    (one, other), what = random.sample(_COMPANIES_ZH, 2), random.choice(_FIGURES_ZH)
    for text in (
        f"{one}{what}为{first}万元。{other}{what}为{second}万元。",
        f"{one}{what}达{first}万元，{other}{what}达{second}万元。",
    ):
        for a, b in ((first, second), (second, first)):
            claim = f"{one}的{what}为{a}万元，{other}的{what}为{b}万元。"
            yield text, f"{one}和{other}的{what}分别是多少？", claim, a == first
            yield text, f"{one}的{what}是多少？", f"{one}的{what}为{a}万元。", a == first


def _another_company(random: Random) -> Iterator[Trial]:
    value, (one, other), what = random.randint(110, 990), random.sample(_COMPANIES, 2), random.choice(_FIGURES)
    asked, claim = f"What was the {what} of {one}?", f"The {what} of {one} was {value} million euros."
    yield f"{one} opened a plant. {other} reported {what} of {value} million euros.", asked, claim, False
    yield f"{one} opened a plant. It reported {what} of {value} million euros.", asked, claim, True
    yield f"{one} opened a plant. {what.capitalize()} was {value} million euros.", asked, claim, True
    yield f"{one} opened a plant. Last year the {what} was {value} million euros.", asked, claim, True
    (one, other), what = random.sample(_COMPANIES_ZH, 2), random.choice(_FIGURES_ZH)
    asked, claim = f"{one}的{what}是多少？", f"{one}的{what}为{value}万元。"
    yield f"{one}在当地建厂。{other}的{what}为{value}万元。", asked, claim, False
    yield f"{one}在当地建厂，{what}为{value}万元。", asked, claim, True


def _dates_alone(random: Random) -> Iterator[Trial]:
    name, day = random.choice(["Orion", "Vela", "Lyra"]), random.randint(1, 28)
    date = f"{random.choice(['March', 'May', 'June'])} {day}, {random.randint(2015, 2022)}"
    asked, claim = f"When was {name} released?", f"{name} was released on {date}."
    yield f"{date} ... When {name} was released last year, it sold well. It was praised.", asked, claim, False
    text = f"{date} was the day on which {name} was released. It was praised."
    yield text, asked, claim, True
    yield text, asked.lower(), claim, True
    yield f"Work on {name} ended late. It was released on {date}.", asked, claim, True


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("family", [_years, _quarters, _forecasts, _two_companies, _another_company, _dates_alone])
def test_a_figure_is_confirmed_of_its_year_and_subject_alone(
    family: Callable[[Random], Iterator[Trial]], seed: int
) -> None:
    for text, question, claim, right in family(Random(seed)):
        found = cite(claim, [passage(1, text)], language_of(question), question).claims[0].supported
        assert found == right, (text, question, claim)


@pytest.mark.parametrize(
    ("text", "question", "claim", "right"),
    [
        ("王芳因违规被禁赛六年。", "谁被终身禁赛？", "王芳被终身禁赛。", False),
        ("王芳因违规被终身禁赛。", "谁被终身禁赛？", "王芳被终身禁赛。", True),
        ("Li Wei was banned for six years.", "Who was banned for life?", "Li Wei was banned for life.", False),
        ("Li Wei was banned for life.", "Who was banned for life?", "Li Wei was banned for life.", True),
    ],
)
def test_what_holds_for_a_while_does_not_hold_for_ever(text: str, question: str, claim: str, right: bool) -> None:
    assert cite(claim, [passage(1, text)], language_of(question), question).claims[0].supported == right
