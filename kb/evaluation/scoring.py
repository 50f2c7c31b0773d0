"""Scoring: whether one answer is right, how close it comes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from kb.evaluation.answer_numbers import ENGLISH, MULTIPLIERS, TENS, chinese_to_digits, dates_to_one_form
from kb.evaluation.quantities import Quantity, quantities, same, states
from kb.language.script import HAN, without_markers

LONG_WORDS, LONG_CHARACTERS = 12, 25  # a gold over this length is not expected word for word
LONG_RECALL = 0.4  # of a long gold's words that are not the question's
REASONS_RECALL = 0.3  # of those of a yes or no with its reasons
AGREED_RECALL = 0.2  # the same where the answer begins with the same yes or no
NUMBER_RECALL = 0.5  # of the quantities of such golds
PHRASE_RECALL = 0.8  # of the words of a gold half as long; with all of its numbers

_LIST_NUMBERS = re.compile(r"(?m)^[ \t]*(?:[-*•][ \t]+|\(?\d{1,2}(?:[.)][ \t]+|[、)])(?=\S))")
_THINK_TAG = re.compile(r"[<◁‹]\s*+[/|\\]?\s*+\|?\s*+think(?:ing)?\b", re.IGNORECASE)

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_TOKEN = re.compile(
    r"(?P<time>(?<![\d:])\d{1,2}:\d{2}(?![\d:]))"
    r"|(?P<version>\d+(?:\.\d+){2,})"
    rf"|(?P<number>(?:(?<![\w)\]%])[-](?=[$€£¥]?[\d.]))?(?P<symbol>[$€£¥])?(?P<value>{_NUMBER})(?P<percent>\s*%)?)"
    rf"|(?P<han>[{HAN}\u3040-\u30ff\uac00-\ud7af])"
    rf"|(?P<word>[^\W\d_{HAN}\u3040-\u30ff\uac00-\ud7af]+(?:\d+(?:\.\d+)*[a-z]?)*)"
    r"|(?P<sign>[%‰])"
)
_CURRENCIES = {"$": "usd", "€": "eur", "£": "gbp", "¥": "cny"}
_CURRENCY_CODES = frozenset(_CURRENCIES.values()) | {"hkd", "jpy"}
_CURRENCY_WORDS = (
    (re.compile(r"(?:us|u\.s\.)\s*\$|\b(?:us|u\.s\.)?\s*dollars?\b"), " usd "),
    (re.compile(r"\beuros?\b"), " eur "),
    (re.compile(r"\b(?:rmb|yuan)\b|人民币|(?<=[\d万亿千百])\s*(?:元|块钱)"), " cny "),
    (re.compile(r"美元|美金"), " usd "),
    (re.compile(r"欧元"), " eur "),
    (re.compile(r"英镑"), " gbp "),
    (re.compile(r"港元|港币"), " hkd "),
    (re.compile(r"日元"), " jpy "),
)
_SMALL = "|".join(sorted(ENGLISH, key=len, reverse=True))
_ENGLISH_NUMBER = re.compile(rf"\b(?:({'|'.join(TENS)})[- ])?({_SMALL})\b")
_ONE_AS_PRONOUN = re.compile(
    r"\b(?:(?:no|any|some|every|each|this|that|which|the|only)[ -]one\b"
    r"|one(?= (?:of|or|another|can|must|should|may)\b))"
)
_RANGE = re.compile(r"\s*(?:[-~–—]|至|到|\bto\b)\s*")
_RANGE_SIGN = re.compile(r"\s*[-~–—]\s*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATIONS = _words("not no never without cannot isnt arent doesnt dont wont cant 不 没 未 无 非")
_YES = _words("yes yeah correct true 是 对 可 能 会 有 需")
_NO = _words("no not false incorrect 否 不 没 无 未 非")
_PLAIN_POLARITY = _words("yes no 是 否")
_STOP = _words(
    "of to in and or for on by with is are was were be been as at that this it its from which will can may their they "
    "you your have has had should not if such any also these than other into about 的 了 和 是 在 与 及 或 等 对 为 以 "
    "于 由 并 也 就 都 而 其 该 这 那 将 会 可 您 你 我 们"
)


def is_empty(answer: str) -> bool:
    """Whether nothing is said: no letter and no digit but those of citation markers and think tags."""
    said = re.sub(r"<[^<>]{0,40}>", " ", without_markers(answer))
    return not any(c.isalnum() for c in said)


def think_leak(answer: str) -> bool:
    """Whether a think tag stands in the answer, opening or closing, in any letter case or width."""
    return _THINK_TAG.search(unicodedata.normalize("NFKC", answer)) is not None


def tokens(text: str) -> list[str]:
    """A text as comparable tokens: words (no plural, no article), single CJK characters, and whole numbers.

    Numbers have one form however written (1,234.50 = １２３４.5; fifteen = 十五 = 15; 1.2万 = 12000; January 15,
    2024 = 2024-01-15 = 2024年1月15日; 百分之五 = 5 percent = 5%), and are never split: "15" is not in "2015",
    "-15", "1.5" or "10-15". Width, letter case, punctuation and spaces do not count.
    """
    text = re.sub("(?<![０-９])，", ", ", text)
    text = unicodedata.normalize("NFKC", _LIST_NUMBERS.sub(" ", without_markers(text))).casefold()
    text = re.sub("[\u2212\u2010\u2011\ufe63]", "-", text).replace("’", "'")
    text = re.sub(r"'s\b", "", text).replace("'", "")
    text = dates_to_one_form(chinese_to_digits(text))
    text = _ONE_AS_PRONOUN.sub(lambda m: m[0].replace("one", "someone"), text)
    text = _ENGLISH_NUMBER.sub(_english_value, text)
    text = re.sub(r"\bminus\s+(?=\d)", " -", re.sub(r"\bper\s?cent\b", "%", text))
    text = re.sub(r"(\d{1,2})(?:点|时)半", r"\1:30", re.sub(r"(\d{1,2})(?:点|时)(\d{2})分?", r"\1:\2", text))
    for pattern, code in _CURRENCY_WORDS:
        text = pattern.sub(code, text)
    return _merged(_scan(text))


def _english_value(match: re.Match[str]) -> str:
    tens, small = match.groups()
    if tens is None:
        return str(ENGLISH[small])
    if 0 < ENGLISH[small] < 10:
        return str(ENGLISH[tens] + ENGLISH[small])
    return f"{ENGLISH[tens]} {ENGLISH[small]}"


def _scan(text: str) -> list[str | Decimal]:
    """Tokens in order; numbers as Decimal until what multiplies them is known."""
    found: list[str | Decimal] = []
    number_at = number_end = -1  # of the number before: its place in `found`, and its end in the text
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if match["value"] is not None:
            value = Decimal(match["value"].replace(",", ""))
            value = -value if match["number"].startswith("-") else value
            if number_at >= 0 and _joins_range(found[:number_at], text[number_end : match.start()]):
                joined = f"{_plain(found[number_at])}~{_plain(value)}"
                del found[number_at:]
                found.append(joined)
            else:
                found.append(value)
            number_at, number_end = len(found) - 1, match.end()
            if match["percent"]:
                found.append("%")
            if match["symbol"]:
                found.append(_CURRENCIES[match["symbol"]])
            continue
        if kind == "time":
            hours, minutes = match["time"].split(":")
            found.append(f"{int(hours)}:{minutes}")
        elif kind == "word":
            found.append(_word(match["word"]))
        else:
            found.append(match[0])
    return [token for token in found if token != ""]


def _joins_range(before: Sequence[str | Decimal], between: str) -> bool:
    """Whether what stands between two numbers makes them a range. In "from 5 to 10" they are two numbers."""
    if not _RANGE.fullmatch(between):
        return False
    return _RANGE_SIGN.fullmatch(between) is not None or not before or before[-1] not in ("from", "从", "由")


def _word(word: str) -> str:
    if word in ("a", "an", "the", "st", "nd", "rd", "th"):
        return ""
    word = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _merged(found: Sequence[str | Decimal]) -> list[str]:
    """Multiplies numbers out (3 万 → 30000), puts currencies behind, and drops 个 between a number and a unit."""
    result: list[str] = []
    at = 0
    while at < len(found):
        token = found[at]
        at += 1
        if isinstance(token, str):
            result.append(token)
            continue
        currency = found[at] if at < len(found) and found[at] in _CURRENCY_CODES else None
        if currency is not None and at + 1 < len(found) and found[at + 1] in MULTIPLIERS:
            at += 1
        else:
            currency = None
        while at < len(found) and found[at] in MULTIPLIERS and not _is_unit(found, at):
            token *= MULTIPLIERS[str(found[at])]
            at += 1
        result.append(_plain(token))
        if currency is not None:
            result.append(str(currency))
        if at + 1 < len(found) and found[at] == "个" and found[at + 1] in ("小", "工", "星", "自", "交", "百"):
            at += 1
    return result


def _is_unit(found: Sequence[str | Decimal], at: int) -> bool:
    """Whether 千 or 百 begins a unit (千克, 百分点) instead of multiplying."""
    return found[at] in ("千", "百") and at + 1 < len(found) and found[at + 1] in tuple("克米瓦卡字帕伏赫分")


def _plain(value: str | Decimal) -> str:
    if isinstance(value, str):
        return value
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def contains(answer: Sequence[str], gold: Sequence[str]) -> bool:
    """Whether the gold tokens stand in the answer in a row, and not negated ("not required", 不支持).

    A currency named on one side only is passed over; two different ones do not match.
    """
    return any(_matches_at(answer, gold, at) and not _negated(answer, at, gold) for at in range(len(answer)))


def _matches_at(answer: Sequence[str], gold: Sequence[str], start: int) -> bool:
    i, j = start, 0
    while j < len(gold):
        token = answer[i] if i < len(answer) else ""
        if token == gold[j]:
            i, j = i + 1, j + 1
        elif gold[j] in _CURRENCY_CODES and token not in _CURRENCY_CODES:
            j += 1
        elif token in _CURRENCY_CODES and gold[j] not in _CURRENCY_CODES and i > start:
            i += 1
        else:
            return False
    return i > start


def _negated(answer: Sequence[str], start: int, gold: Sequence[str]) -> bool:
    if start == 0 or answer[start - 1] not in _NEGATIONS or gold[0] in _NEGATIONS:
        return False
    return not (start > 1 and (answer[start - 2], answer[start - 1]) in {("除", "非"), ("无", "非"), ("莫", "不")})


def is_right(answer: str, golds: Sequence[str], groups: Sequence[Sequence[str]] = (), question: str = "") -> bool:
    """Whether the answer says what is gold: one of `golds`, and, where there are groups, one form of every group.

    A gold must stand in the answer, token by token (see `tokens`), with these exceptions. A bare yes or no must be
    what the answer begins with. A gold that is one quantity may be rounded, a fraction or a percentage, and in another
    magnitude (`quantities.same`). Of a long gold (over 12 words or 25 CJK characters), which no answer repeats, and of
    a yes or no with its reasons, enough of the words that are not the question's and half of the numbers must occur;
    an answer that begins with the opposite is wrong. Of a gold over half that length, 80 % of the words and all
    numbers.

    Strict rather than lenient. Held against 1,840 answers about company reports that people had labelled (by halves
    in docs/evaluation.md): precision .94, recall .66; of golds that are one number .97 and .87.
    """
    said, asked = tokens(answer), frozenset(tokens(question))
    if groups:
        return all(any(_says(answer, said, gold, asked) for gold in group) for group in groups)
    return any(_says(answer, said, gold, asked) for gold in golds)


def _says(answer: str, said: Sequence[str], gold: str, asked: frozenset[str]) -> bool:
    wanted = tokens(gold)
    if not wanted:
        return False
    polarity = _polarity(wanted)
    if len(wanted) == 1 and polarity:
        return bool(said) and (said[0] in polarity or (said[0] not in _YES | _NO and contains(said, wanted)))
    if contains(said, wanted):
        return True
    quantity = _only_quantity(gold, wanted, said)
    if quantity is not None:
        return states(answer, quantity)
    if polarity and len(wanted) > 1 and wanted[0] in _PLAIN_POLARITY:
        return _gives_reasons(answer, said, gold, wanted, asked)
    size = length(wanted)
    if size > 1:
        return _novel(said, wanted, asked) >= LONG_RECALL and _numbers(answer, gold) >= NUMBER_RECALL
    return size > 0.5 and recall(said, wanted) >= PHRASE_RECALL and _all_numbers(said, wanted)


def _polarity(wanted: Sequence[str]) -> frozenset[str]:
    if wanted[0] not in _PLAIN_POLARITY:
        return frozenset()
    return _YES if wanted[0] in ("yes", "是") else _NO


def _only_quantity(gold: str, wanted: Sequence[str], said: Sequence[str]) -> Quantity | None:
    """The measured quantity that a gold is, at most two words aside, which must be said too; None for other golds."""
    words = [t for t in wanted if not _is_number(t) and t not in _CURRENCY_CODES and t != "%" and t not in MULTIPLIERS]
    found = list(quantities(gold))
    if len(found) != 1 or not found[0].is_measured or len(words) > 2 or not set(words) - _STOP <= set(said):
        return None
    currencies, named = _CURRENCY_CODES & set(wanted), _CURRENCY_CODES & set(said)
    if currencies and named and not currencies & named:
        return None
    return found[0]


def _gives_reasons(answer: str, said: Sequence[str], gold: str, wanted: Sequence[str], asked: frozenset[str]) -> bool:
    """Whether the answer agrees with a yes or no that gives its reasons."""
    polarity, opposite = (_YES, _NO) if wanted[0] in ("yes", "是") else (_NO, _YES)
    first = said[0] if said else ""
    if first in _PLAIN_POLARITY and first in opposite:
        return False
    needed = AGREED_RECALL if first in _PLAIN_POLARITY and first in polarity else REASONS_RECALL
    return _novel(said, wanted[1:], asked) >= needed and _numbers(answer, gold) >= NUMBER_RECALL


def _novel(said: Sequence[str], wanted: Sequence[str], asked: frozenset[str]) -> float:
    """The share of the gold's words that are not the question's and occur in the answer; of all of them, if none is."""
    words = [t for t in wanted if not _is_number(t)]
    return recall(said, [t for t in words if t not in asked and t not in _STOP] or words, empty=1.0)


def _numbers(answer: str, gold: str) -> float:
    """The share of the gold's quantities, years aside, that occur anywhere in the answer; 1 without any."""
    wanted, found = [q for q in quantities(gold) if not q.is_year], list(quantities(answer))
    return sum(any(same(f, w) for f in found) for w in wanted) / len(wanted) if wanted else 1.0


