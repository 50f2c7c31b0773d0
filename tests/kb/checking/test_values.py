"""What is found in passages is kept and shared by claims and threads: nothing of it can be changed afterwards."""

import pytest

import kb.checking
from tests.kb.values import assert_unchangeable, values_of


@pytest.mark.parametrize("kind", values_of(kb.checking), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_value_takes_nothing_new(kind: type) -> None:
    assert_unchangeable(kind)
