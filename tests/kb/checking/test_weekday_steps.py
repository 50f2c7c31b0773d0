"""What holds on some days of the week: who asks about a Tuesday finds what is said of Monday to Friday."""

from collections.abc import Iterator
from random import Random

import pytest

from kb.checking.citations import cite
from kb.schema import Language
from tests.kb.passages import passage

_ENGLISH = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_HAN = "一二三四五六日"
_PLACES = ["canteen", "library", "swimming pool", "post office", "car wash"]
_PLACES_ZH = ["食堂", "图书馆", "游泳馆", "邮局", "洗车房"]


def _hours(random: Random) -> Iterator[tuple[Language, str, str, list[str], int]]:
    """Opening hours in tables and prose of both languages; a question about a day, the sentences that give the hours of
    each row, and which of these is right."""
    last = random.choice([3, 4])  # the first row is Monday to Thursday or Friday
    rows = [(0, last), (last + 1, 5), (6, 6)]
    day = random.randrange(7)
    right = next(at for at, (first, end) in enumerate(rows) if first <= day <= end)
    hours = list(zip(random.sample(range(6, 12), 3), random.sample(range(13, 22), 3), strict=True))
    at = random.randrange(len(_PLACES))
    place, place_zh, name, han = _PLACES[at], _PLACES_ZH[at], _ENGLISH[day], f"周{_HAN[day]}"
    short = [f"{_ENGLISH[a]} to {_ENGLISH[b]}" if a < b else _ENGLISH[a] for a, b in rows]
    zh = [f"周{_HAN[a]}至周{_HAN[b]}" if a < b else f"周{_HAN[a]}" for a, b in rows]
    question, question_zh = f"When is the {place} open on {name}?", f"{place_zh}{han}几点开门，几点关门？"
    answers = [f"On {name} the {place} is open from {a}:00 to {b}:00." for a, b in hours]
    answers_zh = [f"{place_zh}{han}{a}:00开门，{b}:00关门。" for a, b in hours]
    table = "\n".join(["Days | Open", *(f"{d} | {a}:00–{b}:00" for d, (a, b) in zip(short, hours, strict=True))])
    yield "en", table, question, answers, right
    table = "\n".join(["时间 | 开放时段", *(f"{d} | {a}:00-{b}:00" for d, (a, b) in zip(zh, hours, strict=True))])
    yield "zh", table, question_zh, answers_zh, right
    said = [f"{d} from {a}:00 to {b}:00" for d, (a, b) in zip(short, hours, strict=True)]
    yield "en", f"The {place} is open {said[0]}, {said[1]} and {said[2]}.", question, answers, right
    said = [f"{d}{a}:00开门、{b}:00关门" for d, (a, b) in zip(zh, hours, strict=True)]
    yield "zh", f"{place_zh}{'，'.join(said)}。", question_zh, answers_zh, right


@pytest.mark.parametrize("seed", range(20))
def test_of_days_the_one_that_was_asked_is_confirmed_and_no_other(seed: int) -> None:
    for language, text, question, answers, right in _hours(Random(seed)):
        shown = [passage(1, text, title=f"Hours: {', '.join(_PLACES)}; 开放时间：{'、'.join(_PLACES_ZH)}")]
        found = [cite(each, shown, language, question).claims[0].supported for each in answers]
        assert found == [at == right for at in range(len(answers))], (text, question)


def test_a_claim_that_names_other_days_says_itself_when_it_holds() -> None:
    text = "What is ordered by Friday 12:00 is delivered on Monday."
    question = "By when must I order for a delivery on Monday?"
    [claim] = cite("You must order by Friday 12:00.", [passage(1, text)], "en", question).claims
    assert claim.supported


def test_where_only_the_claim_names_a_day_it_is_held_against_that_day() -> None:
    table = "Day | Open\nMonday to Friday | 9:30 - 16:30\nSaturday | 10:00 - 15:00"
    question = "When is the exhibition open?"
    right, wrong = (
        cite(f"On Saturday the exhibition is open {hours}.", [passage(1, table)], "en", question).claims[0].supported
        for hours in ("from 10:00 to 15:00", "from 9:30 to 16:30")
    )
    assert (right, wrong) == (True, False)


def test_halves_of_a_day_are_no_names() -> None:
    text = "The visitor centre is open from 9:30 to 16:30."
    [claim] = cite("It is open from 9:30 AM to 4:30 PM.", [passage(1, text)], "en", "When is the centre open?").claims
    assert claim.supported
