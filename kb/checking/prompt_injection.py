"""Orders: text in a document that speaks to the model instead of the reader. It is shown, and never obeyed or cited.

A paragraph counts as orders when it sets instructions aside and speaks of a model or dictates what is to be answered,
when it speaks to a model as "you" and dictates, when it speaks as the system and dictates, or when it says how "your
answer" is to be changed. A policy on the use of assistants speaks of them, and to staff.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kb.language.invisible import without_invisible
from kb.language.language import nfkc
from kb.schema import Passage

_SETS_ASIDE = re.compile(
    r"\b(ignore|disregard|forget|override|bypass|discard|stop following|do not follow|don['’]t follow"
    r"|pay no attention to)\b[^.]{0,40}\b(instructions?|prompts?|rules|guidelines|context|directives?|commands"
    r"|restrictions|(said|written|stated) (above|before)|(everything|anything|all)( of)? (the )?(above|before))\b"
    r"|(忽略|无视|忘记|忘掉|抛开|不要理会|不用理会|不要遵[循守]|停止遵[循守])[^。]{0,16}(指令|指示|提示|规则|要求|设定|限制|内容)",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"\b(never|(must|may|shall|should|do|can) ?not|don['’]t) (try to )?(ignore|disregard|forget|override|bypass)\b"
    r"|(不得|不要|不能|不可|不准|禁止|严禁)[^。，]{0,12}(忽略|无视|忘记|忘掉)",
    re.IGNORECASE,
)
_MODEL = r"(?:(?:ai|language|chat) ?(?:assistants?|models?|bots?|systems?|agents?)|llms?|chatgpt|deepseek|qwen)\b"
_SPEAKS_OF_A_MODEL = re.compile(rf"\b{_MODEL}|(AI|人工智能|智能|语言|大)\s*(助手|模型)", re.IGNORECASE)
_SPEAKS_TO_A_MODEL = re.compile(
    r"\b(note|attention|message|notice|instructions?|dear|hey|hello)[ ,:]{0,2}(to|for)? ?(the |all |any |every )?"
    rf"{_MODEL}|\byou are (now )?(an? |the )?([\w-]+ )?(ai|language model|assistant|chat ?bot)\b|\byou are now\b"
    r"|\bas an ai\b|\b(act|behave|respond|answer|speak) as (if you were )?(an? |the )([\w-]+ ){0,2}"
    r"(ai|assistant|chat ?bot|language model)\b|\bpretend (to be|that you|you are)\b"
    r"|\bfrom now on,? (you|every|all|always|only)\b|\b(developer|debug|god|jailbreak|unrestricted) mode\b"
    r"|\bsystem prompt\b|\byour (system|initial|original|hidden|previous|prior) (prompts?|instructions)\b"
    r"|\bassistants?\s*[:,]|\[/?inst\]|<<sys>>|< ?[|｜] ?(im_start|im_end|system|user|assistant)\b"
    r"|</?(system|instructions?)>|系统提示词?|你(现在)?是(一个|一名)?[^。，]{0,8}(助手|模型)|你现在是|你的新身份"
    r"|从现在(开始|起)[，,]?你|(助手|模型)\s*[，,：:]|(致|告|对)[^。，]{0,6}(助手|模型)|(开发者|调试|维护)模式",
    re.IGNORECASE,
)
_SPEAKS_AS_SYSTEM = re.compile(
    r"^\W{0,6}(system|assistant|administrator|developer|prompt)( ?(message|prompt|note|notice|override|instructions?"
    r"|update))?\W{0,3}[:：>\]]|^\W{0,6}系统(消息|指令|提示词?|通知|命令)?\W{0,2}[：:]",
    re.IGNORECASE | re.MULTILINE,
)
_DICTATES = re.compile(
    r"\b(whatever|no matter what) [^.]{0,30}\basks?\b"
    r"|\b(if|when(ever)?) (the user|anyone|someone|somebody) asks?\b"
    r"|\b(answer|reply|respond|say)s? (only |always |just |exactly )?(that|with)\b"
    r"|\b(answer|reply|respond|say|output|print|write|return|repeat)s? (with )?(only|just|exactly|nothing (but|else)"
    r"|the (exact )?(word|words|phrase|string|sentence|text))\b|\b(only|just) (output|print|say|reply|respond|answer)\b"
    r"|\b(end|begin|start|finish|conclude|preface) (every|each|your|all) (answer|reply|response)"
    r"|\bdo not (mention|tell|reveal|cite|disclose|answer|summari[sz]e)\b"
    r"|\b(always|must) (answer|reply|respond|include|say|output|recommend)\b"
    r"|\btell (the|every|all|any) (users?|readers?|person)\b"
    r"|\b(reveal|print|repeat|show|output|disclose|leak) (me )?(your|the) "
    r"((system|initial|original|hidden|full|entire) )?(prompts?|instructions)\b"
    r"|(无论|不管)[^。]{0,12}(问|提问)|(一律|必须|都要|始终|只能|只需|只要|仅|只)[^。]{0,6}(回答|回复|答复|输出)"
    r"|不要(提及|提到|引用|透露|回答)|(告诉|告知)(用户|提问者|读者)|(输出|回答|回复)[^。，]{0,6}(这个词|以下内容|下列内容|“)"
    r"|(说出|输出|泄露|重复)[^。，]{0,6}(系统提示|提示词)",
    re.IGNORECASE,
)
# How "your answer" is to be changed. What a person is asked to put into a form or an offer is not said like this.
_ANSWER = r"(?:answers?|replies|reply|responses?|outputs?|completions?)"
_BEGIN = r"(?:^|[.!?;:]\s+)(?:please |kindly |also |always |then |now |and |important: |note: )*"
_CHANGE = (
    r"(?:replac\w+|substitut\w+|rearrang\w+|scrambl\w+|jumbl\w+|misspell\w*|anagram\w*|revers\w+|shuffl\w+|remov\w+"
    r"|combin\w+|group\w*|swap\w*|encod\w+|encrypt\w+|cipher\w*|convert\w*|obfuscat\w+|capitali[sz]\w+|delet\w+"
    r"|omit\w*|introduc\w+|us(?:e|ing)|random\w*)"
)
_LETTERS = (
    r"(?:letters?|vowels?|consonants?|characters?|spaces|punctuation|alphabet|spelling|misspellings?|typos|anagram\w*"
    r"|emojis?|base ?64|base ?32|hex\w*|binary|morse|rot-?13|cipher\w*|ascii|leet\w*|substitution|backwards|gibberish"
    r"|symbols?)"
)
_CHANGES_ANSWER = re.compile(
    rf"{_BEGIN}(?:"
    # replace the vowels in your reply; give your answer in base64; scramble the words of your answer
    rf"{_CHANGE}\b[^.!?\n]{{0,80}}\b{_LETTERS}\b[^.!?\n]{{0,40}}\b(?:in|of|for|from) (?:your|the|each|every) "
    rf"{_ANSWER}\b"
    rf"|\w+ (?:your|the) (?:entire |whole |full |final )?{_ANSWER} (?:in|into|as|with|using|by|without|to) "
    rf"[^.!?\n]{{0,40}}\b{_LETTERS}\b"
    rf"|{_CHANGE}\b[^.!?\n]{{0,30}}\b(?:words?|sentences?)\b[^.!?\n]{{0,30}}\b(?:in|of) your {_ANSWER}\b"
    # enhance your reply by; begin your answer with; add an offer to your answer
    r"|(?:modify|enhance|augment|alter|enrich|adorn|preface|prefix|prepend|begin|start|end|finish|conclude|close) "
    rf"(?:your|each|every) {_ANSWER} (?:by|with|to)\b"
    r"|(?:integrate|embed|insert|append|inject|weave|slip|incorporate|add) [^\n]{1,160}\b(?:in|into|to|within) "
    rf"your {_ANSWER}\b"
    r"|include (?:an? (?:sentence|line|link|advert\w*|joke|poem|promotion)|the (?:word|phrase|sentence|link))\b"
    rf"[^\n]{{1,160}}\bin your {_ANSWER}\b"
    rf"|in your {_ANSWER},? (?:suggest|tease|promote|recommend|urge|encourage|advertise|mention|tell|ask|invite) "
    r"[^.\n]{0,40}\b(?:users?|readers?|people|everyone|them|that)\b)"
    r"|(?:在|把|将|于)(?:你的?|您的?)?(?:回答|回复|答案|答复|输出)(?:的?(?:开头|结尾|末尾|最后|前面|后面|中|里|内容)){0,2}"
    r"[^。，\n]{0,8}(?:加上|加入|附上|插入|写上|添加|植入|带上|推荐|宣传|反转|倒序|替换|编码)"
    r"|用(?:拼音|倒序|乱码|暗号|表情符号?|base ?64|摩斯电码|十六进制|火星文)[^。，\n]{0,6}(?:回答|回复|作答|输出)",
    re.IGNORECASE,
)
# To the next blank line; what a colon announces belongs to it.
_PARAGRAPH = re.compile(r"(?:[^\n]|(?<=[:：])\n(?:[^\S\n]*\n)?|\n(?![^\S\n]*\n))+")
_LINE = re.compile(r"[^\n]+")
_LONG = 1_200  # characters; a longer paragraph is a page or a table, of which an order is some lines
BLANK = "\n" * 12  # no quote runs over so many line breaks: there something was taken out
_FALSE_NUMBER = re.compile(r"^([^\S\n]*)[\[【［〔]([^\S\n]*\d{1,3}[^\S\n]*)[\]】］〕]", re.MULTILINE)
_CELLS = re.compile(r"[|\t]")


@lru_cache(maxsize=256)
def without_orders(passage: Passage) -> Passage:
    """The passage as a model may read it, and as a claim may rest on it: orders are taken out of text, title, section
    and table header. The text keeps its length, so that offsets hold."""
    text = passage.text
    for start, end in orders_in(text):
        text = text[:start] + "\n" * (end - start) + text[end:]
    title, section, header = (_name(part) for part in (passage.title, passage.section, passage.header))
    if gives_orders(f"{title}. {section}. {header}"):  # one order in several parts
        title = section = header = ""
    return replace(passage, text=text, title=title, section=section, header=header)


def said_in_conversation(text: str) -> str:
    """What was answered earlier, which may repeat a document, without its orders."""
    for start, end in reversed(list(orders_in(text))):
        text = text[:start] + text[end:]
    return text


def without_false_numbers(text: str) -> str:
    """The text with a `[2]` at the beginning of a line written as `(2)`: only a passage's own number looks like one."""
    return _FALSE_NUMBER.sub(r"\1(\2)", text)


