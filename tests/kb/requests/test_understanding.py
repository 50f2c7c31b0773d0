"""Requests in words of one's own: the model copies from the question what they are about."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from kb.answering.answer_builder import Draft
from kb.errors import ModelError
from kb.language.language import language_of
from kb.requests.kinds import Kind
from kb.requests.recognition import Compare, FindDocuments, ListAll, Request, Summarise
from kb.requests.understanding import understood
from kb.schema import AskOptions
from tests.fakes import ScriptedModel
from tests.knowledge import OWNER, open_kb


def heard(
    home: Path, question: str, copied: Iterable[str], supposed: Kind = "fact"
) -> tuple[Request | None, ScriptedModel]:
    model = ScriptedModel(completions=copied)
    with open_kb(home, model) as kb:
        return understood(kb._desk(Draft(question, language_of(question)), OWNER, AskOptions()), supposed), model


@pytest.mark.parametrize(
    ("question", "copied", "request_"),
    [
        ("what's the gist of lighthouse_report.pdf, I've got two minutes", "lighthouse_report.pdf",
         Summarise("lighthouse_report.pdf")),
        ("太长了看不完，这份东西大概说了啥", "本文件", Summarise("")),
        ("give me every boat that is still unpaid, as a table", "boat that is still unpaid",
         ListAll("boat that is still unpaid",
                 conditions="give me every boat that is still unpaid, as a table")),
        ("还没交费的船有哪些，全部列给我", "还没交费的船",
         ListAll("还没交费的船", conditions="还没交费的船有哪些，全部列给我")),
        ("do we have anything written on oil spills?", "oil spills", FindDocuments("oil spills")),
        ("有没有讲油污处理的资料", "油污处理", FindDocuments("油污处理")),
        ("pier 3 or pier 7, how do they differ in depth?", "pier 3\npier 7\nIn: depth",
         Compare((("pier 3", "pier 7"),), "depth", sure=False)),
        ("三号码头、五号码头跟七号码头有啥不一样", "三号码头\n五号码头\n七号码头\n比：全部",
         Compare((("三号码头", "五号码头", "七号码头"),), sure=False)),
        ("what's different between version 1.0 of the mooring rules and version 2.0",
         "mooring rules\nversion 1.0\nversion 2.0\nIn: different",
         Compare((("mooring rules version 1.0", "mooring rules version 2.0"),), sure=False)),
    ],
)  # fmt: skip
def test_what_a_request_is_about_is_copied_from_it(
    question: str, copied: str, request_: Request, tmp_path: Path
) -> None:
    found, model = heard(tmp_path / "home", question, [copied])
    assert found == request_
    assert model.completion_requests[0][-1].content.startswith(question)


@pytest.mark.parametrize(("supposed", "sure"), [("fact", False), ("summary", True)])
def test_what_says_much_and_names_no_document_is_one_only_by_its_form(
    supposed: Kind, sure: bool, tmp_path: Path
) -> None:
    question = "太长了看不完，这份东西大概说了啥，船位、锚地、拖轮、引水、吃水、潮汐和装卸各怎么安排"
    assert heard(tmp_path / "home", question, ["本文件"], supposed)[0] == Summarise("", sure)


@pytest.mark.parametrize(
    ("question", "copied", "request_"),
    [
        ("四种船位怎么选，列个对比", "四种船位\n比：全部", ListAll("四种船位", sure=False)),
        ("what has changed in the mooring rules?", "the mooring rules\nIn: everything",
         Compare((("mooring rules",),), sure=False)),
    ],
)  # fmt: skip
def test_one_side_alone_is_what_editions_or_kinds_are_of(
    question: str, copied: str, request_: Request, tmp_path: Path
) -> None:
    assert heard(tmp_path / "home", question, [copied], "comparison")[0] == request_


@pytest.mark.parametrize(
    ("question", "copied"),
    [
        ("do we have anything written on oil spills?", "fire drills"),
        ("what's the gist of lighthouse_report.pdf, I've got two minutes", "the harbour rules"),
        ("pier 3 or pier 7, how do they differ in depth?", "pier 3\nthe marina\nIn: depth"),
        ("pier 3 or pier 7, how do they differ in depth?", "pier 3"),
        ("do we have anything written on oil spills?", ""),
    ],
)
def test_what_does_not_stand_in_the_question_makes_it_an_ordinary_one(
    question: str, copied: str, tmp_path: Path
) -> None:
    assert heard(tmp_path / "home", question, [copied])[0] is None


@pytest.mark.parametrize("question", ["How deep is pier 3?", "三号码头水深多少", "all of it\nplease", "boats " * 80])
def test_of_an_ordinary_question_the_model_is_asked_nothing(question: str, tmp_path: Path) -> None:
    found, model = heard(tmp_path / "home", question, ["pier 3"])
    assert found is None
    assert model.completion_requests == []


def test_without_a_model_a_question_is_an_ordinary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> str:
        raise ModelError("the server died")

    monkeypatch.setattr(ScriptedModel, "complete", fails)
    assert heard(tmp_path / "home", "do we have anything written on oil spills?", ["oil spills"])[0] is None
