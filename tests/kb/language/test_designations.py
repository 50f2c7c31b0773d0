"""Letters and numbers that tell things of a kind apart."""

import pytest

from kb.language.designations import designations


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("叉车在一厂车间里限速", {"厂": "1"}),
        ("芜湖三厂，不是二厂", {"厂": "23"}),
        ("B类供应商", {"类": "B"}),
        ("A、B类供应商和C类供应商", {"类": "ABC"}),
        ("A、B两类供应商", {"类": "AB"}),
        ("一、二类城市", {"类": "12"}),
        ("第二期工程，第3期", {"期": "23"}),
        ("2号楼和三号楼", {"号楼": "23"}),
        ("一级和二级，一期间", {"级": "12"}),
        ("A座，B 座", {"座": "AB"}),
        ("Plants 1 and 2, not Plant 3", {"plant": "123"}),
        ("Class A or B", {"class": "AB"}),
        ("Groups A, B, and C", {"group": "ABC"}),
        ("Tiers 1 & 2", {"tier": "12"}),
        ("Categories A and B; category C", {"category": "ABC"}),
        ("Phase II", {"phase": ["II"]}),
        # ranges tell none, nor do exceptions
        ("Grades 1 to 5", {}),
        ("A至C类", {}),
        ("除C类外，A类每年复审", {"类": "A"}),
        ("与三厂不同，二厂限速", {"厂": "2"}),
        ("Unlike in Plant 3, the gate closes", {}),
        # words and measures
        ("十二期", {}),
        ("一座桥、两座桥、一组人", {}),
        ("这一类物料，上一级主管，同一区", {}),
        ("this class is 5 EUR", {}),
        ("class 5.5 and level 3%", {}),
        ("本期末", {}),
    ],
)
def test_things_of_a_kind_are_told_apart(text: str, found: dict[str, str]) -> None:
    assert designations(text) == {kind: frozenset(marks) for kind, marks in found.items()}
