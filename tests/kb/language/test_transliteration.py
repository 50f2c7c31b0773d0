"""Names in one script, in a text of the other."""

import pytest

from kb.language.transliteration import reads_as


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("suzhou", "苏州总部的停车费每月 150 元"),
        ("Xi'an", "去西安出差每天 430 元"),
        ("shenzhen", "北京、上海和深圳的办公室"),
        ("苏州", "The headquarters in Suzhou has 34 bays."),
        ("季安", "Prepared by Ji An, Procurement."),
        ("张伟", "Approved by Wei Zhang on 3 March."),
    ],
)
def test_a_name_is_found_as_it_is_read(name: str, text: str) -> None:
    assert reads_as(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("suzhou", "杭州总部的停车费每月 150 元"),
        ("suzhou", "苏，州"),
        ("suzhou", "The headquarters in Suzhou"),  # the same script: others compare it
        ("苏州", "苏州的总部"),
        ("苏州", "The headquarters in Suzhouwan"),
        ("an", "季安"),  # too short to tell anything
        ("P2", "批二"),
        ("rotterdam", "鹿特丹"),  # by sound, not by pinyin
    ],
)
def test_other_names_are_not(name: str, text: str) -> None:
    assert not reads_as(name, text)
