"""Letters and numbers that tell things of a kind apart."""

import pytest

from kb.language.designations import designations


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("叉车在一厂车间里限速", {"厂": "一"}),
        ("芜湖三厂，不是二厂", {"厂": "二三"}),
        ("B类供应商", {"类": "B"}),
        ("A、B类供应商和C类供应商", {"类": "ABC"}),
        ("一、二类城市", {"类": "一二"}),
        ("第二期工程", {"期": "二"}),
        ("一级和二级，一期间", {"级": "一二"}),
        ("十二期", {"期": "十二"}),
        ("Plants 1 and 2, not Plant 3", {"plant": "123"}),
        ("Class A or B", {"class": "AB"}),
        ("Phase II", {"phase": ["II"]}),
        # ranges tell none
        ("Grades 1 to 5", {}),
        ("A至C类", {}),
        # words and measures
        ("this class is 5 EUR", {}),
        ("class 5.5 and level 3%", {}),
        ("本期末", {}),
    ],
)
def test_things_of_a_kind_are_told_apart(text: str, found: dict[str, str]) -> None:
    assert designations(text) == {kind: frozenset(marks) for kind, marks in found.items()}
