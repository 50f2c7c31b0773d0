"""What the confirmer adds to the check: it confirms what a rule doubts, and doubts what no rule speaks against."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.checking import alignment
from kb.checking.alignment import OUTWEIGHS, SAID, SURE, SURE_ACROSS, SURE_BY_WORDING
from kb.checking.citations import UNSTATED, cite
from kb.checking.objections import Similarities
from kb.checking.sources import LONGEST_AROUND, around, source_of
from kb.confidence.trees import Trees
from kb.confidence.verdicts import OF_CONFIRMER, Confirm, Verdict, with_wording
from kb.language.language import language_of
from kb.language.prompt_text import estimate_tokens
from kb.schema import ClaimReason
from tests.kb.passages import passage

RULE = passage(1, "A lost badge must be reported to the gate within 2 hours. A new one costs 15 euros.", title="Badges")
ASKED = "How soon must a lost badge be reported?"
REPHRASED = "A pass gone astray is told to security in that time [1]."  # hardly a word of it stands in the rule


def alike(_: str, texts: Sequence[str]) -> NDArray[np.float32]:
    return np.full(len(texts), 0.85, np.float32)


def like(*words: str) -> Similarities:
    """What has one of these words is more like anything than what has not."""
    return lambda _, texts: np.array(
        [0.85 if any(word in text for word in words) else 0.8 for text in texts], np.float32
    )


def sure(confirmed: float | None) -> Confirm:
    return lambda _: confirmed


@pytest.fixture
def wording(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Trees of wording to which everything is as probable."""

    def set_to(probability: float) -> None:
        odds = float(np.log(probability / (1 - probability)))
        monkeypatch.setattr(alignment, "shipped", lambda: Trees([], odds, []))

    return set_to


def for_both(probability: float) -> float:
    """What the confirmer must tell for it and a wording that leaves it open to make this of a claim."""
    return 1 / (1 + math.exp(-math.log(probability / (1 - probability)) / OF_CONFIRMER))


@pytest.mark.parametrize(
    ("confirmed", "state"),
    [(for_both(OUTWEIGHS + 0.01), "confirmed"), (for_both(OUTWEIGHS - 0.01), "not_found"), (None, "not_found")],
)
def test_what_is_said_in_other_words_is_confirmed_where_the_confirmer_is_sure(
    wording: Callable[[float], None], confirmed: float | None, state: str
) -> None:
    wording(0.5)
    [claim] = cite(REPHRASED, [RULE], "en", ASKED, alike, confirm=sure(confirmed)).claims
    assert claim.state == state
    assert claim.markers == (1,)


def test_without_a_question_nothing_is_asked() -> None:
    def confirm(_: str) -> float:
        raise AssertionError("it was asked")

    assert [claim.state for claim in cite(REPHRASED, [RULE], "en", "", alike, confirm=confirm).claims] == ["not_found"]
    told = "A lost badge must be reported within 2 hours [1]."
    assert [claim.state for claim in cite(told, [RULE], "en", "", alike, confirm=confirm).claims] == ["confirmed"]


@pytest.mark.parametrize(("confirmed", "state", "reason"), [(0.99, "confirmed", ""), (0.01, "unchecked", "verdict")])
def test_what_no_rule_speaks_against_the_confirmer_may_doubt(
    wording: Callable[[float], None], confirmed: float, state: str, reason: str
) -> None:
    wording(0.8)
    text = "A lost badge must be reported within 2 hours [1]."
    cited = cite(text, [RULE], "en", ASKED, alike, confirm=sure(confirmed))
    [claim] = cited.claims
    assert (claim.state, claim.reason, claim.markers) == (state, reason, (1,))
    assert cited.grounded  # its place is shown, and the answer is not withheld for it


def test_what_is_not_surely_an_answer_is_disputed_all_the_same(wording: Callable[[float], None]) -> None:
    wording(SURE_BY_WORDING - 0.5)  # and no confirmer
    other = passage(2, "Report a pass that is gone within a day.", document="other.md", title="Reception")
    cited = cite(
        "A lost badge must be reported within 2 hours [1].", [RULE, other], "en", ASKED, alike,
        verify=lambda text, *_: Verdict(0.0, 0.9 if "Reception" in text else 0.0),
    )  # fmt: skip
    assert [notice.kind for notice in cited.notices] == ["disagreement"]
    assert [claim.reason for claim in cited.claims] == ["conflict"]


