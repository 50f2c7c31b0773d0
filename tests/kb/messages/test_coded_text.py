"""Coded texts: said in both languages from a code and values, also after they were kept, or came from elsewhere."""

import copy
import errno
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from kb.errors import DocumentNotFound, KBError, TryLater, UsageError, why
from kb.messages.coded_text import (
    CodedText,
    fields,
    in_words,
    of_fields,
    of_stored,
    stored,
    text_in,
    together,
)

NOT_FOUND = CodedText("document.not_found", path="a b.md")


def test_a_text_is_its_words_in_english_and_says_the_same_in_chinese() -> None:
    assert NOT_FOUND == "There is no document 'a b.md'. `kb docs list` shows what there is."
    assert NOT_FOUND.to("zh") == "没有文档 'a b.md'。`kb docs list` 会列出现有文档。"
    assert NOT_FOUND.to("zh").to("en") == NOT_FOUND
    assert text_in("zh", "answer.stopped") == "已停止。"


def test_the_page_says_what_it_has_instead_of_a_command() -> None:
    assert NOT_FOUND.on_page("en") == "There is no document 'a b.md'. It may have been deleted."
    assert NOT_FOUND.on_page("zh") == "没有文档 'a b.md'，可能已被删除。"
    assert CodedText("file.empty").on_page("en") == "The file is empty."


def test_a_value_may_be_a_text_with_a_code_a_number_or_a_list() -> None:
    line = CodedText("results.line_damaged", path=Path("/r/x"), number=3, advice=CodedText("results.advice"))
    assert line == "/r/x, line 3 is damaged. Choose another --out, or replace the results with --fresh."
    assert line.on_page("zh") == "/r/x 第 3 行已损坏。请新建一次评测。"
    parts = [CodedText("scope.paths", value=("a/*", "b")), CodedText("scope.since", value="2026-01-01")]
    assert in_words(parts, "en") == "path a/*, b, since 2026-01-01"
    assert in_words(parts, "zh") == "路径 a/*、b、自 2026-01-01 起"


def test_an_error_as_a_value_keeps_its_code() -> None:
    absent, missing = UsageError("question.empty"), ValueError("odd")
    none = KBError("engine.none_usable", absent=absent, missing=missing)
    assert str(none) == "No language model can be used. The question is empty. Write what you want to know. odd"
    assert isinstance(none.message, CodedText)
    assert none.message.to("zh") == "没有可用的语言模型。问题是空的，请写下您想了解的内容。odd"


def test_sentences_are_put_together_in_the_manner_of_their_language() -> None:
    whole = together(CodedText("file.vanished"), "", CodedText("document.version_before"))
    assert whole == "The file vanished. The version read before still answers."
    assert isinstance(whole, CodedText)
    assert whole.to("zh") == "文件消失了。先前读入的版本仍可检索。"
    assert together("one", "") == "one"
    assert together() == ""


def test_a_code_or_value_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        CodedText("document.no_such_code")
    with pytest.raises(KeyError, match="path"):
        CodedText("document.not_found")
    with pytest.raises(KeyError):
        CodedText("file.empty", path="x")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_outlives_json_the_store_a_copy_and_a_process(language: Any) -> None:
    line = CodedText("results.line_damaged", path="x\udcff", number=3, advice=CodedText("results.advice")).to(language)
    form = json.loads(json.dumps({"reason": line, **fields(line, "reason_")}))
    for back in (
        of_fields(form["reason"], form, "reason_"), of_stored(str(line), stored(line)), copy.deepcopy(line),
        pickle.loads(pickle.dumps(line)),
    ):  # fmt: skip
        assert isinstance(back, CodedText)
        assert back == line
        assert back.to("zh") == line.to("zh")
        assert back.to("en") == line.to("en")
        assert back.form() == line.form()


def test_a_list_of_values_outlives_json() -> None:
    text = CodedText("scope.nothing_matches", filter=[CodedText("scope.types", value=["pdf"])], there=["a", "b"])
    back = of_stored(str(text), stored(text))
    assert isinstance(back, CodedText)
    assert (
        back.to("zh")
        == text.to("zh")
        == "没有文档符合筛选条件：类型 pdf。请取消筛选，或更换条件。现有文档的集合：a、b。"
    )


def test_a_text_without_a_code_stays_as_it_is() -> None:
    assert fields("An old one.") == {"code": "", "values": {}}
    assert stored("An old one.") == stored(None) == ""
    assert of_stored("An old one.", "") == "An old one."
    assert type(of_fields("An old one.", {"code": "", "values": {}})) is str


@pytest.mark.parametrize(
    "form",
    [
        {}, {"code": 3, "values": {}}, {"code": [], "values": {}}, {"code": "file.empty", "values": None},
        {"code": "no.such", "values": {}}, {"code": "document.not_found", "values": {}},
        {"code": "document.not_found", "values": {"path": None}},
        {"code": "document.not_found", "values": {"path": {"code": "document.not_found"}}},
        {"code": "file.too_large", "values": {"size": "much", "limit": 3}},
    ],
)  # fmt: skip
def test_a_form_that_means_nothing_here_leaves_the_words(form: dict[str, Any]) -> None:
    assert type(of_fields("As it was.", form)) is str
    assert of_fields("As it was.", form) == "As it was."


def test_a_form_may_not_go_too_deep() -> None:
    form: dict[str, Any] = {"code": "file.empty", "values": {}}
    for _ in range(5_000):
        form = {"code": "together.both", "values": {"first": "a", "rest": form}}
    assert type(of_fields("Deep.", form)) is str


def test_an_error_says_its_code_and_a_plain_sentence_has_none() -> None:
    error = DocumentNotFound("document.not_found", path="x")
    assert error.code == "document.not_found"
    assert str(error) == error.message
    assert type(str(error)) is str
    again = DocumentNotFound(error.message)
    assert again.code == error.code
    plain = KBError("Something of a plug-in failed.")
    assert plain.code == ""
    assert str(plain) == "Something of a plug-in failed."
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.code, str(back)) == (DocumentNotFound, error.code, str(error))
    later = TryLater("password.wait_seconds", 7.5, n=8)
    assert (later.seconds, later.retry_after, str(later)) == (
        7.5,
        8,
        "Too many wrong passwords. Try again in 8 seconds.",
    )


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOENT, errno.ENOSPC, errno.EROFS, errno.EADDRINUSE])
def test_what_the_system_says_is_said_in_both_languages(number: int) -> None:
    said = why(OSError(number, os.strerror(number), "/x"))
    assert said == os.strerror(number)
    assert isinstance(said, CodedText)
    assert said.to("zh") != said


def test_what_a_library_says_with_a_number_of_its_own_stays() -> None:
    assert type(why(OSError(errno.EACCES, "[SSL] no shared cipher"))) is str
    assert why(ValueError("odd")) == "odd"
