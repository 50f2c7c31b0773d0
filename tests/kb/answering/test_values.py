"""What is found for a question is shared by the threads that answer it: nothing of it can be changed afterwards."""

import pytest

import kb.answering
from tests.kb.values import assert_unchangeable, values_of


@pytest.mark.parametrize("kind", values_of(kb.answering), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_value_takes_nothing_new(kind: type) -> None:
    assert_unchangeable(kind)
