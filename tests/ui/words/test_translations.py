"""Translations: what has a code is read in the language of the reader, on the page with the page's own words."""

import pytest

from kb.errors import DocumentError, KBError, ModelMissing, UsageError
from kb.messages.coded_text import CodedText, text_in
from kb.schema import Language
from ui.words.strings import Strings
from ui.words.translations import localised


def test_an_error_is_told_in_the_language_of_the_reader() -> None:
    error = UsageError("question.too_long", count=5000, most=4000)
    assert localised(error, "en") == str(error)
    assert localised(error, "zh") == "问题有 5,000 个字符，最多 4,000 个。请把长文本放进文档，再就它提问。"
    assert localised(error.message, "zh") == localised(error, "zh")


def test_the_command_line_names_commands_and_the_page_what_it_has() -> None:
    missing = ModelMissing(CodedText("ollama.pull", tag="m"))
    assert localised(missing, "en") == "Run `kb models pull m`, or use `--engine embedded`."
    assert localised(missing, "zh") == "请运行 `kb models pull m`，或使用 `--engine embedded`。"
    assert Strings("en").message(missing) == "Pull m on the page Models, or choose an embedded model there."
    assert Strings("zh").message(missing) == "请在“模型”页拉取 m，或改用内置引擎。"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_notice_is_told_in_the_language_of_the_page_in_whichever_the_question_was(language: Language) -> None:
    for of_question in ("en", "zh"):
        notice = text_in(of_question, "answer.left_out", fit=2, count=3)  # type: ignore[arg-type]
        told = {"en": "Only the first 2 of 3 passages fit", "zh": "模型的上下文只容得下 3 个段落中的前 2 个。"}
        assert Strings(language).message(notice).startswith(told[language])


def test_what_has_no_code_stays_as_it_is() -> None:
    assert localised("Of an earlier version.", "zh") == "Of an earlier version."
    assert localised(KBError("Of a plug-in."), "zh") == "Of a plug-in."
    assert localised(OSError("Broken."), "zh") == "Broken."
    assert localised("", "zh") == ""


def test_names_in_a_message_are_no_message() -> None:
    error = DocumentError("document.name_twice", path="The file is empty.")
    assert localised(error, "zh") == "名称 'The file is empty.' 在本次任务中重复，保留第一个。"
