"""MaxSim by hand, and what packing into bytes costs."""

import numpy as np
import pytest

from kb.models.maxsim import maxsim, pack, unit, unpack


def test_packing_keeps_each_value_within_one_part_in_a_hundred() -> None:
    tokens = np.random.default_rng(0).standard_normal((200, 384)).astype(np.float32)
    kept = unpack(pack(tokens), 384)
    exact = unit(tokens)
    # Half a step of the 8-bit scale, and the rounding of the scale itself to half precision.
    largest = np.abs(exact).max(axis=1, keepdims=True)
    assert np.all(np.abs(kept - exact) <= largest * (0.5 / 127 + 2**-10))
    assert np.einsum("td,td->t", unit(kept), exact).min() > 0.9995


def test_a_token_takes_its_dimension_and_two_bytes() -> None:
    assert len(pack(np.ones((7, 384), np.float32))) == 7 * (384 + 2)


def test_an_all_zero_token_stays_zero() -> None:
    assert not unpack(pack(np.zeros((1, 8), np.float32)), 8).any()


def test_no_tokens_pack_to_nothing() -> None:
    assert pack(np.empty((0, 8), np.float32)) == b""


def test_it_is_the_weighted_mean_of_the_best_cosines() -> None:
    question = np.array([[2, 0], [0, 1]], np.float32)  # lengths do not count
    chunk = np.array([[1, 0], [0.6, 0.8]], np.float32)
    # The first token finds itself (1); the second finds 0.8 at best. (3 * 1 + 1 * 0.8) / 4 = 0.95
    scores = maxsim(question, np.array([3, 1], np.float32), [pack(chunk)])
    assert scores.tolist() == pytest.approx([0.95], abs=0.003)


def test_a_chunk_without_tokens_scores_nothing() -> None:
    question = np.array([[1, 0]], np.float32)
    chunk = np.array([[0.6, 0.8]], np.float32)
    scores = maxsim(question, np.array([1], np.float32), [b"", pack(chunk)])
    assert scores.tolist() == pytest.approx([0, 0.6], abs=0.003)