def test_the_verifier_reads_a_place_with_what_stands_around_it() -> None:
    lines = [f"Rule {number} is that door {number} stays shut." for number in range(60)]
    text = "\n".join(lines)
    at = text.index(lines[30])
    read = around(at, at + len(lines[30]), source_of(passage(1, text, title="Doors"), None))
    head, *said = read.split("\n")
    assert head == "Doors"
    assert said == lines[int(said[0].split()[1]) : int(said[-1].split()[1]) + 1]
    assert lines[30] in said
    assert 0.8 * LONGEST_AROUND < estimate_tokens("\n".join(said)) <= LONGEST_AROUND == 130


def test_a_repeated_question_is_no_answer_for_any_verdict() -> None:
    [claim] = cite("How soon a lost badge must be reported.", [RULE], "en", ASKED, alike, confirm=sure(1.0)).claims
    assert not claim.supported


def test_a_sentence_without_marker_is_confirmed_by_the_place_that_states_it() -> None:
    text = REPHRASED.replace(" [1]", "")
    [claim] = cite(text, [RULE], "en", ASKED, alike, confirm=sure(1.0)).claims
    assert (claim.state, claim.markers) == ("confirmed", (1,))


def test_what_two_sentences_say_of_which_one_has_a_rival_is_left_to_the_rules() -> None:
    own = passage(1, "Bikes are repaired free for 24 months. Repairs of cars are free for 18 months, and take 3 days.")
    text = "Repairs of cars are free for 24 months, and repairs of cars take 3 days [1]."
    [claim] = cite(text, [own], "en", "How long are repairs of cars free?", alike, confirm=sure(1.0)).claims
    assert not claim.supported


@pytest.mark.parametrize(("confirmed", "reason"), [(None, "wording"), (0.3, "wording"), (0.1, "verdict")])
def test_where_the_confirmer_is_not_against_it_the_wording_is(
    wording: Callable[[float], None], confirmed: float | None, reason: str
) -> None:
    wording(0.2)
    text = "A lost badge must be reported within 2 hours [1]."
    [claim] = cite(text, [RULE], "en", ASKED, alike, confirm=sure(confirmed)).claims
    assert (claim.state, claim.reason) == ("unchecked", reason)


def test_a_place_of_a_passage_that_is_not_cited_may_confirm_what_the_cited_one_does_not() -> None:
    other = passage(2, "The canteen opens at noon, and on the hour until 14:00.", document="other.md", title="Canteen")
    text = REPHRASED.replace("[1]", "[2]")
    [claim] = cite(text, [RULE, other], "en", ASKED, like("badge"), confirm=sure(1.0)).claims
    assert (claim.state, claim.markers) == ("confirmed", (1,))


OF_A_KIND = {
    "asked": (
        RULE,
        "How soon must a visitor from Kent report it?",
        "A visitor from Kent must report a lost badge [1].",
    ),
    "relation": (
        passage(1, "遗失的应在24小时内向楼长报失停用；补卡收工本费30元，从寄宿备用金中扣除。", title="门禁卡"),
        "宿舍刷门的卡弄丢了，再办一张多少钱？",
        "宿舍刷门的卡弄丢了，再办一张需要30元[1]。",
    ),
}


@pytest.mark.parametrize("reason", OF_A_KIND)
def test_what_a_rule_doubts_is_confirmed_from_one_probability_on(wording: Callable[[float], None], reason: str) -> None:
    wording(0.5)
    place, question, text = OF_A_KIND[reason]
    [doubted], [confirmed] = (
        cite(text, [place], language_of(text), question, alike, confirm=sure(for_both(probability))).claims
        for probability in (OUTWEIGHS - 0.01, OUTWEIGHS + 0.01)
    )
    assert (doubted.reason, confirmed.state) == (reason, "confirmed")


@pytest.mark.parametrize(("confirm", "ticked"), [(None, True), (sure(None), True), (sure(0.5), False)])
def test_the_wording_alone_confirms_from_a_floor_of_its_own(
    wording: Callable[[float], None], confirm: Confirm | None, ticked: bool
) -> None:
    wording((SURE_BY_WORDING + SURE) / 2)
    cited = cite("A lost badge must be reported within 2 hours [1].", [RULE], "en", ASKED, alike, confirm=confirm)
    assert [claim.supported for claim in cited.claims] == [ticked]