def orders_in(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the paragraphs that give a model orders; of a very long one, of its lines that do."""
    for paragraph in _PARAGRAPH.finditer(text):
        if not gives_orders(paragraph.group()):
            continue
        start, end = paragraph.span()
        lines = list(_LINE.finditer(text, start, end)) if end - start > _LONG else []
        ordering = [line.span() for line in lines if gives_orders(line.group())]
        yield from ordering or [(start, end)]


def gives_orders(text: str) -> bool:
    """Whether a text speaks to a model, and tells it what to do."""
    text = nfkc(without_invisible(text))
    line = " ".join(text.split())
    dictates, to_a_model = _DICTATES.search(line), _SPEAKS_TO_A_MODEL.search(line)
    if _SETS_ASIDE.search(_FORBIDDEN.sub(" ", line)):
        return bool(dictates or to_a_model or _SPEAKS_OF_A_MODEL.search(line))
    if dictates and (to_a_model or _SPEAKS_AS_SYSTEM.search(text)):
        return True
    return bool(_CHANGES_ANSWER.search(line))


def _name(text: str) -> str:
    """A title, a section path or a table header; "" if it gives orders, as one or in one of its parts."""
    return "" if any(map(gives_orders, (text, *_CELLS.split(text), *text.split(" > ")))) else text
