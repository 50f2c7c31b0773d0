"""Days of the week in both languages."""

import pytest

from kb.language.weekdays import by_weekday, weekdays_in


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monday to Friday", [[1, 2, 3, 4, 5]]),
        ("Mon–Fri 9:00-17:00, Sat 10:00-15:00", [[1, 2, 3, 4, 5], [6]]),
        ("on Tuesdays and Thursdays", [[2, 4]]),
        ("Friday to Monday", [[1, 5, 6, 7]]),
        ("weekdays 9:00, weekends on request", [[1, 2, 3, 4, 5], [6, 7]]),
        ("周一至周五8:30开门，周六9:00开门", [[1, 2, 3, 4, 5], [6]]),
        ("星期一到五", [[1, 2, 3, 4, 5]]),
        ("周二、周四下午", [[2, 4]]),
        ("工作日8:30开门，周末休息", [[1, 2, 3, 4, 5], [6, 7]]),
        ("提前 5 个工作日申请", []),
        ("within 3 weekdays", []),
        ("we sat in the sun, wed in May", []),
    ],
)
def test_days_are_read_as_they_are_named(text: str, days: list[list[int]]) -> None:
    assert [sorted(mention.days) for mention in weekdays_in(text)] == days


def test_each_day_has_what_is_said_of_it() -> None:
    behind = dict(by_weekday("周一至周五8:30到17:00，周六9:00到12:00"))
    assert behind == {frozenset({1, 2, 3, 4, 5}): "周一至周五8:30到17:00，", frozenset({6}): "周六9:00到12:00"}
    before = [text for _, text in by_weekday("from 9:30 Monday to Friday and from 10:00 on Saturday")]
    assert before == ["from 9:30 Monday to Friday", " and from 10:00 on Saturday"]
    assert list(by_weekday("every day at 9:00")) == []