@pytest.mark.parametrize(
    ("answer", "by_wording", "by_verdict", "ticked"),
    [
        (("within 2 hours", "costs 15 euros"), SAID, SAID, True),
        (("within 2 hours", "costs 15 euros"), SAID - 0.01, SAID, False),
        (("within 2 hours", "costs 15 euros"), SAID, SAID - 0.01, False),
        (("costs 15 euros",), SAID, SAID, False),
        (("What you pay:\n", "costs 15 euros"), SAID, SAID, False),  # a line that leads in is none of several
    ],
)
def test_one_of_several_sentences_need_not_be_the_answer_where_a_place_says_it_plainly(
    wording: Callable[[float], None], answer: Sequence[str], by_wording: float, by_verdict: float, ticked: bool
) -> None:
    wording(by_wording)
    said = {
        "within 2 hours": "A lost badge must be reported within 2 hours",
        "costs 15 euros": "A new one costs 15 euros",
    }

    def verify(text: str, claim: str, asked: str) -> Verdict:
        if asked:
            assert asked == claim == f"{said['costs 15 euros']}."
            return Verdict(by_verdict, 0.0)
        return Verdict(0.0, 0.0)

    def confirm(claim: str) -> float:
        return 0.01 if "euros" in claim else 0.99

    text = " ".join(f"{said[each]} [1]." if each in said else each for each in answer)
    *_, claim = cite(text, [RULE], "en", ASKED, alike, verify=verify, confirm=confirm).claims
    assert (claim.supported, claim.reason) == ((True, "") if ticked else (False, "verdict"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Yes, it must be reported within 2 hours [1].", "Yes, it must be reported within 2 hours."),
        ("1. **No**, it is told within 2 hours [1].", "No, it is told within 2 hours."),
        ("No. A lost badge must be reported within 2 hours [1].", "No. A lost badge must be reported within 2 hours."),
        ("A lost badge must be reported within 2 hours [1].", "A lost badge must be reported within 2 hours."),
    ],
)
def test_a_yes_or_no_is_read_with_the_sentence_that_it_begins(text: str, read: str) -> None:
    claims: list[str] = []

    def confirm(claim: str) -> float:
        claims.append(claim)
        return 0.0 if claim.startswith("No") else 1.0

    [claim] = cite(text, [RULE], "en", "Must a lost badge be reported?", alike, confirm=confirm).claims
    assert {*claims} == {read}
    assert claim.supported is not read.startswith("No")
    assert not claim.supported or claim.reason == ""


@pytest.mark.parametrize("lead", ["", "是的，", "是的。"])
def test_a_yes_must_be_the_answer_also_where_another_sentence_follows(
    wording: Callable[[float], None], lead: str
) -> None:
    wording(0.9)
    place = passage(1, "遗失门禁卡须在两小时内报告。新卡每张十五元。", title="门禁卡")

    def confirm(claim: str) -> float:
        return 0.0 if claim.startswith("是的") else 1.0

    text = f"{lead}遗失门禁卡须在两小时内报告[1]。新卡每张十五元[1]。"
    first, second = cite(text, [place], "zh", "遗失门禁卡要报告吗？", alike, confirm=confirm).claims
    assert first.supported is not lead.startswith("是")
    assert second.supported


@pytest.mark.parametrize(("confirmed", "ticked"), [(None, True), (0.9, True), (0.15, False)])
def test_what_the_passages_do_not_state_as_the_answer_has_no_tick(
    wording: Callable[[float], None], confirmed: float | None, ticked: bool
) -> None:
    wording(0.8)
    assert (with_wording(0.8, confirmed) >= SURE) is ticked
    text = "A lost badge must be reported within 2 hours [1]."
    [claim] = cite(text, [RULE], "en", ASKED, alike, confirm=sure(confirmed)).claims
    assert (claim.supported, claim.reason) == ((True, "") if ticked else (False, "verdict"))
    assert claim.markers == (1,)  # its place is shown all the same


@pytest.mark.parametrize(("stated", "ticked"), [(None, True), (0.99, True), (0.3, False)])
def test_what_was_judged_of_the_passages_counts_where_a_rule_is_outweighed(
    wording: Callable[[float], None], stated: float | None, ticked: bool
) -> None:
    wording(0.5)
    confirm = sure(for_both(OUTWEIGHS + 0.01))
    [claim] = cite(AGAINST["negation"], [RULE], "en", ASKED, alike, confirm=confirm, stated=stated).claims
    assert (claim.supported, claim.reason) == (ticked, "" if ticked else "negation")


