"""Translation: a question in the other language of the documents, as the model gives it, for searching them by it."""

import hashlib
import re
from dataclasses import dataclass

from kb.answering.prompts import few_shot
from kb.language.language import CJK
from kb.language.number_forms import CODE
from kb.language.script import is_written_in
from kb.models.llm import Model
from kb.schema import DEFAULT_OPTIONS, AskOptions, Language, Message
from kb.store.catalog import Catalog
from kb.store.translations import keep, stored_translation

LONGEST = 600  # characters of a question that is translated: a longer one is a document
_TOKENS = 160  # that translation and key words may take

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿半]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*")

_TASK = {
    "en": (
        "Translate the question into English. Keep product names, codes and numbers as they are. On a second line, "
        "write English search keywords for it, with synonyms."
    ),
    "zh": "把问题翻译成中文。产品名、编号和数字保持原样。在第二行写出查找答案所用的中文关键词，包括同义词。",
}
_WORKED = {
    "en": (
        (
            "北停车场的访客登记几点截止？",
            "When does visitor registration at the north car park close?\n"
            "north car park, visitor, registration, closing time, deadline",
        ),
        (
            "X200 型扫描仪的保修期是几年？",
            "How many years is the warranty of the X200 scanner?\nX200, scanner, warranty, guarantee, years",
        ),
    ),
    "zh": (
        (
            "When does visitor registration at the north car park close?",
            "北停车场的访客登记几点截止？\n北停车场，访客，登记，截止时间，关闭",
        ),
        (
            "How many years is the warranty of the X200 scanner?",
            "X200 型扫描仪的保修期是几年？\nX200，扫描仪，保修期，质保，年限",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Translation:
    """A question in another language. `keywords` are words its answer may stand under; "" for none."""

    question: str
    keywords: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What is searched for."""
        return tuple(text for text in (self.question, self.keywords) if text)


def asking(question: str, to: Language) -> list[Message]:
    """The conversation that makes a model translate a question."""
    examples = [(f"{_TASK[to]}\n{asked}", given) for asked, given in _WORKED[to]]
    return few_shot(examples, f"{_TASK[to]}\n{question}")


def translated(
    question: str, to: Language, model: Model, catalog: Catalog, options: AskOptions = DEFAULT_OPTIONS
) -> Translation | None:
    """The question in that language, from the catalog where this model translated it before.

    None where it is too long, or what the model wrote is no translation of it. Raises ModelError.
    """
    if len(question) > LONGEST:
        return None
    key = hashlib.sha256(f"{model.digest()}\0{to}\0{question}".encode("utf-8", "surrogatepass")).digest()
    written = stored_translation(catalog, key)
    if written is None:
        options.take_turn()
        written = model.complete(asking(question, to), answer_tokens=_TOKENS, stop=options.stop)
        if options.stopped:
            return None
        keep(catalog, key, written)
    return checked(question, written, to)


def checked(question: str, written: str, to: Language) -> Translation | None:
    """What a model wrote, if it is in that language and holds no number that the question does not.

    Codes and numbers of the question that it lost are put behind it, so that they are searched for all the same.
    """
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if not lines or lines[0] in (question, _TASK[to]) or len(lines[0]) > 4 * len(question) + 200:
        return None
    if not is_written_in(lines[0], to):
        return None
    numbers = set(_NUMBER.findall(question))
    added = set(_NUMBER.findall(lines[0])) - numbers
    if added and not (to == "en" and _HAN_NUMBER.search(question)):
        return None
    whole = _with_lost(lines[0], question, to)
    keywords = lines[1] if len(lines) > 1 and len(lines[1]) <= 4 * len(question) + 200 else ""
    return Translation(whole, keywords)


def _with_lost(text: str, question: str, to: Language) -> str:
    """The text with the codes and numbers of the question that it lacks; with its Latin words, where it was Chinese."""
    wanted = _LATIN.findall(question) if CJK.search(question) and to == "en" else CODE.findall(question)
    for word in (*wanted, *_NUMBER.findall(question)):
        if word.casefold() not in text.casefold():
            text = f"{text} {word}"
    return text
