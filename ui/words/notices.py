"""Notices: what was said of an answer in the language of its question, in the language of the page."""

import re
from functools import cache

from kb.schema import Language
from ui.words.text import Text

NOTICES: tuple[Text, ...] = (
    Text(
        "没有与问题足够接近的文档，未调用模型。",
        "No document is close enough to the question; the model was not asked.",
    ),
    Text("还没有您可阅读的文档。请先添加文档。", "There is no document yet that you may read. Add some first."),
    Text("模型阅读了段落，没有找到答案。", "The model read the passages and found no answer in them."),
    Text(
        "模型的回答没有得到文档的任何支持，未予显示。",
        "The model's answer was withheld: nothing in the documents supports it.",
    ),
    Text("模型没有给出答案。", "The model gave no answer."),
    Text("已停止。", "Stopped."),
    Text(
        "模型的上下文只容得下 {all} 个段落中的前 {n} 个。",
        "Only the first {n} of {all} passages fit into the model's context.",
    ),
    Text(
        "有文档试图向模型下达指令，这部分内容既未执行，也未采用。",
        "A document tries to give the model orders; that part was neither obeyed nor used.",
    ),
    Text("引用 {numbers} 没有对应的段落，已删除。", "Removed {numbers}: there is no passage of that number."),
    Text("部分引用已改为真正载有该内容的段落。", "Some citations were moved to the passage that holds the words."),
    Text("思考已达到 {n} 个词元的上限，到此为止。", "The reasoning was ended at its budget of {n} tokens."),
    Text("回答已达到 {n} 个词元的上限，在此截断。", "The answer was cut at its limit of {n} tokens."),
    Text("模型开始重复已说过的话，回答到此为止。", "The model began to repeat itself; the answer was ended there."),
    Text(
        "该回答所依据的文档已被删除，回答也随之删除。",
        "A document this answer rested on was deleted, and the answer with it.",
    ),
)
# What the filter is stands beside the question; the rest has words of both languages in it.
_NO_MATCH = Text(
    "没有文档符合筛选条件。请取消筛选，或更换条件。", "The filter matches no document. Remove it, or choose another."
)
_NO_MATCH_BEGINS = ("没有文档符合筛选条件：", "The filter matches no document:")
_HOLE = re.compile(r"\{(\w+)\}")


def in_language(notice: str, language: Language) -> str:
    """The notice in `language`. One that is not known, or is in it already, stays as it is."""
    if notice.startswith(_NO_MATCH_BEGINS[language == "zh"]):
        return getattr(_NO_MATCH, language)  # type: ignore[no-any-return]
    for pattern, words in _table(language):
        if found := pattern.fullmatch(notice):
            return _HOLE.sub(lambda hole: found[hole[1]], words)
    return notice


@cache
def _table(language: Language) -> list[tuple[re.Pattern[str], str]]:
    """What stands in the other language, and what it is in this one."""
    return [(_pattern(t.en if language == "zh" else t.zh), getattr(t, language)) for t in NOTICES]


def _pattern(words: str) -> re.Pattern[str]:
    parts = _HOLE.split(words)  # text, name, text, ...
    return re.compile("".join(f"(?P<{p}>.{{1,200}}?)" if i % 2 else re.escape(p) for i, p in enumerate(parts)))