AGAINST: dict[ClaimReason, str] = {
    "number": "A lost badge must be reported within 3 hours [1].",
    "negation": "A lost badge need not be reported within 2 hours [1].",
    "name": "A lost badge must be reported to the gate of Kent within 2 hours [1].",
    "quantifier": "All lost badges must be reported to the gate within 2 hours [1].",
    "echo": "How soon a lost badge must be reported [1].",
    "unit": "A lost badge must be reported within 2 days [1].",
}


@pytest.mark.parametrize("reason", AGAINST)
@pytest.mark.parametrize("probability", [OUTWEIGHS + 0.01, OUTWEIGHS - 0.01])
def test_some_of_what_a_rule_speaks_against_the_confirmer_outweighs(
    wording: Callable[[float], None], reason: ClaimReason, probability: float
) -> None:
    """A "3" may stand in another passage, and a "not" be said in other words; a unit is one or it is not."""
    wording(0.5)
    passages = [RULE, passage(2, "The canteen opens at noon.", document="other.md", title="Canteen")]
    [claim] = cite(AGAINST[reason], passages, "en", ASKED, alike, confirm=sure(for_both(probability))).claims
    ticked = probability >= OUTWEIGHS and reason in ("number", "negation", "name", "quantifier")
    assert (claim.supported, claim.reason) == (ticked, "" if ticked else reason)


@pytest.mark.parametrize(("other", "marker"), [("It is told to security within 3 hours.", 2), ("3.5 hours.", 1)])
def test_a_value_is_cited_from_the_sentence_that_has_it(
    wording: Callable[[float], None], other: str, marker: int
) -> None:
    wording(0.5)
    passages = [RULE, passage(2, f"Passes go astray. {other}", document="other.md", title="Passes")]
    cited = cite(AGAINST["number"], passages, "en", ASKED, alike, confirm=sure(0.99))
    assert [(claim.state, claim.markers) for claim in cited.claims] == [("confirmed", (marker,))]
    assert marker == 1 or cited.citations[0].quote == other


def test_a_value_that_no_rule_finds_is_cited_from_where_it_is_and_not_from_what_is_most_like_it() -> None:
    other = passage(2, "Passes go astray. Security hears of it in 3 hours.", document="other.md", title="Passes")
    said = "A pass gone astray is told to them in 3 hours [1]."
    cited = cite(said, [RULE, other], "en", ASKED, like("badge"), confirm=sure(0.99))
    assert [(claim.state, claim.markers) for claim in cited.claims] == [("confirmed", (2,))]
    assert cited.citations[0].quote == "Security hears of it in 3 hours."


@pytest.mark.parametrize(
    ("asked", "claim", "own", "other"),
    [
        (
            "How long do swimmers wait?", "Whoever comes to swim gets past the gate in 20 minutes [1].",
            "The check takes 15 to 30 minutes. The pool is warm.", "A break is 20 minutes.",
        ),
        (
            "From when on can one swim?", "Swimmers can come from 5 May on [1].",
            "The pool opens on 5 May 2025 for guests. It is warm.", "Trees are felled on 5 May.",
        ),
        (
            "What may gold customers get?", "Gold customers may get a reply in 8 hours [1].",
            "| Plan | within 8 hours | calls |\n|---|---|---|\n| Gold plan | yes | yes |\n| Tin plan | no | no |",
            "Complaints of neighbours are heard within 8 hours.",
        ),
        (
            "How long does it take?", "One is through with it in two weeks [1].",
            "The check takes 14 days. The pool is warm.", "A break is two weeks.",
        ),
    ],
)  # fmt: skip
def test_a_place_that_has_the_value_in_another_form_keeps_the_tick(
    asked: str, claim: str, own: str, other: str
) -> None:
    passages = [passage(1, own), passage(2, f"Other things. {other}", document="other.md")]
    nearest = like("The check", "The pool opens", "Gold plan")
    cited = cite(claim, passages, "en", asked, nearest, confirm=sure(0.999))
    assert [claim.markers for claim in cited.claims] == [(1,)]


TOLD_TWICE = "A lost badge must be reported within 2 hours [1]. A new one costs 15 euros [1]."


