"""A claim that no rule speaks against, and that is worded too unlike its place, is cited and not confirmed."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.checking import alignment
from kb.checking.citations import cite, without_unconfirmed
from kb.confidence.trees import Trees
from tests.kb.passages import passage

RULE = passage(1, "A lost badge must be reported to the gate within 2 hours. A new one costs 15 euros.")
CLAIM = "A lost badge must be reported within 2 hours [1]."
ASKED = "How soon must a lost badge be reported?"


def alike(_: str, texts: Sequence[str]) -> NDArray[np.float32]:
    return np.full(len(texts), 0.85, np.float32)


@pytest.fixture
def doubting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees to which every wording is doubtful."""
    monkeypatch.setattr(alignment, "shipped", lambda: Trees([], -5.0, []))


@pytest.mark.usefixtures("doubting")
def test_a_claim_worded_otherwise_is_cited_and_could_not_be_checked() -> None:
    cited = cite(CLAIM, [RULE], "en", ASKED, alike)
    [claim] = cited.claims
    assert (claim.supported, claim.state, claim.reason, claim.markers) == (False, "unchecked", "wording", (1,))
    assert [citation.supported for citation in cited.citations] == [True]  # its place is shown as before
    assert cited.grounded  # and the answer is neither withheld nor doubted for it
    assert not cited.opposed


@pytest.mark.usefixtures("doubting")
def test_beside_it_what_nothing_holds_is_still_left_out() -> None:
    cited = cite(f"{CLAIM} The gate is painted green.", [RULE], "en", ASKED, alike)
    kept, left_out = without_unconfirmed(cited, "en")
    assert kept.text == CLAIM
    assert left_out == "The gate is painted green."


@pytest.mark.usefixtures("doubting")
@pytest.mark.parametrize(
    ("text", "question", "with_cosines"),
    [
        (CLAIM, ASKED, False),  # there is nothing to measure it by
        (CLAIM, "", True),  # a summary answers no question
        (
            "```\ntar -xf badge.tar\nsh badge.sh\n```\n[1]",
            "How do I set up badge.tar?",
            True,
        ),  # code is, or is not
    ],
)
def test_what_is_not_told_by_wording_is_confirmed(text: str, question: str, with_cosines: bool) -> None:
    shown = passage(1, f"{RULE.text}\n\nTo set up badge.tar:\n\n```\ntar -xf badge.tar\nsh badge.sh\n```\n")
    [claim] = cite(text, [shown], "en", question, alike if with_cosines else None).claims
    assert claim.state == "confirmed"


@pytest.mark.usefixtures("doubting")
def test_between_languages_wording_tells_nothing() -> None:
    shown = passage(1, "工牌丢失后须在2小时内告知门卫。")
    [claim] = cite("A lost badge must be reported within 2 hours [1].", [shown], "en", ASKED, alike).claims
    assert claim.state == "confirmed"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (CLAIM, "confirmed"),
        ("A lost badge must be reported to the gate within 2 hours [1].", "confirmed"),
    ],
)
def test_the_shipped_trees_confirm_what_the_place_says(text: str, state: str) -> None:
    [claim] = cite(text, [RULE], "en", ASKED, alike).claims
    assert claim.state == state
