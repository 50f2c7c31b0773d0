"""Understanding: requests in words of one's own: the classifier says what is asked for, the model what it is about, in
words of the question alone."""

import json
import re
from collections.abc import Mapping
from typing import Final

from kb.answering.prompts import few_shot
from kb.checking.year_mismatch import edition_number
from kb.errors import ModelError
from kb.language.content_terms import content_of, is_number, share_held
from kb.language.language import CJK, nfkc
from kb.requests.desk import Desk
from kb.requests.kinds import Kind, kind_of, shipped
from kb.requests.recognition import (
    LONGEST,
    Compare,
    FindDocuments,
    ListAll,
    Request,
    Summarise,
    bare_name,
    name_in,
    of_this,
)
from kb.schema import Language

COPIED = 0.8  # share of what the model copies that must stand in the question
NAMELESS = 8.5  # weight of the words up to which a question may be about nothing but "this"
_TOKENS = 64
_EVERYTHING = frozenset(  # in what things are compared that are compared in everything
    "everyth all chang differ similar compar contrast common contradict better best pro con advantag disadvantag apart"
    " 全部 一切 变化 不同 区别 差别 差异 异同 优缺 缺点 优点 一样 改动 修改 更好".split()
)

_TASKS: Mapping[Kind, Mapping[Language, str]] = {
    "summary": {
        "en": "Which words of the question name the document? Copy them. If it names none, write “this”. Write nothing "
        "else.",
        "zh": "问题里哪几个字是文件的名称？照抄。没有写名称的，写“本文件”。不要写别的。",
    },
    "comparison": {
        "en": "Which things does the question compare, and in what? Copy them: one thing a line, then “In: ” with what "
        "they are compared in, or “In: everything”. Write nothing else.",
        "zh": "问题比较的是哪几样东西、比哪方面？照抄：每样一行，最后一行写“比：”和所比的方面，没有写明就写“比：全部”。"
        "不要写别的。",
    },
    "list": {
        "en": "What shall be listed? Copy the words of the question, with the conditions. Write nothing else.",
        "zh": "要列出的是什么？照抄问题中的那几个字，连同条件。不要写别的。",
    },
    "documents": {
        "en": "Which words of the question name what the documents shall be about? Copy them. Write nothing else.",
        "zh": "问题要找的是关于什么的文件？照抄问题中的那几个字，不要写别的。",
    },
}
_EXAMPLES: Mapping[Kind, Mapping[Language, tuple[tuple[str, str], ...]]] = {
    "summary": {
        "en": (
            ("can you tell me briefly what the garden rules 2021 are about?", "garden rules 2021"),
            ("no time to read it, what's the point?", "this"),
            ("Hartmann's letter on the roof, in two lines please", "Hartmann's letter on the roof"),
            ("quick gist of roof_survey_v2.docx", "roof_survey_v2.docx"),
        ),
        "zh": (
            ("《花园管理规定》2021版大致讲了些什么", "《花园管理规定》2021版"),
            ("没时间看，直接说重点", "本文件"),
            ("哈工那封讲屋顶的信，两句话说说", "哈工那封讲屋顶的信"),
            ("屋顶勘察_v2.docx给我过一遍", "屋顶勘察_v2.docx"),
        ),
    },
    "comparison": {
        "en": (
            (
                "How do the staff canteen and the guest canteen differ in opening hours?",
                "the staff canteen\nthe guest canteen\nIn: opening hours",
            ),
            (
                "tell me what changed from the 2021 to the 2022 garden rules",
                "2021 garden rules\n2022 garden rules\nIn: everything",
            ),
            ("Oak, beech or pine: which wood lasts longest outdoors?", "Oak\nbeech\npine\nIn: lasts longest outdoors"),
            ("Ms Duval's plan next to Mr Bauer's plan please", "Ms Duval's plan\nMr Bauer's plan\nIn: everything"),
        ),
        "zh": (
            ("职工食堂和访客食堂的开放时间有什么不同？", "职工食堂\n访客食堂\n比：开放时间"),
            ("2021版和2022版花园管理规定改了哪里", "2021版花园管理规定\n2022版花园管理规定\n比：全部"),
            ("橡木、榉木、松木哪个在室外更耐用", "橡木\n榉木\n松木\n比：室外耐用"),
            ("把杜工的方案跟鲍工的方案放一起看看", "杜工的方案\n鲍工的方案\n比：全部"),
        ),
    },
    "list": {
        "en": (
            ("who all has a key to the boat house?", "who has a key to the boat house"),
            ("pls give me every tree that was planted after 2019, as a table", "tree that was planted after 2019"),
            ("how many kinds of guest passes are there and what are they called", "kinds of guest passes"),
            ("I want to see the repairs that are still open, all of them", "repairs that are still open"),
        ),
        "zh": (
            ("船屋的钥匙都在谁手里", "谁有船屋的钥匙"),
            ("2019年以后种的树全给我，列成表", "2019年以后种的树"),
            ("访客证一共几种，各叫什么", "访客证的种类"),
            ("还没修好的报修单我都要看", "还没修好的报修单"),
        ),
    },
    "documents": {
        "en": (
            ("Is there anything on bicycle leasing in our files?", "bicycle leasing"),
            ("where would I find what the canteen may charge for guests", "what the canteen may charge for guests"),
            ("Show me every memo that names Hartmann & Co.", "Hartmann & Co."),
            ("need papers about the roof repair, any will do", "the roof repair"),
        ),
        "zh": (
            ("有没有讲自行车租赁的资料", "自行车租赁"),
            ("访客用餐收费写在哪个文件里", "访客用餐收费"),
            ("把提到哈特曼公司的备忘录都找出来", "哈特曼公司"),
            ("屋顶维修这事，咱们存过什么材料吗", "屋顶维修"),
        ),
    },
}
_EDITION = frozenset("version edit revis ver v old new 版本 旧版 新版".split())
_CHANGED = re.compile(r"\bchang|\bnew\b|\bold\b|改|变|调整|新旧|新版|旧版|两版", re.IGNORECASE)
_SEVERAL = re.compile(  # "the four kinds of storage": the rows of a table
    r"\b(?:three|four|five|six|seven|eight|all|different|various|kinds|types|tiers|levels|plans)\b"
    r"|[三四五六七八九十几各][种类档个款项级等]",
    re.IGNORECASE,
)
_COMPARED_IN: Final[Mapping[Language, str]] = {"en": "in:", "zh": "比:"}


