"""What heads the sentences of a passage, and what stands under the heading of something else."""

import pytest

from kb.checking.sections import is_of_other_section, words_above

HOTELS = [
    "## Hamburg", "The limit is EUR 90.", "Breakfast is included.",
    "## Rotterdam", "The limit is EUR 80.", "Code AB-7.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "above"),
    [
        # the marks tell the level
        (
            ["# Rome", "a", "## Hotels", "b", "# Oslo", "c"],
            ["rome", "rome", "hotel rome", "hotel rome", "oslo", "oslo"],
        ),
        (["## Hotels", "a", "## Meals", "b"], ["hotel", "hotel", "meal", "meal"]),
        (["###### Rome", "**Oslo**", "a"], ["rome", "oslo rome", "oslo rome"]),
        # bold lines, lead-ins and questions, in this order, stand below all marks
        (["**Rome**", "a", "Meals:", "b"], ["rome", "rome", "meal rome", "meal rome"]),
        (["Meals:", "a", "**Rome**", "b"], ["meal", "meal", "rome", "rome"]),
        (["Meals:", "What is paid?", "a"], ["meal", "meal paid", "meal paid"]),
        (["What is paid?", "a", "Meals:", "b"], ["paid", "paid", "meal", "meal"]),
        (["a", "Q: What is paid?", "b", "no heading"], ["", "paid", "paid", "paid"]),
    ],
)
def test_a_sentence_is_headed_by_the_headings_above_it(lines: list[str], above: list[str]) -> None:
    assert [" ".join(sorted(words)) for words in words_above(lines)] == above


@pytest.mark.parametrize(
    ("claim", "question", "parts", "other"),
    [
        ("The limit is EUR 90.", "What is the limit in Rotterdam?", range(1, 2), True),
        ("The limit is EUR 80.", "What is the limit in Rotterdam?", range(4, 5), False),
        ("The limit is EUR 90.", "What is the limit in Hamburg?", range(1, 2), False),
        ("The limit is EUR 90.", "What is the limit in Lyon?", range(1, 2), False),  # no heading is named
        ("The limit in Rotterdam is EUR 90.", "What is it?", range(1, 2), True),
        ("The limit in Rotterdam is EUR 90.", "What is it?", range(1, 5), True),
        ("The limit in Rotterdam is EUR 70.", "What is it?", range(1, 2), False),  # stands nowhere
        # what it adds may be a code, or else words
        ("In Hamburg it is AB-7.", "Which code?", range(4, 6), True),
        ("In Rotterdam it is AB-7.", "Which code?", range(4, 6), False),
        ("Breakfast is included.", "What is there in Rotterdam?", range(1, 3), True),
        ("Breakfast is included.", "What is there in Rotterdam?", range(2, 5), True),
        ("Breakfast is included.", "What is there in Hamburg?", range(1, 3), False),
    ],
)
def test_what_stands_under_another_heading_is_of_another_section(
    claim: str, question: str, parts: range, other: bool
) -> None:
    assert is_of_other_section(claim, question, parts, HOTELS, words_above(HOTELS)) is other


@pytest.mark.parametrize(
    ("summary", "other"),
    [
        ("The head of sales is responsible for all offers.", False),  # it says itself what is asked
        ("The head of sales signs all offers.", True),
    ],
)
def test_a_sentence_that_has_the_words_of_the_heading_needs_it_not(summary: str, other: bool) -> None:
    lines = ["Position summary:", summary, "Responsibilities:", "To lead the team."]
    question = "What are the responsibilities of the head of sales?"
    assert is_of_other_section(summary, question, range(1, 2), lines, words_above(lines)) is other


def test_half_of_a_heading_names_it() -> None:
    def is_other(question: str) -> bool:
        lines = ["## Hamburg", "The limit is EUR 90.", "## Rotterdam harbour office annex", "The limit is EUR 80."]
        return is_of_other_section("The limit is EUR 90.", question, range(1, 2), lines, words_above(lines))

    assert is_other("What is the limit in the Rotterdam annex?")
    assert not is_other("What is the limit in Rotterdam?")


def test_without_two_sections_there_is_no_other() -> None:
    lines = ["## Rotterdam", "The limit is EUR 90.", "The limit of meals is EUR 30."]
    question = "What is the limit in Rotterdam?"
    assert not is_of_other_section("The limit is EUR 90.", question, range(1, 2), lines, words_above(lines))
    assert not is_of_other_section("The limit is EUR 90.", question, range(0), [], [])


def test_what_heads_all_sections_tells_none_of_them() -> None:
    lines = ["# Hotel limits", "## Hamburg", "It is EUR 90.", "## Rotterdam", "It is EUR 80."]
    question = "What is the hotel limit in Rotterdam?"
    assert is_of_other_section("The hotel limit is EUR 90.", question, range(2, 3), lines, words_above(lines))
    assert not is_of_other_section("The hotel limit is EUR 80.", question, range(4, 5), lines, words_above(lines))
