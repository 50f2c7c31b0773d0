"""Reasoning apart from answer: whatever a model emits, and however it is cut into deltas."""

import itertools
import threading
from collections.abc import Generator, Iterator

import pytest

from kb.errors import EmptyAnswer
from kb.models.reasoning_stream import Delta, Output, ThinkSplitter, think_and_answer, without_tags
from kb.schema import Language, Notice, Revised, Thought, Token

STREAMS = {  # raw text -> (reasoning, answer)
    "<think>\nwhy\n</think>\n\nbecause": ("why", "because"),
    "no tags at all": ("", "no tags at all"),
    "hidden reasons\n</think>\n\nanswer": ("hidden reasons", "answer"),
    "<think>never closed": ("never closed", ""),
    "<think>only reasons</think>": ("only reasons", ""),
    "<think></think>empty": ("", "empty"),
    "<THINK>a</Think >b": ("a", "b"),
    "< think >a< / think >b": ("a", "b"),
    "<thinking>a</thinking>b": ("a", "b"),
    "<think>a</think>b<think>c</think>d": ("a\nc", "bd"),
    "<think>\n<think>\ntwice</think>\n\nb": ("twice", "b"),
    "<think>a</think>b</think>c": ("a", "bc"),
    "<think>a</think>still reasons\n</think>\n\nc": ("a\nstill reasons", "c"),
    "<think>a</think>R1 writes `<think>` and `</think>` so.": ("a", "R1 writes `` and `` so."),
    "1 < 2 and <b>bold</b> <thin> <thinker>": ("", "1 < 2 and <b>bold</b> <thin> <thinker>"),
    "<think>a < b</think>x <": ("a < b", "x <"),
    "<think>思考。</think>\n\n答案。": ("思考。", "答案。"),
    "<think>a</think>b<thi<think>c</think>nk>d": ("a\nc", "bd"),
    "  \n answer \n more \n ": ("", "answer \n more"),
}


def fold(events: list[Output]) -> tuple[str, str]:
    thinking = answer = ""
    for event in events:
        if isinstance(event, Thought):
            thinking += event.text
        elif isinstance(event, Token):
            answer += event.text
        elif isinstance(event, Revised):
            answer = event.text
    return thinking, answer