def understood(desk: Desk, supposed: Kind = "fact") -> Request | None:
    """The request that a question is; None for an ordinary question, and where the model names what does not stand in
    it. `supposed` is what its form says."""
    question = desk.draft.searched
    if len(question) > LONGEST or "\n" in question.strip() or not _knows_vectors_of(desk):
        return None
    embedded = desk.draft.embedded
    if question not in embedded:
        embedded[question] = desk.embedder.embed_question(question)
    kind = kind_of(question, embedded[question].vector, supposed)
    if kind == "fact":
        return None
    said = [line.strip() for line in _copied(question, kind, desk).splitlines() if line.strip()]
    if kind == "comparison":
        return _compared(said, question, desk.language)
    about = bare_name(said[0]) if said else ""
    if kind == "summary":
        name = of_this(name_in(about))
        if not name:
            return Summarise("", sure=supposed == "summary" or sum(content_of(question).values()) <= NAMELESS)
        return Summarise(name) if _stands_in(name, question) else None
    if kind == "list":
        return ListAll(about if _stands_in(about, question) else question, conditions=question)
    return FindDocuments(about) if _stands_in(about, question) else None


def _knows_vectors_of(desk: Desk) -> bool:
    """Whether the classifier was fitted to the vectors of the model in use."""
    return bool(json.loads(desk.identity).get("model") == shipped().model)


def _copied(question: str, kind: Kind, desk: Desk) -> str:
    """What the model copies from a question; "" where there is no model."""
    language = desk.language
    task = _TASKS[kind][language]
    examples = [(f"{asked}\n\n{task}", copied) for asked, copied in _EXAMPLES[kind][language]]
    messages = few_shot(examples, f"{question}\n\n{task}")
    try:
        desk.options.take_turn()
        return desk.open_model().complete(messages, answer_tokens=_TOKENS, stop=desk.options.stop)
    except ModelError:
        return ""


def _compared(said: list[str], question: str, language: Language) -> Compare | ListAll | None:
    sides: list[str] = []
    aspect = ""
    for line in said:
        if nfkc(line).lower().startswith(_COMPARED_IN[language]):
            aspect = line[len(_COMPARED_IN[language]) :].strip()
            break
        sides.append(bare_name(line))
    sides = _with_what_they_are_of(list(dict.fromkeys(filter(None, sides))))
    if not sides or not all(_stands_in(side, question) for side in sides):
        return None
    if len(sides) == 1 and not _CHANGED.search(question):
        return ListAll(sides[0], sure=False) if _SEVERAL.search(sides[0]) else None
    told = {token for token in content_of(aspect) if token not in _EVERYTHING}
    aspect = bare_name(aspect) if told and _stands_in(aspect, question) else ""
    return Compare((tuple(sides),), aspect, sure=False)


def _with_what_they_are_of(sides: list[str]) -> list[str]:
    """Editions with the name of what they are of: of "retention policy", "version 2.1", "version 3.0" the last two."""
    editions = [side for side in sides if edition_number(side) and not _names_more(side)]
    named = [side for side in sides if side not in editions]
    return [f"{named[0]} {side}" for side in editions] if len(editions) > 1 and len(named) == 1 else sides


def _names_more(side: str) -> bool:
    """Whether what names an edition says of what."""
    return any(not is_number(token) and token not in _EDITION for token in content_of(side))


def _stands_in(copied: str, question: str) -> bool:
    """Whether the words that were copied are those of the question, of which Chinese may stand in another order."""
    said, letters = content_of(question), nfkc(question)
    wanted = content_of(copied)
    held = {token for token in wanted if token in said or (CJK.search(token) and all(c in letters for c in token))}
    return bool(wanted) and share_held(wanted, held) >= COPIED
