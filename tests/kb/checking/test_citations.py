"""Each sentence of an answer points at the words it rests on, or is marked."""

import random

import pytest

from kb.checking.citations import CheckedAnswer, cite, states_nothing, without_unconfirmed
from kb.language.language import language_of
from tests.kb.passages import passage

HOTELS = passage(
    1,
    "City | Currency | Hotel\nHamburg | EUR | 142\nBerlin | EUR | 155\nParis | EUR | 190",
    document="policy.docx",
    start=500,
    title="Travel policy",
    section="Hotel limits per night",
)
LEAVE = passage(
    2,
    "员工入职满一年后享受带薪年休假。满 10 年及以上的员工每年有 18 天年休假。当年未休完的年休假最多可以结转 5 天。",
    document="休假.docx",
    start=40,
    title="休假管理制度（2025 年版）",
)
SECURITY = passage(3, "Passwords have at least 14 characters. A lost laptop must be reported within 2 hours.")
ALL = (HOTELS, LEAVE, SECURITY)


def test_a_citation_quotes_the_words_that_carry_the_claim() -> None:
    cited = cite("A lost laptop must be reported within 2 hours [3].", ALL, "en")
    [citation] = cited.citations
    assert citation.quote == "A lost laptop must be reported within 2 hours."
    assert (citation.marker, citation.supported) == (3, True)
    assert citation.quote == SECURITY.text[citation.start - SECURITY.start : citation.end - SECURITY.start]


def test_offsets_count_into_the_stored_text_not_the_passage() -> None:
    [citation] = cite("The hotel limit in Hamburg is 142 EUR [1].", ALL, "en").citations
    assert citation.quote.endswith("Hamburg | EUR | 142")
    assert citation.end == 500 + HOTELS.text.index(" | 142") + len(" | 142")


def test_a_chinese_claim_is_aligned_to_its_sentence() -> None:
    cited = cite("工龄满10年的员工每年有18天年休假[2]。", ALL, "zh")
    assert [claim.supported for claim in cited.claims] == [True]
    assert "18 天" in cited.citations[0].quote
    assert "结转" not in cited.citations[0].quote


def test_a_number_that_the_source_lacks_makes_the_claim_unsupported() -> None:
    cited = cite("A lost laptop must be reported within 24 hours [3].", ALL, "en")
    assert [claim.supported for claim in cited.claims] == [False]
    assert cited.citations[0].supported is False


def test_a_name_that_the_source_lacks_makes_the_claim_unsupported() -> None:
    assert not cite("The hotel limit in Lisbon is 142 EUR [1].", ALL, "en").claims[0].supported


def test_a_number_of_the_question_may_stand_in_the_title() -> None:
    cited = cite("2025 年起每年有 18 天年休假[2]。", ALL, "zh", "2025 年起，满 10 年的员工有几天年休假？")
    assert cited.claims[0].supported
    assert not cite("2024 年起每年有 18 天年休假[2]。", ALL, "zh", "2024 年有几天年休假？").claims[0].supported


def test_a_false_marker_is_removed_with_a_notice() -> None:
    cited = cite("Passwords have at least 14 characters [7].", ALL, "en")
    assert "[7]" not in cited.text
    assert [notice.kind for notice in cited.notices] == ["false_marker", "marker_moved"][: len(cited.notices)]


def test_a_marker_moves_to_the_passage_that_holds_the_words() -> None:
    cited = cite("Passwords have at least 14 characters [1].", ALL, "en")
    assert cited.text == "Passwords have at least 14 characters [3]."
    assert [notice.kind for notice in cited.notices] == ["marker_moved"]


def test_a_sentence_without_a_marker_gets_the_one_it_deserves() -> None:
    assert cite("Passwords have at least 14 characters.", ALL, "en").text.endswith("characters [3].")


def test_a_marker_stands_close_to_chinese_and_apart_from_letters() -> None:
    source = [passage(1, "机房在二楼。机房为楼A。")]
    assert cite("机房在二楼。", source, "zh").text == "机房在二楼[1]。"
    assert cite("机房为楼A。", source, "zh").text == "机房为楼A [1]。"


def test_all_ways_of_writing_markers_are_read() -> None:
    for marker in ("[3]", "【3】", "［3］", "[^3]", "[passage 3]", "[3, 2]", "[2][3]", "。[3]"):
        assert cite(f"Passwords have at least 14 characters {marker}", ALL, "en").text.count("[3]") == 1