def _all_numbers(said: Sequence[str], wanted: Sequence[str]) -> bool:
    return recall(said, [t for t in wanted if _is_number(t)], empty=1.0) >= 1.0


def _is_number(token: str) -> bool:
    return token[-1:].isdigit()


def length(gold: Sequence[str]) -> float:
    """The length of a gold answer's tokens; over 1 it is one that no answer repeats literally."""
    characters = sum(1 for token in gold if len(token) == 1 and not token.isascii())
    return (len(gold) - characters) / LONG_WORDS + characters / LONG_CHARACTERS


def recall(said: Sequence[str], gold: Sequence[str], empty: float = 0.0) -> float:
    """The share of the gold's distinct tokens that occur in the answer, stop words aside; `empty` without any. 0..1."""
    wanted = set(gold) - _STOP or set(gold)
    return len(wanted & set(said)) / len(wanted) if wanted else empty


def f1_tokens(text: str) -> list[str]:
    """Tokens as SQuAD's evaluation makes them: lower case, no punctuation, no articles (Rajpurkar et al., EMNLP 2016).

    CJK text is taken by character and mixed text by runs, as in CMRC 2018's evaluation (Cui et al., EMNLP 2019).
    NFKC first, so that width does not count; citation markers are left out.
    """
    text = unicodedata.normalize("NFKC", without_markers(text)).lower()
    text = "".join(c for c in text if not unicodedata.category(c).startswith("P"))
    text = re.sub(rf"([{HAN}\u3040-\u30ff\uac00-\ud7af])", r" \1 ", text)
    return re.sub(r"\b(?:a|an|the)\b", " ", text).split()