def split(deltas: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    events = [event for delta in deltas for event in splitter.feed(delta)] + splitter.finish()
    thinking, answer = fold(events)
    assert (thinking, answer) == (splitter.thinking, splitter.answer)
    return thinking, answer


@pytest.mark.parametrize("raw", STREAMS)
def test_reasoning_and_answer_are_told_apart(raw: str) -> None:
    assert split([raw]) == STREAMS[raw]


@pytest.mark.parametrize("raw", STREAMS)
def test_the_outcome_is_the_same_wherever_the_stream_is_cut(raw: str) -> None:
    assert split(list(raw)) == STREAMS[raw]
    for first, second in itertools.combinations_with_replacement(range(len(raw) + 1), 2):
        assert split([raw[:first], raw[first:second], raw[second:]]) == STREAMS[raw]


@pytest.mark.parametrize("raw", STREAMS)
def test_no_tag_leaves_the_splitter(raw: str) -> None:
    thinking, answer = split(list(raw))
    assert not any(tag in (thinking + answer).lower() for tag in ("<think>", "</think>", "<thinking>", "</thinking>"))


def test_an_opening_tag_that_never_came_takes_the_streamed_text_back() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("reasons") == [Token("reasons")]
    assert splitter.feed("</think>answer") == [Revised(""), Thought("reasons"), Token("answer")]


def test_the_engines_own_reasoning_field_mixes_with_raw_tags() -> None:
    splitter = ThinkSplitter()
    events = splitter.feed(thinking="<think>\nfirst") + splitter.feed(thinking=", second</thi")
    events += splitter.feed(thinking="nk>") + splitter.feed("<think>third</think>\n\nanswer") + splitter.finish()
    assert fold(events) == ("first, second\nthird", "answer")


def test_white_space_around_reasoning_and_answer_is_left_out() -> None:
    assert split(["<think>", "\n ", "a", " b", "\n", "</think>", "\n", "\n", "c", " d", "\n"]) == ("a b", "c d")


def test_a_whole_text_loses_its_reasoning() -> None:
    assert without_tags("<think>x</think>\n\nfollow-up question") == "follow-up question"


class Scripted:
    """An engine that emits what is written down, and notes what it was asked."""

    def __init__(self, reason: list[Delta], after: list[Delta] = (), plainly: list[Delta] = ()) -> None:
        self.script = {"reason": reason, "after": after, "plainly": plainly}
        self.asked: list[str] = []
        self.emitted = 0
        self.closed = 0

    def _stream(self, key: str) -> Generator[Delta, None, None]:
        self.asked.append(key)
        try:
            for delta in self.script[key]:
                self.emitted += 1
                yield delta
        finally:
            self.closed += 1

    def reason(self) -> Generator[Delta, None, None]:
        return self._stream("reason")

    def answer_after(self, reasoning: str) -> Generator[Delta, None, None]:
        self.given = reasoning
        return self._stream("after")

    def answer_plainly(self) -> Generator[Delta, None, None]:
        return self._stream("plainly")


def thoughts(*words: str) -> list[Delta]:
    return [Delta(thinking=word) for word in words]


def says(*words: str) -> list[Delta]:
    return [Delta(word) for word in words]


def drive(
    engine: Scripted,
    budget: int = 100,
    answer_tokens: int = 100,
    stop: threading.Event | None = None,
    language: Language = "en",
):
    events: Iterator[Output] = think_and_answer(
        engine, budget=budget, answer_tokens=answer_tokens, stop=stop or threading.Event(), language=language
    )
    return list(events)


def test_a_stream_with_reasoning_and_answer_passes_through() -> None:
    engine = Scripted([*thoughts("a", " b"), *says("c", " d")])
    assert drive(engine) == [Thought("a"), Thought(" b"), Token("c"), Token(" d")]
    assert engine.asked == ["reason"]


def test_endless_reasoning_is_closed_at_the_budget_and_the_answer_follows() -> None:
    engine = Scripted([Delta(thinking=" x") for _ in range(1000)], after=says("done"))
    events = drive(engine, budget=10)
    assert fold(events)[0].count("x") == 10
    assert [event for event in events if isinstance(event, Notice)] == [
        Notice("think_budget", "The reasoning was ended at its budget of 10 tokens.")
    ]
    assert events[-1] == Token("done")
    assert engine.emitted < 20
    assert engine.closed == 2


def test_the_budget_also_holds_for_reasoning_in_raw_tags() -> None:
    engine = Scripted([Delta("<think>"), *says(*[" y"] * 1000)], after=says("done"))
    events = drive(engine, budget=10)
    assert 9 <= fold(events)[0].count("y") <= 10
    assert fold(events)[1] == "done"


def test_reasoning_is_cut_at_the_end_of_a_sentence_shortly_before_the_budget() -> None:
    engine = Scripted(thoughts(*"abcdefgh", ".", " And", " so", " on"), after=says("done"))
    assert fold(drive(engine, budget=11)) == ("abcdefgh.", "done")
    assert engine.given == "abcdefgh."


def test_a_full_stop_inside_a_number_does_not_end_a_sentence() -> None:
    engine = Scripted(thoughts(*"abcdefgh3", ".", "5", "%", " is"), after=says("done"))
    assert fold(drive(engine, budget=12))[0] == "abcdefgh3.5%"


def test_an_answer_that_stands_only_in_the_reasoning_is_asked_for_again() -> None:
    engine = Scripted([Delta("<think>It is 42.")], after=says("42"))
    assert fold(drive(engine)) == ("It is 42.", "42")
    assert engine.given == "It is 42."


def test_a_led_model_that_goes_on_reasoning_is_asked_plainly() -> None:
    engine = Scripted(thoughts("a"), after=thoughts(*"b" * 1000), plainly=says("c"))
    assert fold(drive(engine))[1] == "c"
    assert engine.asked == ["reason", "after", "plainly"]
    assert engine.emitted < 100


def test_a_model_that_stays_silent_is_an_error() -> None:
    engine = Scripted(thoughts("a"))
    with pytest.raises(EmptyAnswer):
        drive(engine)
    assert engine.asked == ["reason", "after", "plainly"]


def test_without_a_budget_there_is_no_reasoning() -> None:
    engine = Scripted(thoughts("a"), plainly=says("b"))
    assert drive(engine, budget=0) == [Token("b")]
    assert engine.asked == ["plainly"]


def test_an_endless_answer_is_cut_with_a_notice() -> None:
    engine = Scripted([*thoughts("a"), *says(*[" b"] * 1000)])
    events = drive(engine, answer_tokens=5)
    assert fold(events)[1].count("b") == 5
    assert events[-1] == Notice("answer_cut", "The answer was cut at its limit of 5 tokens.")


def test_a_stop_ends_it_without_an_error() -> None:
    stop = threading.Event()
    engine = Scripted(thoughts(*"abc"))
    stop.set()
    assert drive(engine, stop=stop) == []
    assert engine.closed == 1


def test_notices_speak_chinese_too() -> None:
    ended = drive(Scripted(thoughts(*"abcdef"), says("c")), budget=3, language="zh")
    assert [event.text for event in ended if isinstance(event, Notice)] == ["思考已达到 3 个词元的上限，到此为止。"]
    cut = drive(Scripted(says(*"abcdef")), answer_tokens=3, language="zh")
    assert "上限" in next(event.text for event in cut if isinstance(event, Notice))


@pytest.mark.parametrize(
    "spoken",
    [["Dogs bark loudly [1]."], ["Dogs bark loudly.", "Cats sleep all day."], ["狗会大声地叫，猫整天都在睡觉。"]],
)
def test_an_answer_that_runs_in_circles_is_ended_with_a_notice(spoken: list[str]) -> None:
    deltas = [f" {sentence}" for sentence in ["Animals differ in habits.", *spoken * 50]]
    events = drive(Scripted([*thoughts("a"), *says(*deltas)]))
    assert fold(events)[1] == "".join(deltas[: len(spoken) + 1]).strip()
    assert events[-1].kind == "answer_repeats"


def test_short_lines_and_rows_may_stand_again() -> None:
    lines = [
        "| a | b |\n",
        "| - | - |\n",
        "| 1 | yes |\n",
        "| 1 | yes |\n",
        "| 1 | yes |\n",
        "End.\n",
        "End.\n",
        "End.\n",
    ]
    events = drive(Scripted([*thoughts("a"), *says(*lines)]))
    assert fold(events)[1] == "".join(lines).strip()