def test_what_states_nothing_is_no_claim() -> None:
    cited = cite(
        "## Summary\nThe rules are as follows:\n\nIs that all?\n\n- Passwords have 14 characters [3].", ALL, "en"
    )
    assert len(cited.claims) == 1


def test_claims_are_the_sentences_of_the_answer() -> None:
    cited = cite("Passwords have at least 14 characters [3]. The hotel limit in Paris is 190 EUR [1].", ALL, "en")
    first, second = (cited.text[claim.start : claim.end] for claim in cited.claims)
    assert first == "Passwords have at least 14 characters [3]."
    assert second == "The hotel limit in Paris is 190 EUR [1]."


def test_an_invented_answer_is_not_grounded() -> None:
    assert not cite("The canteen serves lasagne on Fridays [2].", ALL, "en").grounded
    assert cite("Passwords have at least 14 characters.", ALL, "en").grounded


def test_rubbish_is_cited_without_falling_over() -> None:
    letters = "ab 。.!?[]123【】\n-*|#年天" + "[1][99]"
    shuffled = random.Random(3)
    for _ in range(300):
        text = "".join(shuffled.choices(letters, k=60))
        cited = cite(text, ALL, "en")
        for citation in cited.citations:
            source = ALL[citation.marker - 1]
            assert citation.quote == source.text[citation.start - source.start : citation.end - source.start]
        for claim in cited.claims:
            assert cited.text[claim.start : claim.end].strip()


def test_a_sentence_is_said_once() -> None:
    sentence = "Staff pay 3.50 euros for a meal in the canteen"
    cited = cite(
        f"{sentence} [1]. {sentence} [2]. Yes. Yes.\n- {sentence}.",
        [passage(1, "Staff pay 3.50 euros for a meal in the canteen.")],
        "en",
    )
    assert cited.text == f"{sentence} [1]. Yes. Yes."


def test_a_section_number_in_brackets_is_neither_a_marker_nor_a_number_of_the_claim() -> None:
    cited = cite("A lost laptop must be reported within 2 hours [3.4].", ALL, "en")
    assert cited.text == "A lost laptop must be reported within 2 hours [3]."
    assert cited.claims[0].supported
    assert cited.notices == ()


@pytest.mark.parametrize(
    ("answer", "question", "source"),
    [
        ("No, at most 5 days can be carried over.", "Can I carry over 8 days?", "At most 5 days can be carried over."),
        ("**No.** At most 5 days can be carried over.", "Can I carry over 8?", "At most 5 days can be carried over."),
        ("Yes. At most 5 days can be carried over [1].", "Can I carry over 5?", "At most 5 days can be carried over."),
        ("不可以，访客须由员工陪同。", "访客可以自己进办公区吗？", "访客进入办公区须由员工全程陪同。"),
        ("不是，试用期为三个月。", "试用期是六个月吗？", "新员工试用期为三个月。"),
        ("是的。最多可以结转5天。", "可以结转5天吗？", "未休的年假最多可以结转5天。"),
    ],
)
def test_yes_and_no_are_no_claims(answer: str, question: str, source: str) -> None:
    cited = cite(answer, [passage(1, source)], "en", question)
    assert [claim.supported for claim in cited.claims] == [True]
    assert cited.grounded


def test_no_before_a_word_belongs_to_it() -> None:
    source = [passage(1, "Visitors pay for parking. 员工有年假。")]
    assert [claim.supported for claim in cite("No visitors pay for parking.", source, "en").claims] == [False]
    assert [claim.supported for claim in cite("没有年假。", source, "zh").claims] == [False]


@pytest.mark.parametrize(
    ("whence", "claim", "source"),
    [
        ("The passages state that ", "lost badges cost 12 EUR.", "Lost badges are replaced for 12 EUR."),
        ("According to the documents, ", "lost badges cost 12 EUR.", "Lost badges are replaced for 12 EUR."),
        ("Passage: ", "Lost badges cost 12 EUR.", "Lost badges are replaced for 12 EUR."),
        ("根据第1段，", "补办工牌收费20元。", "工牌遗失后补办，收费20元。"),
        ("文档中写明，", "补办工牌收费20元。", "工牌遗失后补办，收费20元。"),
    ],
)
def test_whence_a_model_has_it_is_no_part_of_the_claim(whence: str, claim: str, source: str) -> None:
    said, plain = (cite(text, [passage(1, source)], "en", "What then? 怎么办？") for text in (whence + claim, claim))
    assert [c.supported for c in said.claims] == [True]
    assert said.citations == plain.citations
    assert said.text.casefold().endswith(plain.text.casefold())