def f1(answer: str, golds: Sequence[str]) -> float:
    """Token F1 of the answer against the gold it comes closest to (SQuAD v1.1's evaluation). 0..1."""
    said = f1_tokens(answer)
    return max((_overlap_f1(said, f1_tokens(gold)) for gold in golds), default=0.0)


def _overlap_f1(said: Sequence[str], gold: Sequence[str]) -> float:
    common = sum((Counter(said) & Counter(gold)).values())
    if not common:
        return 0.0
    precision, recalled = common / len(said), common / len(gold)
    return 2 * precision * recalled / (precision + recalled)


def same_answer(one: str, other: str) -> bool:
    """Whether two answers say the same, judged without the gold: F1 of at least 0.6 and no number of their own each."""
    a, b = tokens(one), tokens(other)
    if a == b:
        return True
    numbers_a, numbers_b = ({t for t in side if _is_number(t)} for side in (a, b))
    return (numbers_a <= numbers_b or numbers_b <= numbers_a) and _overlap_f1(a, b) >= 0.6


def majority(answers: Sequence[str | None]) -> int | None:
    """The index of the answer that most of several samples agree with; the earliest group wins a tie.

    None among the answers is a refusal; all refusals agree. Each answer joins the first group whose first
    member says the same (`same_answer`). This is the vote of self-consistency (Wang et al., ICLR 2023), which
    DeepSeek-R1's report (2025) writes cons@64. None without answers.
    """
    groups: list[list[int]] = []
    for i, answer in enumerate(answers):
        for group in groups:
            first = answers[group[0]]
            if (first is None) == (answer is None) and (answer is None or first is None or same_answer(first, answer)):
                group.append(i)
                break
        else:
            groups.append([i])
    return max(groups, key=len)[0] if groups else None