@pytest.mark.parametrize(
    ("text", "confirmed", "worded", "unstated"),
    [
        (TOLD_TWICE, (UNSTATED - 0.001, 0.0), 0.5, True),
        (TOLD_TWICE, (UNSTATED, 0.0), 0.5, False),
        (TOLD_TWICE, (0.0, 0.1), 0.5, False),
        (TOLD_TWICE, (0.0, None), 0.5, False),  # where it does not tell
        (TOLD_TWICE, (0.04, 0.04), 0.9999, False),  # a sentence has its tick
        (REPHRASED, (0.0, 0.0), 0.5, True),  # also where the rules find too little of it
        ("How soon?", (0.0, 0.0), 0.5, False),  # no claim
    ],
)
def test_an_answer_is_unstated_where_the_confirmer_is_sure_of_each_sentence(
    wording: Callable[[float], None], text: str, confirmed: tuple[float, float | None], worded: float, unstated: bool
) -> None:
    wording(worded)
    cited = cite(text, [RULE], "en", ASKED, alike, confirm=lambda said: confirmed["15" in said])
    assert cited.unstated is unstated
    assert not cite(text, [RULE], "en", ASKED, alike).unstated


def test_what_is_disputed_is_not_unstated(wording: Callable[[float], None]) -> None:
    wording(0.5)
    other = passage(2, "Report a pass that is gone within a day.", document="other.md", title="Reception")
    cited = cite(
        "A lost badge must be reported within 2 hours [1].", [RULE, other], "en", ASKED, alike, confirm=sure(0.01),
        verify=lambda text, *_: Verdict(0.0, 0.9 if "Reception" in text else 0.0),
    )  # fmt: skip
    assert [notice.kind for notice in cited.notices] == ["disagreement"]
    assert not cited.unstated


@pytest.mark.parametrize(("word", "marker"), [("badge", 1), ("gone astray", 2)])
def test_what_is_said_in_other_words_is_cited_from_the_sentence_that_means_it_most_nearly(
    word: str, marker: int
) -> None:
    other = passage(2, "Ask at the desk. Tell it of a pass gone astray.", document="other.md", title="Passes")
    cited = cite(REPHRASED, [RULE, other], "en", ASKED, like(word), confirm=sure(0.99))
    [claim], [citation] = cited.claims, cited.citations
    assert (claim.state, claim.markers) == ("confirmed", (marker,))
    assert word in citation.quote


def test_one_of_several_sentences_that_is_said_plainly_keeps_its_tick(wording: Callable[[float], None]) -> None:
    wording(0.9)
    text = "A lost badge must be reported within 2 hours [1]. A new one costs 15 euros [1]."
    confirm = lambda claim: 0.05 if "euros" in claim else 0.9  # noqa: E731
    verify = lambda _, claim, asked: Verdict(0.9 if asked else 0.0, 0.0)  # noqa: E731
    cited = cite(text, [RULE], "en", ASKED, alike, verify=verify, confirm=confirm)
    assert [claim.supported for claim in cited.claims] == [True, True]


@pytest.mark.parametrize(
    ("confirmed", "state"), [(SURE_ACROSS, "confirmed"), (SURE_ACROSS - 0.01, "unchecked"), (None, "confirmed")]
)
def test_between_languages_the_confirmer_doubts_alone(confirmed: float | None, state: str) -> None:
    place = passage(1, "遗失门禁卡须在 2 小时内报告。新卡每张 15 元。", title="门禁卡")
    text = "A lost badge must be reported within 2 hours [1]."
    [claim] = cite(text, [place], "en", ASKED, alike, confirm=sure(confirmed)).claims
    assert (claim.state, claim.markers) == (state, (1,))


THINGS = "tents lamps skates kites drones darts swords ladders grills paint aquariums printers heaters rugs".split()
NOT_IN_ROOMS = "Not to be brought into the rooms of the house:"


def test_an_item_of_a_long_list_is_cited_where_it_stands() -> None:
    listed = passage(1, f"{NOT_IN_ROOMS}\n" + "\n".join(f"- {thing};" for thing in THINGS), title="House rules")
    for thing, quote in (("rugs", "- rugs;"), ("pianos", NOT_IN_ROOMS)):
        text = f"{NOT_IN_ROOMS} {thing} [1]"
        cited = cite(text, [listed], "en", "What may not be brought into the rooms?", alike, confirm=sure(0.99))
        assert [citation.quote for citation in cited.citations] == [quote]


def test_what_the_confirmer_is_sure_of_rests_on_no_lead_in(wording: Callable[[float], None]) -> None:
    wording(0.99)
    listed = passage(1, f"{NOT_IN_ROOMS}\n" + "\n".join(f"- {thing};" for thing in THINGS), title="House rules")
    near = lambda _, texts: np.array(["rugs" in text for text in texts], np.float32)  # noqa: E731
    cited = cite("Rugs stay outside [1].", [listed], "en", "May I have rugs here?", near, confirm=sure(0.99))
    assert [citation.quote for citation in cited.citations] == ["- rugs;"]