PARKING = "Visitors pay 5 EUR for parking; staff park free. 访客停车收费5元。书需保存5天。"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        # that they do was asked before the answer
        ("Yes, the passages state that visitors pay 5 EUR.", "Visitors pay 5 EUR [1]."),
        ("是的，段落中写明：访客停车收费5元。", "访客停车收费5元[1]。"),
        ("段落里写了访客停车收费5元。", "访客停车收费5元[1]。"),
        ("根据以上段落，访客停车收费5元。", "访客停车收费5元[1]。"),
        ("No, the passages state that visitors pay 5 EUR.", "No, visitors pay 5 EUR [1]."),
        ("According to passage 1, visitors pay 5 EUR.", "Visitors pay 5 EUR [1]."),
        ("Passage 1: Visitors pay 5 EUR.", "Visitors pay 5 EUR [1]."),
        (
            "Visitors pay 5 EUR. The passage states that staff park free.",
            "Visitors pay 5 EUR [1]. Staff park free [1].",
        ),
        ("The passages state that iVisitors pay 5 EUR.", "iVisitors pay 5 EUR."),
        # what it may be of something, or is followed by nothing
        *(
            (text, text)
            for text in (
                "The passages state that",
                "Yes, the passages state that",
                "The passages state that: visitors pay 5 EUR.",
                "**The passages state that visitors pay 5 EUR.**",
                "The document states that visitors pay 5 EUR.",
                "Yes, according to the passages, visitors pay 5 EUR.",
                "段落中说明书需保存5天。",
                "段落中提到的访客停车收费5元。",
                "Passage: 5 EUR.",
            )
        ),
    ],
)
def test_an_answer_is_told_without_whence_it_is(answer: str, said: str) -> None:
    told = cite(answer, [passage(1, PARKING)], "en", "Do visitors pay? 访客停车要收费吗？").text
    assert told.replace(" [1]", "").replace("[1]", "") == said.replace(" [1]", "").replace("[1]", "")


def left_out_of(answer: str) -> tuple[CheckedAnswer, str]:
    return without_unconfirmed(cite(answer, ALL, "en"), "en")


def test_what_no_passage_states_is_left_out_beside_what_one_does() -> None:
    cited, left_out = left_out_of(
        "The moon is made of cheese. A lost laptop must be reported within 2 hours [3]. Passwords never expire.\n\n"
        "Passwords have at least 14 characters."
    )
    assert cited.text == (
        "A lost laptop must be reported within 2 hours [3].\n\nPasswords have at least 14 characters [3]."
    )
    assert left_out == "The moon is made of cheese.\nPasswords never expire."
    assert [cited.text[c.start : c.end] for c in cited.claims] == cited.text.split("\n\n")
    assert [(citation.claim, citation.quote[:9]) for citation in cited.citations] == [
        (0, "A lost la"),
        (1, "Passwords"),
    ]
    [notice] = cited.notices
    assert (notice.kind, notice.text) == (
        "unconfirmed_left_out", "Left out, as no passage states it: 2 of 4 sentences.",
    )  # fmt: skip


def test_nothing_is_left_out_where_nothing_is_confirmed_or_all_is() -> None:
    for answer in ("The moon is made of cheese.", "A lost laptop must be reported within 2 hours."):
        assert left_out_of(answer) == (cite(answer, ALL, "en"), "")


def test_a_lead_in_goes_with_its_list() -> None:
    cited, _ = left_out_of(
        "Report a lost laptop within 2 hours.\n\nAlso:\n- The moon is made of cheese.\n- So is Mars."
    )
    assert cited.text == "Report a lost laptop within 2 hours [3]."


def test_what_the_documents_contradict_stays() -> None:
    source = [passage(1, "Visitors need a badge. Cars do not need a permit.")]
    cited = cite("Visitors need a badge. Cars need a permit.", source, "en")
    assert [claim.state for claim in cited.claims] == ["confirmed", "contradicted"]
    assert without_unconfirmed(cited, "en") == (cited, "")


def test_the_number_of_a_name_is_no_number_that_the_question_gave() -> None:
    source = [passage(1, "- **cons@16**：对每道题采样 16 次，以出现次数最多的答案为准。")]
    question = "评测指标 cons@16 要对每道题采样多少次？"
    claims = (
        "评测指标 cons@16 要对每道题采样 16 次。",
        "评测指标 cons@16 要对每道题采样 8 次。",
        "评测指标 cons@16 要对每道题采样。",
    )
    states = [cite(claim, source, "zh", question).claims[0].state for claim in claims]
    assert states == ["confirmed", "not_found", "not_found"]


