"""A claim is carried by the sentence that speaks of what was asked, or by none."""

import pytest

from kb.checking.citations import cite
from kb.checking.frames import Frames, Line
from tests.kb.passages import passage


def lines(*texts: str) -> list[Line]:
    return [Line(1, part, frozenset(text.split()), frozenset(text.split())) for part, text in enumerate(texts)]


def elsewhere(texts: tuple[str, ...], part: int = 0) -> bool:
    return Frames(lines(*texts)).is_elsewhere("alpha beta gamma delta", "", 1, range(part, part + 1))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # each word stands in one sentence, and weighs the same
        (("alpha", "beta gamma delta"), True),  # a quarter is too little
        (("alpha beta gamma", "delta"), False),
        (("alpha beta", "gamma delta"), False),
        (("alpha", "beta", "gamma", "delta"), True),
    ],
)
def test_the_sentences_of_a_claim_have_most_of_its_frame(texts: tuple[str, ...], expected: bool) -> None:
    assert elsewhere(texts) == expected


def words(count: int, start: int = 0) -> str:
    letters = "bcdfghjkmp"
    return " ".join(f"q{letters[at // 10]}x{letters[at % 10]}q" for at in range(start, start + count))


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        # of 100 words of the frame, each in one sentence: as many in the claim's sentence, and in another
        (39, 0, True),
        (41, 0, False),
        (45, 53, False),
        (43, 55, True),
        (51, 49, False),
    ],
)
def test_shares_decide(own: int, other: int, expected: bool) -> None:
    rest = 100 - own - other
    texts = [words(own), words(other, own), *(words(1, own + other + at) for at in range(rest))]
    found = Frames(lines(*filter(None, texts))).is_elsewhere(words(100), "", 1, range(1))
    # where nothing outweighs it, only the least share counts
    assert found == expected


def test_with_enough_of_the_frame_another_sentence_may_have_more() -> None:
    # .53 of the frame, where the other has .77: the 40 words that both have weigh less
    shared = Frames(lines(words(60), words(80, 20)))
    assert not shared.is_elsewhere(words(100), "", 1, range(1))


def test_a_heading_counts_for_the_sentences_below_it() -> None:
    below = Line(1, 0, frozenset(["alpha"]), frozenset(["alpha", "beta", "gamma"]))
    assert not Frames([below, *lines("delta beta gamma")[:0], Line(1, 1, frozenset(["delta", "beta", "gamma"]),
                       frozenset())]).is_elsewhere("alpha beta gamma delta", "", 1, range(1))  # fmt: skip


def test_the_answer_to_another_question_is_not_confirmed() -> None:
    text = (
        "The gym subsidy is 1,800 euros a year, paid against receipts in December. "
        "A one-off allowance for setting up the home office is 350 euros."
    )
    question = "How much is the one-off allowance for setting up my home office?"
    for claim, state in (("It is 350 euros.", "confirmed"), ("It is 1,800 euros.", "not_found")):
        found = cite(f"{claim} [1]", [passage(1, text)], "en", question)
        assert [each.state for each in found.claims] == [state], claim
