"""Units: whether a claim gives a number of its source in another unit, or as the opposite limit.

Both hold a number of the claim against every mention of it in the source: one that fits is enough.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from fractions import Fraction

from kb.checking.table_claims import ClaimRow
from kb.language.language import nfkc
from kb.language.number_forms import AMOUNT, CODE, numbers_in

_BEHIND = {
    "second": r"秒钟?|(?:seconds?|secs?)(?![a-z])",
    "minute": r"分钟|(?:minutes?|mins?)(?![a-z])",
    "hour": r"小时|钟头|(?:hours?|hrs?|h)(?![a-z])",
    "day": r"(?:工作|自然|日历|交易)?[天日](?![元期常程志])|days?(?![a-z])|workdays?(?![a-z])",
    "week": r"周(?![岁年期末])|星期(?![一二三四五六日天])|礼拜|weeks?(?![a-z])",
    "month": r"(?<=个)(?:自然)?月|months?(?![a-z])",
    "quarter": r"季度|quarters?(?![a-z])",
    "year": r"周?[年岁](?![级度月])|years?(?![a-z])|yrs?(?![a-z])",
    "mm": r"毫米|mm(?![a-z])|millimet(?:re|er)s?(?![a-z])",
    "cm": r"厘米|cm(?![a-z])|centimet(?:re|er)s?(?![a-z])",
    "km": r"公里|千米|km(?![a-z])|kilomet(?:re|er)s?(?![a-z])",
    "m": r"米|m(?![a-z])|met(?:re|er)s?(?![a-z])",
    "ft": r"ft(?![a-z])|feet(?![a-z])|foot(?![a-z])|英尺",
    "inch": r"inch(?:es)?(?![a-z])|英寸",
    "mile": r"miles?(?![a-z])|英里",
    "lb": r"lbs?(?![a-z])|pounds?(?![a-z])|磅",
    "kg": r"千克|公斤|kg(?![a-z])|kilos?(?![a-z])|kilograms?(?![a-z])",
    "g": r"克|g(?![a-z])|grams?(?![a-z])",
    "mg": r"毫克|mg(?![a-z])|milligrams?(?![a-z])",
    "t": r"吨|t(?![a-z])|tonn?es?(?![a-z])|tons?(?![a-z])",
    "ml": r"毫升|ml(?![a-z])|millilit(?:re|er)s?(?![a-z])",
    "l": r"升|l(?![a-z])|lit(?:re|er)s?(?![a-z])",
    "celsius": r"°\s?c(?![a-z])|摄氏度|degrees?\s+celsius(?![a-z])",
    "fahrenheit": r"°\s?f(?![a-z])|华氏度|degrees?\s+fahrenheit(?![a-z])",
    "KB": r"kb(?![a-z])|kilobytes?(?![a-z])",
    "MB": r"mb(?![a-z])|megabytes?(?![a-z])|兆",
    "GB": r"gb(?![a-z])|gigabytes?(?![a-z])",
    "TB": r"tb(?![a-z])|terabytes?(?![a-z])",
    "W": r"w(?![a-z])|watts?(?![a-z])|瓦",
    "kW": r"kw(?![a-z])|kilowatts?(?![a-z])|千瓦",
    "EUR": r"欧元|euros?(?![a-z])|eur(?![a-z])|€",
    "USD": r"美[元金]|(?:us\s?)?dollars?(?![a-z])|usd(?![a-z])|\$",
    "GBP": r"英镑|gbp(?![a-z])|£",
    "HKD": r"港[元币]|hkd(?![a-z])",
    "JPY": r"日元|yen(?![a-z])|jpy(?![a-z])",
    "CNY": r"元|人民币|块钱|yuan(?![a-z])|rmb(?![a-z])|cny(?![a-z])",
}
_BEFORE = {
    "EUR": r"€|\beur\b", "USD": r"(?<![a-z])(?:us)?\$|\busd\b", "GBP": r"£|\bgbp\b", "HKD": r"\bhk(?:d\b|\$)",
    "JPY": r"\bjpy\b", "CNY": r"\b(?:rmb|cny)\b|人民币",
}  # fmt: skip
_FAMILIES: tuple[frozenset[str], ...] = (  # of which the head of a column names one
    frozenset(_BEFORE),
    frozenset(("mg", "g", "kg", "t", "lb")),
    frozenset(("ml", "l")),
    frozenset(("KB", "MB", "GB", "TB")),
    frozenset(("W", "kW")),
)
_POUNDS = re.compile(r"\bpounds?$", re.IGNORECASE)
_KIND_OF_TIME = r"(?:(?:working|business|calendar|consecutive|full|whole|additional|extra|further|more|paid)\s+)?"
_WITH_UNIT = re.compile(
    rf"(?P<number>{AMOUNT})(?:\s+and\s+a\s+half)?\)?[\s-]*个?{_KIND_OF_TIME}(?:"
    + "|".join(f"(?P<{unit}>{names})" for unit, names in _BEHIND.items())
    + ")",
    re.IGNORECASE,
)
# In a table the currency may have a cell of its own, or close the label of the row.
_WITH_CURRENCY = re.compile(
    "(?:"
    + "|".join(rf"(?P<{unit}>(?:{names})|(?:^|\|)[^|\d\n]*(?:{names})\)?\s*\|)" for unit, names in _BEFORE.items())
    + rf")\s*(?P<number>{AMOUNT})",
    re.IGNORECASE | re.MULTILINE,
)
_COUNTED = re.compile(
    rf"(?P<number>{AMOUNT})\s?(?P<noun>[a-z]{{4,}}s\b|[件台套辆箱瓶袋份册本页杯名棵间栋艘张枚颗桶])", re.IGNORECASE
)
_NO_THINGS = re.compile(r"(?:squares?|cubics?|times|plus|units|points)\b", re.IGNORECASE)
_HALF = re.compile(r"\band\s+a\s+half\b|个半", re.IGNORECASE)
_SHARE = re.compile(
    r"(?P<number>(?<![\d.])\d[\d.]{0,11}+)\s?"
    r"(?:(?P<points>个?百分点|(?:percentage|per cent|percent) points?)|%|per ?cent\b)",
    re.IGNORECASE,
)
_NAMED = {
    unit: re.compile("|".join(filter(None, (rf"(?<![a-z])(?:{names})(?!\d)", _BEFORE.get(unit)))), re.IGNORECASE)
    for unit, names in _BEHIND.items()
}
_RATE = re.compile(
    r"(?:\b(?:per|an?|each|every)\s+(?:calendar\s+|working\s+)?(?P<thing>second|minute|hour|day|night|week|month|quarter|year|km"
    r"|kilomet(?:re|er)|person|head|unit|piece|cell)\b)"
    r"|\bper\s+(?P<counted>team|group|department|project|order|employee|household|vehicle)\b"
    r"(?:\s+(?:and|per)\s+(?P<also>day|night|week|month|quarter|year)\b)?"
    r"|(?<=[a-z\d€$£])/\s?(?P<short>h|hr|hour|min|s|sec|day|week|month|year)(?![a-z])"
    r"|按(?P<by>年|季度?|月|周|日|天)(?=付|计|结|支付|缴|收取)"
    r"|/\s?(?P<zh>秒|分钟|小时|天|日|周|月|年|[晚人次瓶箱件台吨份盒袋套升])",
    re.IGNORECASE,
)
_RATE_ZH = re.compile(
    r"每(?:个|位|名)?(?P<counted>团队|小组|部门|项目|订单|员工)"
    r"|每\s?(?P<thing>秒钟?|分钟|小时|[天日周月年度人次晚]|公里|季度|(?:\d{1,4}\s?)?(?:股|吨|件|台|套|公斤|升|平方米|立方米))"
)
# An amount of so much time: "weekly", 周交付量. 年 and "annual" are no part of it: annual leave is counted in days.
_AMOUNT_OF = re.compile(
    r"\b(?P<word>hourly|daily|weekly|monthly)\b"
    r"|(?<!\d\s)(?<![\d一二三四五六七八九十两几半个本上下当每])(?P<thing>[日周月])(?=均|租|薪|费|(?:交付|产|销|用|供应|消耗|采购|订货)量)",
    re.IGNORECASE,
)
_TIME_OF = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
_COUNTED_BY = {
    **_BEHIND,
    "second": r"秒钟?|s|sec|second",
    "month": r"月|months?",
    "night": r"晚|night",
    "person": r"人次?|person|head|员工|employee",
}
_TIMES = frozenset(("second", "minute", "hour", "day", "night", "week", "month", "quarter", "year"))
_NOT = r"\b(?:no|not|never|cannot)"
_LEAST = (
    r"至少|最少|起码|最低|(?<![不未])满|不[得应能可宜]?(?:少于|低于|短于|小于)|\bat least\b|\bmin(?:imum|\.)"
    rf"|{_NOT}(?: be)? (?:less|fewer|shorter|lower|smaller) than\b"
)
_MOST = (
    r"至多|最多|顶多|最高|最长|[不未]满|不[得应能可宜]?(?:超过|超出|多于|高于|大于|长于)"
    r"|\bat most\b|\bup to\b|\bmax(?:imum|\.)"
    rf"|{_NOT}(?: be)? (?:more|greater|higher|longer|larger) than\b|{_NOT} exceed(?:ing)?\b|\bwithin\b"
)
_MOST_ASKED = r"\b(?:limit|cap|ceiling)\b|上限|最大|不能超过"
_BETWEEN = (
    r"(?:[^\d\s，。；、,.;:|a-z]{0,6}?"
    r"|(?:\s+(?!once|twice|every|per|for|in|within|before|after|and|or|if)[a-z]+){0,4}?)"
)
_LIMIT = re.compile(
    rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST})){_BETWEEN}[:：\s$€£¥]*(?P<number>{AMOUNT}\s?%?)", re.IGNORECASE
)

# How often something happens, whatever the words.
_DAYS = {
    "day": Fraction(1), "week": Fraction(7), "fortnight": Fraction(14), "month": Fraction(365, 12),
    "quarter": Fraction(365, 4), "half": Fraction(365, 2), "year": Fraction(365),
}  # fmt: skip
_UNIT = r"(?:calendar\s+|working\s+)?(?P<unit>day|week|fortnight|month|quarter|half[- ]year|year)"
_COUNTS = {
    "once": 1, "one": 1, "twice": 2, "two": 2, "three": 3, "thrice": 3, "four": 4, "five": 5, "six": 6, "other": 2,
    "second": 2, "third": 3, "fourth": 4,
}  # fmt: skip
_WORDS = {
    "daily": "day", "weekly": "week", "fortnightly": "fortnight", "monthly": "month", "quarterly": "quarter",
    "half-yearly": "half", "yearly": "year", "annually": "year",
}  # fmt: skip
_CHINESE = {
    "一": Fraction(1), "两": Fraction(2), "二": Fraction(2), "三": Fraction(3), "四": Fraction(4), "五": Fraction(5),
    "六": Fraction(6), "半": Fraction(1, 2),
}  # fmt: skip
_CHINESE_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "月": "month", "季": "quarter", "年": "year"}
_EVERY = re.compile(rf"\b(?:every|each)\s+(?:(?P<n>\d{{1,2}}|{'|'.join(_COUNTS)})\s+)?{_UNIT}s?\b", re.IGNORECASE)
_OFTEN = re.compile(
    rf"\b(?P<n>once|twice|thrice|(?:\d{{1,2}}|{'|'.join(_COUNTS)})\s+times)\s+(?:an?|per|every|each)\s+{_UNIT}\b",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_EVERY_ZH = re.compile(
    r"每(?P<apart>隔)?(?P<n>\d{1,2}|[一两二三四五六半])?个?(?P<unit>季|[天日周月年]|星期)度?"
    r"(?:[^，。；\d一两二三四五六]{0,6}\s?(?P<times>\d{1,2}|[一两二三四五六])\s?次)?"
)
_IN_ZH = re.compile(
    r"(?<!每)(?P<n>[一两二三半])个?(?P<unit>季|[天日周月年]|星期)度?内?(?P<times>\d{1,2}|[一两二三四五六])次"
)
_NO_AMOUNT = re.compile(  # an answer all the same
    r"\b(?:no|not|none|never|nothing|without|unlimited|free|full|entire|once|twice|thrice|half|double[ds]?|triple[ds]?"
    r"|dozens?|(?:hour|night|dai|week|fortnight|month|year|annual|quarter|biannual|biennial)ly|every|each"
    r"|continuous\w*|constant\w*|immediate\w*|instant\w*|until|as long as|duration|forever"
    r"|permanent\w*|indefinite\w*|same|an?\s(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|decade)"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b|n['’]t\b"
    r"|[不无没未免每半双同]|直到|一直|永久|长期|终身|立[即刻]|当[天日场]|次日|实时|即时|随时|定期|持续|按[日天周月季年]|全额|据实",
    re.IGNORECASE,
)


def other_unit(claim: str, source: str) -> bool:
    """Whether a number has units of time or money in both texts, and none in common: 2 hours for 2 days.

    Working days are days.
    """
    return _clash(units_of(claim), units_of(source)) or _clash(_shares(claim), _shares(source))


def _shares(text: str) -> dict[str, set[str]]:
    """Of each share whether it is in per cent or in percentage points."""
    shares: dict[str, set[str]] = defaultdict(set)
    for match in _SHARE.finditer(nfkc(text)):
        shares[match["number"]].add("points" if match["points"] else "%")
    return shares


def counts_other_things(claim: str, source: str) -> bool:
    """Whether a claim counts by a noun, of which the source says nothing, what the source measures in a unit: 20 pieces
    for 20 kg."""
    counted = _counted(claim)
    if not counted:
        return False
    own, measured, there = units_of(claim), units_of(source), _counted(source)
    return any(number in measured and number not in own and (number, noun) not in there for number, noun in counted)


def _counted(text: str) -> set[tuple[str, str]]:
    """The numbers of a text that have a noun, and not a unit, behind them, with it."""
    return {
        (number, match["noun"].lower().rstrip("s"))
        for match in _COUNTED.finditer(CODE.sub(" ", nfkc(text)))
        if not _NO_THINGS.match(match["noun"])
        for number in numbers_in(match["number"])
    }


def lacks_unit(claim: str, source: str) -> bool:
    """Whether a number that both texts have has a unit in the claim which the source, in another language, does not
    know at all: 10 days for a 10 in a column of years."""
    known = nfkc(source)
    return any(
        number in numbers_in(known) and not any(_NAMED[unit].search(known) for unit in units)
        for number, units in units_of(claim).items()
    )


def other_rate(claim: str, source: str) -> bool:
    """Whether the claim counts by another time or thing than the source: a month for a year, 每小时 for 每度; or says
    otherwise how often."""
    said, there = _rates(claim), _rates(source)
    pairs = ((said & _TIMES, there & _TIMES), (said - _TIMES, there - _TIMES), (said, there))
    return any(own and other and not own & other for own, other in pairs) or other_frequency(claim, source)


def has_no_such_rate(claim: str, text: str) -> bool:
    """Whether a claim counts by a time by which its source, which counts by others, counts nothing at all."""
    said, there = _rates(claim) & _TIMES, _rates(text) & _TIMES
    return bool(said and there) and not said & there


def other_measure(claim: str, header: str) -> bool:
    """Whether a claim counts by another time or thing, or in another currency or measure, than the heads of a table:
    "$210 per hour" for the column "price per day"."""
    used = {unit for units in units_of(claim).values() for unit in units}
    return other_rate(claim, header) or _is_of_family_otherwise(used, units_named(header), _FAMILIES)


def other_measure_of_column(claim: str, rows: Sequence[ClaimRow]) -> bool:
    """Whether a number of a claim has another unit, or is counted by another thing, than the head of the column tells
    in which alone it stands: 18 minutes for "cooling (h)", 5.5 a box for "price (a bottle)"."""
    measured = units_of(claim)
    said = _rates(claim) if measured else set()
    for number, units in measured.items():
        heads = [
            row.measures[at]
            for row in rows
            for at, numbers in enumerate(row.numbers)
            if number in numbers and at < len(row.measures) and not units_of(row.cells[at]).get(number)
        ]
        if not heads:
            continue
        if all(_is_of_family_otherwise(units, units_named(head), (*_FAMILIES, _TIMES)) for head in heads):
            return True
        if said and all(told and not said & told for told in map(_rates, heads)):
            return True
    return False


def _is_of_family_otherwise(used: Set[str], told: Set[str], families: Iterable[Set[str]]) -> bool:
    """Whether of some family both have units, and none in common."""
    return any(used & family and told & family and not used & told & family for family in families)


def other_bound(claim: str, source: str) -> bool:
    """Whether a number is a lower limit in one text, and an upper one in the other."""
    return _clash(_limits(claim), _limits(source))


def turns_bound(claim: str, question: str) -> bool:
    """Whether a claim gives a lower limit where an upper one is asked for, or the other way round. A limit that the
    question gives is not what it asks for: "who has worked for at least 2 years"."""
    said = {bound for bounds in _limits(claim).values() for bound in bounds}
    asked = _LIMIT.sub(" ", nfkc(question))
    least, most = (re.search(words, asked, re.IGNORECASE) for words in (_LEAST, rf"{_MOST}|{_MOST_ASKED}"))
    return (bool(most) and not least and said == {"least"}) or (bool(least) and not most and said == {"most"})


def _clash(claim: Mapping[str, set[str]], source: Mapping[str, set[str]]) -> bool:
    return any(number in source and not found & source[number] for number, found in claim.items())


def units_named(text: str) -> frozenset[str]:
    """The units that a text names, with a number or without."""
    known = nfkc(text)
    return frozenset(unit for unit, names in _NAMED.items() if names.search(known))


def units_of(text: str) -> dict[str, set[str]]:
    """The units of each number. A "one" beside other numbers is an article, and has none."""
    text = CODE.sub(" ", nfkc(text))
    several = len(numbers_in(text)) > 1
    units: dict[str, set[str]] = defaultdict(set)
    for pattern in (_WITH_UNIT, _WITH_CURRENCY):
        for match in pattern.finditer(text):
            if several and match["number"].lower() in ("一", "one") and not _HALF.search(match.group()):
                continue
            for number in _value(match):
                units[number].update(unit for unit in _BEHIND if match.groupdict().get(unit))
                if _POUNDS.search(match.group()):
                    units[number].add("GBP")  # or of weight
    return units


def gives_amount(sentence: str, question: str) -> bool:
    """Whether a sentence has a number that the question has not, in this unit, or a word that stands for one: "free",
    "weekly", "without limit"."""
    there = question.lower()
    words = (match.group().lower() for match in _NO_AMOUNT.finditer(sentence))
    if numbers_in(sentence) - numbers_in(question) or any(word not in there for word in words):
        return True
    asked = units_of(question)  # "10 days" where "10 years" are asked about
    return any(units - asked.get(number, set()) for number, units in units_of(sentence).items())


def _rates(text: str) -> set[str]:
    """What the text counts by: units of `_BEHIND` in either language, or the thing as it is written."""
    text = nfkc(text)
    found = [match.groupdict().values() for pattern in (_RATE, _RATE_ZH) for match in pattern.finditer(text)]
    things = {thing.lower() for each in found for thing in each if thing}
    things |= {m["thing"] or _TIME_OF[m["word"].lower()] for m in _AMOUNT_OF.finditer(text)}
    return {next((u for u, names in _COUNTED_BY.items() if re.fullmatch(names, t, re.IGNORECASE)), t) for t in things}


def _limits(text: str) -> dict[str, set[str]]:
    limits: dict[str, set[str]] = defaultdict(set)
    for match in _LIMIT.finditer(CODE.sub(" ", nfkc(text))):
        for number in _value(match):
            limits[number].add("least" if match["least"] else "most")
    return limits


def _value(match: re.Match[str]) -> frozenset[str]:
    return numbers_in(f"{match['number']} 个")


def other_frequency(claim: str, source: str) -> bool:
    """Whether a claim tells how often, and its source does so, too, but otherwise."""
    said = set(_frequencies(nfkc(claim)))
    there = set(_frequencies(nfkc(source))) if said else set()
    return bool(there) and said.isdisjoint(there)


def _frequencies(text: str) -> Iterator[Fraction]:
    """How many times a day."""
    left = text
    for match in _OFTEN.finditer(text):
        yield _count(match["n"].split()[0]) / _days(match["unit"])
        left = left.replace(match.group(), " ")
    for match in _EVERY.finditer(left):
        yield 1 / (_count(match["n"] or "one") * _days(match["unit"]))
    for match in _WORD.finditer(left):
        yield 1 / _days(_WORDS[match.group().lower()])
    for match in (*_EVERY_ZH.finditer(left), *_IN_ZH.finditer(left)):
        apart = 1 if match.groupdict().get("apart") else 0
        span = (_count(match["n"] or "一") + apart) * _DAYS[_CHINESE_UNITS[match["unit"]]]
        yield _count(match["times"] or "一") / span


def _days(unit: str) -> Fraction:
    return _DAYS[unit.lower().split("-")[0].split()[0]]


def _count(word: str) -> Fraction:
    if word.isdigit():
        return Fraction(int(word))
    return _CHINESE[word] if word in _CHINESE else Fraction(_COUNTS[word.lower()])