STEPS = passage(
    4,
    "To copy a table:\n\n1. Make a backup.\n\n"
    "    ```sh\n    # all of it\n    dump  -o /tmp/a\n    load /tmp/a\n    ```\n",
    start=100,
)
COPY = "How do I copy a table?"


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_a_block_of_code_that_a_passage_holds_is_one_claim(fence: str) -> None:
    block = f"    {fence}sh\n    dump -o /tmp/a\n    load /tmp/a\n    {fence}"
    cited = cite(f"1. Make a backup [4].\n\n{block}\n\nThen what?", [STEPS], "en", COPY)
    first, code = cited.claims
    assert cited.text == f"1. Make a backup [4].\n\n{block}\n    [4]\n\nThen what?"
    assert cited.text[code.start : code.end] == f"{block}\n    [4]"
    assert (first.state, code.state, code.markers) == ("confirmed", "confirmed", (4,))
    [quoted] = [citation for citation in cited.citations if citation.claim == 1]
    assert quoted.quote == "    dump  -o /tmp/a\n    load /tmp/a"
    assert quoted.quote == STEPS.text[quoted.start - 100 : quoted.end - 100]


def test_markers_of_a_block_and_what_stands_behind_its_language_are_left_out() -> None:
    cited = cite("```sh All staff get 99 days\nload /tmp/a\n``` [4]\nMake a backup.", [STEPS], "en", COPY)
    assert cited.text == "```sh\nload /tmp/a\n```\n[4]\nMake a backup [4]."
    assert cited.grounded


def test_of_two_passages_with_the_code_the_cited_one_is_its_source() -> None:
    code = "```\nload /tmp/a\n``` [5]"
    [citation] = cite(code, [STEPS, passage(5, f"To copy a table:\n{code}")], "en", COPY).citations
    assert citation.marker == 5


def test_code_of_a_passage_that_speaks_of_something_else_or_of_a_sibling_is_not_confirmed() -> None:
    code = "```\nload /tmp/a\n```"
    assert not any(claim.supported for claim in cite(code, [STEPS], "en", "What does lunch in Berlin cost?").claims)
    told = [passage(1, f"To copy a table:\n{code}", title="Table tool manual 2023"),
            passage(2, "To copy a table, wait.", title="Table tool manual 2024", document="b.md")]  # fmt: skip
    assert not any(claim.supported for claim in cite(code, told, "en", "How do I copy a table in 2024?").claims)


def test_what_stands_in_a_block_that_is_no_code_of_a_passage_is_read_as_sentences() -> None:
    kept = passage(1, "By default backups are kept for 30 days on the server.")
    cited = cite("```text\nBackups are kept for 30 days.\n```", [kept], "en", "How long are backups kept?")
    assert [claim.state for claim in cited.claims] == ["confirmed"]
    cited = cite("```\nload /tmp/b\n```", [STEPS], "en", COPY)
    assert not any(claim.supported for claim in cited.claims)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", True), ("No [1].", True), ("是", True), ("What does lunch cost?", True), ("Yes\nWhy?", True),
        ("", True),
        ("Yes, lunch is free.", False), ("Lunch is free.", False), ("```\nload\n```", False), ("4", False),
    ],
)  # fmt: skip
def test_yes_alone_and_a_question_state_nothing(text: str, expected: bool) -> None:
    assert states_nothing(text) is expected


@pytest.mark.parametrize(
    ("question", "claim", "reason"),
    [
        ("How many badges are issued?", "Badges are issued by the front desk.", "echo"),
        ("Who decides how many badges are issued?", "The front desk decides how many badges are issued.", ""),
        ("How much does parking cost?", "Parking is free of charge.", ""),
        ("How long does the probation take?", "The probation takes a year.", ""),
        ("How often are backups made?", "Backups are made nightly.", ""),
        ("报销多少？", "出租车费全额报销。", ""),
        ("公司有几种假期？", "公司有年假、病假和事假。", ""),
    ],
)
def test_who_asks_for_an_amount_is_answered_by_one_in_whatever_words(question: str, claim: str, reason: str) -> None:
    cited = cite(claim, [passage(1, claim, title="Rules")], language_of(question), question)
    assert [each.reason for each in cited.claims] == [reason]
