"""Names: the proper names and codes in a text that a claim about them must share with its source."""

import re
import warnings
from functools import cache, lru_cache
from typing import Any

from kb.language.date_forms import MONTHS
from kb.language.language import CJK
from kb.language.number_forms import CODE, form_of
from kb.language.tokenizer import STOP_WORDS, segmenter

_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?![A-Za-z0-9])")
_FIRST_WORD = re.compile(r"\W*([\w-]+)")
_NO_NAME_BEFORE = re.compile(r" (?:of|to|between|who|whose|that|which)\b")
_PROPER = frozenset({"ns", "nr", "nrt", "nt", "nz"})  # places, persons, organisations, brands: jieba tags
# A word that the segmenter cut in two: 双语班一学期 is no 班一.
_ENDS_WITH_NUMBER = re.compile(r"[一二两三四五六七八九十几每]$")
_COUNTED = re.compile(
    r"学期|学年|个月|[年月天日周次个人张份本间台名位场节晚套期班辆件条层项元]|星期|小时|分钟|公里|公斤|千米|平方米"
)
_NAMES = re.compile(r"(?<!\w)[A-Z][A-Za-z0-9]*(?:(?:: | of | of the | )[A-Z0-9][A-Za-z0-9]*)*")
_VARIANT = re.compile(r" (?:\d[A-Z]|Pro|Max|Plus|Mini|Lite|Ultra|Deluxe|XL|SE|HD|DX|Remastered|II|III|IV)(?!\w)")
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays mon tue tues wed thu thur thurs fri sat am pm".split()
)  # and halves of days
_OPENERS = frozenset(  # that begin sentences, and are no names where nothing has them in small letters
    "about according after all although also any anybody anyone anything around because before both during each "
    "either every everybody everyone everything few from half here however many most much neither nobody none "
    "nothing once only over several since some somebody someone something such than then there these those though "
    "through twice under unless until up upon usually various via whatever whenever wherever whether whichever while "
    "whoever within without yes yet one two three four five six seven eight nine ten eleven twelve".split()
)
_SMALL = STOP_WORDS | _OPENERS
_ABBREVIATIONS = frozenset(  # units, not names
    "EUR USD CNY RMB SGD GBP JPY KM GB MB TB ID OK FAQ PDF Celsius Fahrenheit".split()
)


@lru_cache(maxsize=4_096)
def names_in(text: str) -> frozenset[str]:
    """Capitalised words, codes, and Chinese names of places, persons and organisations, in lower case.

    The first word of the text counts only if it is more than capitalised; months, days, units and the small words that
    begin a sentence ("How much …? What …") do not count.
    """
    first = _FIRST_WORD.match(text)
    opening = first.group(1) if first else ""
    latin = {
        name
        for name in _NAME.findall(text)
        if not ((name == opening and name[1:].islower()) or (name.istitle() and name.lower() in _SMALL))
        and name not in _ABBREVIATIONS
        and len(name) > 1
    }
    found = {name.lower() for name in latin | set(CODE.findall(text))} - MONTHS - _DAYS
    if CJK.search(text):
        words = tagged(text)
        behind = [word.word for word in words[1:]] + [""]
        found |= {
            word.word.lower()
            for word, following in zip(words, behind, strict=True)
            if word.flag in _PROPER
            and len(word.word) > 1
            and not (_ENDS_WITH_NUMBER.search(word.word) and _COUNTED.fullmatch(following))
        }
    return frozenset(found)


def opening_name(text: str) -> str:
    """The first word of a text in lower case, where it is capitalised as any first word is; "" else, and where what
    follows shows that it is none: "Somebody who", "Close to"."""
    first = _FIRST_WORD.match(text)
    word = first.group(1) if first else ""
    known = word.lower() in MONTHS | _DAYS | _SMALL or (first and _NO_NAME_BEFORE.match(text, first.end()))
    return word.lower() if word.isascii() and word.istitle() and word.isalpha() and len(word) > 2 and not known else ""


def codes_in(text: str) -> frozenset[str]:
    """Names that hold a digit, such as P2 or DeepSeek-R1: they keep their form in every language. Lower case."""
    return frozenset(name.lower() for name in CODE.findall(text))


def places_in(text: str) -> frozenset[str]:
    """The Chinese names of places in a text."""
    return frozenset(word.word for word in tagged(text) if word.flag == "ns" and len(word.word) > 1)


def holds_name(place: str, name: str) -> bool:
    """Whether a text in lower case has a name; a part of a longer word is none."""
    if not name.isascii():
        return name in place
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(name)}s?(?![a-z0-9])", place))


def has_namesake(code: str, place: str) -> bool:
    """Whether a place names another thing of the kind: INC-2025-017 where INC-2023-009 is meant."""
    form = form_of(code)
    return form != code and any(form_of(other) == form for other in codes_in(place))


def is_of_variant(question: str, text: str) -> bool:
    """Whether a text speaks of what a question names only as part of a longer name: of the "T5 Pro" or of "Harbour
    Race 3D", where the T5 or Harbour Race is asked about."""
    for name in _NAMES.findall(question):
        found = re.findall(rf"(?<!\w){re.escape(name)}(?!\w)({_VARIANT.pattern})?", text)
        if found and all(found) and not any(_VARIANT.fullmatch(f" {word}") for word in name.split()):
            return True
    return False


def is_of_namesake(codes: frozenset[str], text: str, heading: str) -> bool:
    """Whether what heads a text names another thing of the kind than these codes, and neither has one of them."""
    place = f"{text}\n{heading}".lower()
    return any(has_namesake(code, heading) for code in codes) and not any(holds_name(place, code) for code in codes)


@lru_cache(maxsize=4_096)
def tagged(text: str) -> tuple[Any, ...]:
    """The words of a Chinese text, each with `word` and `flag`: its tag in jieba's set."""
    return tuple(_tagger().cut(text))


@cache
def _tagger() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba.posseg import POSTokenizer

    return POSTokenizer(segmenter())
