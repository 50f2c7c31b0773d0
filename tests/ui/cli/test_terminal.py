"""What the terminal shows of an answer, and what goes into a file: nothing twice, and no draft that was withheld."""

import sys
from collections.abc import Callable, Sequence

import pytest

from kb.errors import ModelError
from kb.schema import (
    Answer,
    Citation,
    Claim,
    Done,
    Event,
    Failed,
    Notice,
    Progress,
    Retrieved,
    Revised,
    Thought,
    Token,
)
from ui.cli import console
from ui.cli.terminal import print_events

DIM, PLAIN = "\033[2m", "\033[0m"
TEXT = "It opens at 7:45 [1]."
REFUSAL = "The documents do not say."
Shown = Callable[..., tuple[str, list[str]]]


def answer(text: str = TEXT, refused: bool = False, notices: Sequence[Notice] = ()) -> Answer:
    citation = Citation(1, "docs", "handbook.md", 1, 3, 0, 20, "opens at\n 7:45", True, 0)
    claims, citations = ((), ()) if refused else ((Claim(0, len(text), False, (1,)),), (citation,))
    return Answer("When?", "When?", text, "", refused, "en", claims, citations, (), tuple(notices), "e", "m", 1.0, 0.5)


SOURCES = ["  (unverified) " + TEXT, "[1] handbook.md, p. 3: opens at 7:45"]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Prints events, and gives stdout and the lines of stderr."""

    def print_(*events: Event, terminal: bool) -> tuple[str, list[str]]:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
        print_events(iter(events))
        out, err = capsys.readouterr()
        return out, err.splitlines()

    return print_


def plain(out: str) -> list[str]:
    """The lines that are in plain type, without those that are empty."""
    pieces = [piece.partition(PLAIN) for piece in f"{PLAIN}{out}".split(DIM)]
    return [line for _, _, rest in pieces for line in rest.replace(PLAIN, "").splitlines() if line]


def test_a_file_gets_the_checked_answer_with_its_sources_alone(shown: Shown) -> None:
    late = Notice("late", "It came late.")
    events = (Retrieved(()), Thought("Hm."), late, Token("It opens "), Revised(""), Token("at 8:00."))
    out, err = shown(*events, Done(answer(notices=[late, Notice("cut", "It was cut.")])), terminal=False)
    assert out.splitlines() == [TEXT, *SOURCES]
    assert err == ["0 passages found", "note: It came late.", "note: It was cut.", "m e 1.0 s"]


def test_which_section_is_read_is_said_beside_the_answer(shown: Shown) -> None:
    read = (Progress(1, 2, "Hours"), Token(TEXT), Progress(2, 2, "Laptops", 7.6))
    out, err = shown(Retrieved(()), *read, Done(answer()), terminal=False)
    assert out.splitlines() == [TEXT, *SOURCES]
    assert err[1:3] == ["reading section 1 of 2: Hours", "reading section 2 of 2, about 8 s left: Laptops"]


def test_one_of_a_thing_is_told_in_the_singular() -> None:
    assert [console.count("cli_passages_found", n) for n in (0, 1, 2, 1200)] == [
        "0 passages found", "1 passage found", "2 passages found", "1,200 passages found",
    ]  # fmt: skip


def test_a_withheld_draft_goes_into_no_file_and_its_refusal_stands_there_once(shown: Shown) -> None:
    events = (Retrieved(()), Token("It opens at noon."), Revised(REFUSAL), Done(answer(REFUSAL, refused=True)))
    assert shown(*events, terminal=False)[0] == f"{REFUSAL}\n"
    out, _ = shown(*events, terminal=True)
    assert (out.count(REFUSAL), plain(out)) == (1, [REFUSAL])
    assert out.startswith(f"{DIM}It opens at noon.{PLAIN}")


def test_a_terminal_shows_an_answer_that_was_streamed_as_it_is_once(shown: Shown) -> None:
    events = (Retrieved(()), Thought("Hm."), Token(" It opens "), Token("at 7:45 [1].\n"), Done(answer()))
    out, _ = shown(*events, terminal=True)
    assert out.startswith(f"{DIM}Hm.{PLAIN}\n\n{DIM} It opens at 7:45 [1].\n{PLAIN}")
    assert out.count("It opens at 7:45 [1].") == 2  # and as what is not verified
    assert SOURCES[1] in out


def test_a_terminal_shows_the_whole_answer_where_another_was_streamed(shown: Shown) -> None:
    out, _ = shown(Retrieved(()), Token("It opens at 7:45."), Done(answer()), terminal=True)
    assert plain(out)[:2] == [TEXT, SOURCES[0]]
    assert plain(shown(Retrieved(()), Done(answer()), terminal=True)[0])[0] == TEXT


def test_without_documents_the_answer_is_streamed_in_plain_type(shown: Shown) -> None:
    events = (Thought("Hm."), Token("Hello "), Token("Ann."), Done(answer("Hello Ann.", refused=True)))
    assert plain(shown(*events, terminal=True)[0]) == ["Hello Ann."]
    assert shown(*events, terminal=False)[0] == "Hello Ann.\n"


def test_a_failure_leaves_the_terminal_in_plain_type_and_nothing_in_a_file(
    shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    for terminal in (True, False):
        with pytest.raises(ModelError, match="It died"):
            shown(Retrieved(()), Token("Half"), Failed("It died.", "Half", ""), terminal=terminal)
        out = capsys.readouterr().out
        assert out.rstrip("\n") == (f"{DIM}Half{PLAIN}" if terminal else "")


def test_no_piece_of_an_answer_steers_the_terminal(shown: Shown) -> None:
    out, _ = shown(Retrieved(()), Token("\033[31mred"), Thought("\x9b31m"), Done(answer()), terminal=True)
    assert "\033[31m" not in out
    assert "\x9b" not in out
