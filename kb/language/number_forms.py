"""Numbers: every way of writing a number or date, in one form, so that a claim can be held against its source."""

import functools
import re
from collections.abc import Iterator
from decimal import Decimal

from kb.language import date_forms
from kb.language.date_forms import take
from kb.language.language import CJK, nfkc

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10**4, "亿": 10**8}
_LONGEST_NUMERAL = 30  # characters
_ONES = {word: n for n, word in enumerate("one two three four five six seven eight nine".split(), 1)}
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
NUMBER_WORDS = (*_ONES, *_TEENS, *_TENS)
_WORDS = {"a": 1, "an": 1, "zero": 0} | _ONES | {word: n for n, word in enumerate(_TEENS, 10)} | _TENS
_MULTIPLES = {
    "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9,
}  # fmt: skip

_CURRENCY = "EUR|USD|CNY|RMB|SGD|GBP|JPY|HKD|CHF"
# A code such as BC-17 or T5 is a name, whatever digits it holds; EUR148 is an amount.
CODE = re.compile(
    rf"(?<![A-Za-z0-9])(?!(?:{_CURRENCY})\d)(?=[A-Za-z@-]{{0,40}}\d)[A-Za-z][A-Za-z0-9]*(?:[-@][A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
_FIGURES = re.compile(r"\d+")
_ENUMERATOR = re.compile(r"[\u2460-\u249b\u24f5-\u24fe\u2776-\u2793]")  # ① and the like
# An address or a version: its parts are no numbers.
_DOTTED = re.compile(r"(?<![A-Za-z\d.])(?:[vV](\d+(?:\.\d+)+)|(\d+(?:\.\d+){2,}))(?![A-Za-z\d])")
# No number is longer: what is tried from each place stays short, however long a row of digits is.
_PLAIN = r"(?:\d{1,3}(?:,\d{3}){1,12}(?:\.\d{1,40})?|\d{1,40}(?:\.\d{1,40})?)"
_PERCENT = r"%|个?百分点|percentage\s+points?\b|per\s?cent\b"
_SCALE = r"万亿|[十百千]?[万亿]|百(?!分)|千(?![克米瓦卡帕伏赫字])|(?:hundred|thousand|million|billion|mn|bn|k)\b"
_NUMBER = re.compile(rf"(?<![\d.])({_PLAIN})\s*({_PERCENT}|{_SCALE})?", re.IGNORECASE)
_SHORT_SCALE = re.compile(rf"(?<![\d.])({_PLAIN})\s?([mMbB])(?![A-Za-z])")
_MONEY_BEFORE = re.compile(rf"(?:[$€£¥]|\b(?:{_CURRENCY}))\s?$", re.IGNORECASE)
_MONEY_BEHIND = re.compile(rf"\s?(?:(?:{_CURRENCY}|dollars?|euros?)\b|[美欧]?元)", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?<![\d.-])({_PLAIN})(\s?[-–—~]\s?|\s*[至到]\s*|\s+to\s+)({_PLAIN})(\s*(?:{_PERCENT}|{_SCALE}))", re.IGNORECASE
)
_HUNDREDTHS = re.compile(rf"百分之\s*({_PLAIN})")
_SCALED = re.compile(rf"(?<![\d.])({_PLAIN})\s*([万亿千]|(?:million|billion|thousand|mn|bn)\b)", re.IGNORECASE)
_HAN = "零〇一二两三四五六七八九十百千万亿"
_HAN_DIGITS = "零〇一二两三四五六七八九"
_NUMBER_HAN = re.compile(
    rf"百分之([{_HAN}]+(?:点[{_HAN_DIGITS}]+)?)|([{_HAN}]+点[{_HAN_DIGITS}]+[万亿]{{0,2}})"
    rf"|([{_HAN_DIGITS}]*[十百千万亿][{_HAN}]*|[{_HAN_DIGITS}]+)"
)
# 九成 and 打九折 are 90 %, 八五折 is 85 %.
_TENTHS = re.compile(
    rf"(?<![\d.{_HAN}])([一二两三四五六七八九]|\d)\s?成([一二三四五六七八九半])?(?![为员功立果本绩分长品年熟交套都才人份])"
    rf"|(?<![\d.{_HAN}])([一二三四五六七八九]{{1,2}}|\d(?:\.\d)?|\d\d)\s?折(?![叠合旧扣页纸椅伞刀])"
)
_NO_NUMBERS = re.compile(
    r"十分(?!钟|之)|万一|千万(?=[别不要注])|百分[点比率制]|千(?=[克米瓦卡帕伏赫字])|一时|一行|进一步|一次性"
    rf"|一点(?!钟|半|\d|[{_HAN_DIGITS}](?!点))"
)
# Chinese numerals that are words, not amounts; only runs that are followed by a measure or hold a unit count.
_MEASURES = (
    "天日个年周小元人次名位倍条项级种类份章台套件米岁分页步层楼版轮款家度国本张间辆笔句秒工自欧美英港公里克升吨瓶盒箱支组批"
    "篇门座栋架颗"
)
_MEASURE = re.compile(rf"\s*(?:[{_MEASURES}月万亿号]|星期)")
_TO_ANOTHER = re.compile(rf"[至到][{_HAN}]{{1,9}}[{_MEASURES}月]")  # 二至三周
_SMALL = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS)}|{'|'.join(_ONES)}|zero)\b(?!['’]s\b)"
)
_LARGE = r"(?:hundred|thousand|million|billion)\b"
_AND_SMALL = rf"(?:\s+(?:and\s+)?{_SMALL}(?!\s+hundred\b))?"
_BELOW_1000 = rf"(?:{_SMALL}|(?<!half )an?(?=\s+{_LARGE}))(?:\s+hundred\b{_AND_SMALL})?"
_NUMBER_EN = re.compile(
    rf"\b({_BELOW_1000}(?:\s+(?:thousand|million|billion)\b(?:\s+(?:and\s+)?{_BELOW_1000})?){{0,3}})"
    r"(\s+per\s?cent\b|\s+percentage\s+points?\b)?",
    re.IGNORECASE,
)
# Digits or words for one number; letter case does not count.
AMOUNT = (
    rf"(?:(?<![\d.]){_PLAIN}(?:\s*(?:{_SCALE}))?|(?<![{_HAN}])[{_HAN}]+"
    rf"|\b{_BELOW_1000}(?:\s+(?:thousand|million|billion)\b)?)"
)

_TIME_EN = "(?:minute|hour|day|week|month|quarter|year)"
_TIME_ZH = "个?(?:小时|工作日|自然日|星期|季度|月)"
# A source may say a number in a word that a claim need not have a number for.
_IMPLIED = tuple(
    (re.compile(pattern, re.IGNORECASE), value)
    for pattern, value in (
        (r"\bonce(?=\W*$|\s*[.,;)]|\s+(?:an?|per|every|each|in)\b)", "1"),
        (r"\bfirst\b(?![ -](?:aid|name|class))|首(?=[年次个日月周])", "1"),
        (rf"\b(?:within|after|for|than|least|over)\s+an?\s+{_TIME_EN}\b|\ban?\s+{_TIME_EN}['’]s\b", "1"),
        (r"\btwice\b|\bdouble[sd]?\b|\bsecond\b", "2"),
        (r"\bthirds?\b(?![ -]part)|\btriple[sd]?\b", "3"),
        (r"\bfourth\b|\bquarters\b", "4"),
        (r"\bfifths?\b", "5"),
        (r"\bsixth\b|半年|\bhalf(?:[ -]an?)?[ -]year", "6"),
        (r"\bseventh\b", "7"),
        (r"\beighth\b", "8"),
        (r"\bninth\b", "9"),
        (r"\btenths?\b", "10"),
        (r"半个?小时|\bhalf(?:[ -]an)?[ -]hour", "30"),
        (r"半[天日个年小]|\bhalf\b", "0.5"),
    )
)
# "three and a half hours", 三个半小时; "two and a half" of what has no number of its own stays as it is written.
_AND_A_HALF = re.compile(
    rf"(?<![\d.{_HAN}])(?P<zh>[{_HAN_DIGITS}]|\d{{1,3}})个半(?=小时|钟头|月|星期)"
    rf"|(?<![\w.])(?P<en>{'|'.join(_ONES)}|\d{{1,3}})\s+and\s+a\s+half\b",
    re.IGNORECASE,
)
_PERCENT_APART = re.compile(r"\(\s*%\s*\)|（\s*[%％]\s*）|\bin (?:%|per ?cent\b)")

_LIST_MARK = re.compile(r"^\s*[(（]?\d{1,2}(?:[)）、]|[.．](?!\d))(?!\s*\d)")
# A lone one may be an article: "fill in one form", "一年有15天".
_ONE = re.compile(
    rf"(?<![第周期之点.\d{_HAN}])(?:一|1(?=份|个(?![月小工自星季])|[名位张台套次]))"
    rf"(?P<zh>{_TIME_ZH}|[{_MEASURES}])(?=(?P<thing>{CJK.pattern}{{2}})?)"
    rf"|(?<!-)(?<!ty )\bone\b(?!\s+(?:{_LARGE}|per\s?cent))(?=[- ]+(?P<en>[a-z]+))",
    re.IGNORECASE,
)
# Behind two things that it counts.
_BOTH = re.compile(r"([和与及、][^，。；、和与及]{1,30}?这)[两二](?=[个种项类](?!月|小时|星期|工作日))")
_COUNTED = re.compile(
    rf"({_PLAIN})(?:[\s-]*(?:%|(?:[a-z]+\s)?{_TIME_EN}s?\b|people\b|units?\b)|\s*(?:天|周(?!年)|分钟|{_TIME_ZH}|[元人名位台件只支]))",
    re.IGNORECASE,
)
_TIME = re.compile(rf"{_TIME_ZH}|[天日周年]|{_TIME_EN}s?")


def numbers_in(text: str) -> frozenset[str]:
    """The numbers and dates of a text in one form: "15", "15%", "1200000", "10.20.30.40"; dates as in `date_forms`."""
    return _numbers_and_rest(text)[0]


def without_numbers(text: str) -> str:
    """The text without its numbers and dates, however written, in Unicode's compatibility form; its codes come last."""
    return _numbers_and_rest(text)[1]


def missing_numbers(claim: str, source: str) -> frozenset[str]:
    """Numbers and dates of the claim that the source does not hold.

    A date may be there in part, year, month or day, but for what counts something: the 8 of "8 weeks" is not in
    "31 August"; and some numbers in other words: 6 in "half a year".
    """
    said, have = numbers_in(_without_articles(_LIST_MARK.sub("", claim), source)), numbers_in(source)
    open_ones = said - have
    if not open_ones:
        return open_ones
    parts = {part for value in have for part in date_forms.parts(value)}
    counting = {number for match in _COUNTED.finditer(claim) for number in numbers_in(match[1])}
    implied = have | _implied(source) | (parts - counting)
    later = date_forms.later_readings(claim)
    apart = bool(_PERCENT_APART.search(source))
    return frozenset(
        value
        for value in open_ones - implied
        if not date_forms.is_told_in_parts(value, have)
        and later.get(value) not in have
        and not (apart and value.endswith("%") and value[:-1] in have)
    )


def form_of(value: str) -> str:
    """A date or code with "#" for each run of digits, by which others of its kind are known."""
    return _FIGURES.sub("#", value)


def is_of_another_day(number: str, said: frozenset[str]) -> bool:
    """Whether a date or month is not what a text says, which names another of its form: May where June is meant."""
    form = form_of(number)
    return "-" in form and number not in said and any(form_of(other) == form for other in said)


def is_amount(number: str) -> bool:
    """Whether a number of `numbers_in` is a plain one, and not perhaps a year."""
    return number.replace(".", "", 1).isdigit() and not (len(number) == 4 and number[:2] in ("19", "20"))


def scaled_as(claim: str, source: str) -> str:
    """The claim as its source counts: without a "one" that counts nothing, nor the "two" of 甲和乙这两个, and with
    "811万" as "811" where the source has the bare number, and the unit elsewhere: above a column."""
    claim = _BOTH.sub(r"\1", claim)
    have, elsewhere = numbers_in(source), _SCALED.sub(" ", source).lower()

    def bare(match: re.Match[str]) -> str:
        amount, number, scale = match.group(), match[1], match[2].lower()
        scale = {"mn": "million", "bn": "billion"}.get(scale, scale)
        is_bare = not numbers_in(amount) <= have and numbers_in(number) <= have and scale in elsewhere
        return number if is_bare else amount

    return _SCALED.sub(bare, _without_articles(claim, source))


def value_of(amount: str) -> Decimal:
    """The number that an amount stands for, in digits or in words; 0 where it is no decimal."""
    number = next(iter(numbers_in(f"{amount} 个")), "")
    return Decimal(number) if number.replace(".", "", 1).isdigit() else Decimal(0)


def plain(value: Decimal) -> str:
    """A number as `numbers_in` writes it."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@functools.lru_cache(maxsize=4_096)
def _numbers_and_rest(text: str) -> tuple[frozenset[str], str]:
    found: set[str] = set()
    text = _AND_A_HALF.sub(_with_half, nfkc(_ENUMERATOR.sub(" ", text)))
    text = date_forms.take_numeric(text, found)
    text = take(_DOTTED, lambda match: [match[1] or match[2]], text, found)
    codes = CODE.findall(text)
    text = date_forms.take_written(CODE.sub(" ", text), found)
    text = _RANGE.sub(_with_own_unit, _HUNDREDTHS.sub(r"\1%", _SHORT_SCALE.sub(_written_out, text)))
    text = take(_TENTHS, _tenths, text, found)
    text = _NO_NUMBERS.sub(" ", take(_NUMBER, _digits, text, found))
    text = take(_NUMBER_EN, _english, take(_NUMBER_HAN, _han, text, found), found)
    return frozenset(found), " ".join((text, *codes))


def _implied(source: str) -> frozenset[str]:
    return date_forms.short_months(source) | {value for pattern, value in _IMPLIED if pattern.search(source)}


def _without_articles(claim: str, source: str) -> str:
    """The claim without each lone "one" that counts nothing: the source has no other number of the same thing.

    A length of time counts where it is the only number of the claim, unless the source says "each year" for it.
    """
    alone = len(numbers_in(claim)) == 1

    @functools.cache
    def counts(unit: str, thing: str) -> bool:
        if unit == "个" and thing and thing in source and not alone:  # which counts anything
            return bool(re.search(rf"[\d{_HAN}]\s*个?{CJK.pattern}{{0,6}}{thing}", source))
        number = rf"[\d{_HAN}]\s*个?" if CJK.match(unit) else rf"(?:\d|\b(?:{'|'.join(list(_WORDS)[3:])}))[\s-]+"
        if re.search(f"{number}{re.escape(unit)}", source, re.IGNORECASE):
            return True
        each = rf"每个?{re.escape(unit)}|\b(?:an?|per|each|every)\s+{re.escape(unit)}"
        return alone and bool(_TIME.fullmatch(unit)) and not re.search(each, source, re.IGNORECASE)

    def kept(match: re.Match[str]) -> str:
        unit = match["zh"] or match["en"].lower().rstrip("s")
        return match.group() if counts(unit, match["thing"] or "") else ""

    return _ONE.sub(kept, claim)


def _with_half(match: re.Match[str]) -> str:
    whole = (match["zh"] or match["en"]).lower()
    number = int(whole) if whole.isdigit() else _DIGITS.get(whole) or _ONES.get(whole, 0)
    return f"{number}.5个" if match["zh"] else f"{number}.5"


def _with_own_unit(match: re.Match[str]) -> str:
    """A range such as 5-10% with the unit at both ends."""
    first, between, last, unit = match.groups()
    smaller = Decimal(first.replace(",", "")) < Decimal(last.replace(",", ""))
    return f"{first}{unit}{between}{last}{unit}" if smaller else match.group()


def _written_out(match: re.Match[str]) -> str:
    """An amount such as $3.2M with its scale as a word; beside a currency alone, as 100M may be the size of a file."""
    before = match.string[max(0, match.start() - 5) : match.start()]
    if not (_MONEY_BEFORE.search(before) or _MONEY_BEHIND.match(match.string, match.end())):
        return match.group()
    return f"{match[1]} {'million' if match[2] in 'mM' else 'billion'} "


def _digits(match: re.Match[str]) -> Iterator[str]:
    digits, unit = match.groups()
    value = Decimal(digits.replace(",", ""))
    if not unit:
        yield plain(value)
    elif unit == "%" or unit.endswith("百分点") or unit.lower().startswith("per"):
        yield f"{plain(value)}%"
    elif unit[0] in _SCALES:
        yield plain(value * _SCALES[unit[0]] * _SCALES.get(unit[1:], 1))
    else:
        yield plain(value * (chinese_number(unit) if unit[0] in _UNITS else _MULTIPLES[unit.lower()]))


def _han(match: re.Match[str]) -> Iterator[str]:
    percent, decimal, run = match.groups()
    if len(match.group()) > _LONGEST_NUMERAL:
        return
    if percent:
        yield f"{_chinese_decimal(percent)}%"
    elif decimal:
        yield _chinese_decimal(decimal)
    elif run[0] not in _SCALES and (
        _MEASURE.match(match.string, match.end())
        or (run != "一" and _TO_ANOTHER.match(match.string, match.end()))
        or match.string.endswith("分之", 0, match.start())
        or (len(run) > 1 and set(run) & set(_UNITS))
    ):
        # Two digits side by side are "two or three", not 23.
        two = len(run) == 2 and not set(run) & (set(_UNITS) | set(_SCALES) | set("零〇"))
        yield from (str(chinese_number(part)) for part in (run if two else [run]))


def _tenths(match: re.Match[str]) -> Iterator[str]:
    tenths, more, price = match.groups()
    if price:
        digits = "".join(str(_DIGITS.get(c, c)) for c in price if c != ".")
        yield f"{digits:0<2}%"
    else:
        yield f"{_DIGITS.get(tenths, tenths)}{5 if more == '半' else _DIGITS.get(more, 0)}%"


def _english(match: re.Match[str]) -> Iterator[str]:
    total = section = 0
    for word in re.findall(r"[a-z]+", match[1].lower()):
        if word == "hundred":
            section *= 100
        elif word in _MULTIPLES:
            total, section = total + section * _MULTIPLES[word], 0
        else:
            section += _WORDS.get(word, 0)
    yield f"{total + section}{'%' if match[2] else ''}"


def chinese_number(run: str) -> int:
    """The number that Chinese numerals say: 十二 is 12, 二〇二五 is 2025."""
    if not set(run) & (set(_UNITS) | set(_SCALES)):
        return int("".join(str(_DIGITS[c]) for c in run))
    total = section = digit = 0
    last = 10  # the unit before: a digit alone behind 万 counts thousands
    for character in run:
        if character in _DIGITS:
            digit = _DIGITS[character]
            last = last if digit else 10
        elif character in _UNITS:
            last = _UNITS[character]
            section += (digit or 1) * last
            digit = 0
        else:
            last, more = _SCALES[character], section + digit
            total = total + more * last if more and total >= last else (total + more) * last
            section = digit = 0
    return total + section + digit * last // 10


def _chinese_decimal(run: str) -> str:
    whole, _, fraction = run.partition("点")
    digits = fraction.rstrip("万亿")
    value = Decimal(f"{chinese_number(whole)}.{''.join(str(_DIGITS[c]) for c in digits) or 0}")
    for scale in fraction[len(digits) :]:
        value *= _SCALES[scale]
    return plain(value)
