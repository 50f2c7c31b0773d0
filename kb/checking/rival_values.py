"""Rival values: another value of the kind that a claim gives, which stands nearer to what was asked.

A claim may tie any number of a passage to the subject of the question. Each number belongs to the words around it: of
its clause, of its row, and less so of its sentence. Where another number of the same kind has more of the words of
question and claim around it, or words that mean more nearly what was asked, the claim's is the answer to another
question. So it is where the unit of the claim stands behind another number of the same sentence alone.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from kb.checking.forms import PRONOUN, WHEN_ASKED
from kb.checking.ranges import measured, ranges_in
from kb.checking.table_claims import ClaimRow
from kb.language.content_terms import content_of, is_number
from kb.language.language import CJK
from kb.language.number_forms import NUMBER_WORDS, form_of, is_amount, numbers_in
from kb.language.proper_names import codes_in
from kb.language.table_rows import is_row
from kb.language.verbs import has_verb
from kb.models.maxsim import Vectors

SHARED = 2  # of what a claim adds, so many times more stands in its own clause than in the one that has its subject
SENTENCE = 0.5  # weight of a word of the question that stands in the sentence of a number, against one in its clause
MARGIN = 0.5  # by so much must the words around another number outweigh, where a rare word weighs 1
OWN_WORDS = 4.0  # weight of words besides the question's with which a claim names its own subject
MEANING_MARGIN = 0.03  # and so much must their cosine with the question be greater (multilingual-e5-small)
_PART_END = re.compile(r"[；;]")
_CLAUSE_END = re.compile(r"[，、]|,(?!\d)|(?<=\s)(?:and|while|whereas|but|or)(?=\s)|而|其中")
_LINK_TARGET = re.compile(r"\]\([^()\s]{1,400}\)")  # of Markdown
_BETWEEN_CLAUSES = " ,，;；、"
_HAN = "一两二三四五六七八九十百千万亿"
_KINDS = {
    "time": r"秒|分钟|小时|钟头|[天日周年月](?!\d)|星期|季度|seconds?|minutes?|mins?|hours?|hrs?|h(?=\W|\Z)"
    r"|days?|workdays?|nights?|weeks?|months?|quarters?|years?",
    "money": r"[美欧日港]?元|块|英镑|euros?|eur|usd|cny|rmb|sgd|gbp|dollars?|yuan",
    "share": r"%|％|percent|per cent|个百分点",
    "length": r"毫米|厘米|公里|千米|米|mm|cm|km|m|metres?|meters?|inch(?:es)?",
    "weight": r"毫克|千克|公斤|克|吨|mg|kg|g|tons?|tonnes?|grams?",
    "storage": r"[kmgt]b|千?字节",
    "volume": r"ml|毫升|litres?|liters?|升|立方米",
    "power": r"[km]?wh?|千瓦时?|瓦",
    "warmth": r"°\s?[cf]|[℃℉]|摄氏度|degrees?",
}
_BEHIND = re.compile(
    r"[\s-]{0,3}(?:[百千万亿]{1,4}|hundred|thousand|million|billion)?\s{0,3}(?:个|[项种类](?=[一-鿿]))?(?:(?:working|business|calendar|full|paid|consecutive)\s{1,3}|工作(?=小?[时日天])|自然(?=[日天月]))?(?:"
    + "|".join(f"(?P<{kind}>(?:{units})(?![a-z]))" for kind, units in _KINDS.items())
    + r"|(?:[a-z]{3,20} (?=[a-z]{2,20}s\b))?(?P<noun>[a-z]{3,}|[一-鿿]))",
    re.IGNORECASE,
)
_CLASSIFIER = re.compile(r"\A[个项种类](?=[一-鿿])")  # of what is counted
_SHARED = re.compile(  # between two numbers of one unit: "at least 8 and at most 20 characters"
    r"\s?(?:\b(?:and|or|to|but)\b|[-–~至到或])\s?(?:at (?:most|least)|up to|not more than|最多|至多)?\s?(?=\d)",
    re.IGNORECASE,
)
_TIMES = ("time", "times", "次")  # "nine times" may be nine of anything
_ORDINAL_BEFORE = re.compile(  # what a number tells apart, and does not count
    r"\b(?:year|month|day|week|section|chapter|edition|version|page|room|floor|building|line|level|phase|step|item|no"
    r"|number|part|annex"
    r"|table|figure|article|clause|grade|priority|tier|zone|gate|bay|lot|run|unit)\.?\s*$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:€|\$|£|¥|\b(?:eur|usd|cny|rmb|sgd|gbp))\s*$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![A-Za-z\d_.,])\d[\d.,]*\d|(?<![A-Za-z\d_.,])\d(?![A-Za-z\d_.]*\d)"
    rf"|(?<![{_HAN}])[{_HAN}]++(?=[个天日年月周小分元])|(?<![A-Za-z-])(?:{'|'.join(NUMBER_WORDS)})(?=[\s-](?!(?:and|or|to|up)\b)[a-z])",
    re.IGNORECASE,
)
_ONE_OF_TWO = r"((?<![A-Za-z\d])[A-Za-z]{0,3}-?\d{1,9}+)"
_JOINED_NUMBERS = re.compile(rf"{_ONE_OF_TWO}\s?(?:and|or|to|[-–—~至到和或及、/])\s?{_ONE_OF_TWO}")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_DATE = re.compile(r"(?:\d{4}|-)-\d\d(?:-\d\d)?")
_TIME_OF_DAY = re.compile(r"\d\d:\d\d")
_FORMS = {"date", "time of day"}  # kinds that are told by their form; those of codes have a "#" for each number
_REASON_ASKED = re.compile(
    r"\b(?:why|how (?:do|does|did|can|is|are|was|were|to|come))\b|为什么|为何|怎[么样]|如何|原因", re.IGNORECASE
)
_LABEL = re.compile(
    r"[\s*_#>•\-–]*(?P<label>[^\W\d_](?:[^:：.。,，\n|｜]|\.(?=\d)){0,40})\s?(?:(?<!\d)[:：｜]|[:：](?!\d))"
)
_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_LIST_MARK = re.compile(r"\A\s*(?:[(（]\d{1,2}[)）]|\d{1,2}[.)、．](?!\d)|\d{1,2}(?:\.\d{1,2}){1,3}(?=\s+[^\W\d]))")
_HEADING_NUMBER = re.compile(r"\A\s*#{1,6}\s+\d{1,3}(?:\.\d{1,3}){0,4}[.、)]?(?=\s*\Z|\s+(?![至到或和])[A-Z一-鿿])")
_UNIT_OF_HEAD = re.compile(r"[(（\[]([^()（）\[\]]{1,20})[)）\]]")
_BETWEEN = re.compile(r"\bbetween\s+\S+\s*\Z", re.IGNORECASE)
_SPLIT = re.compile(r"[，、；;]|,\s|\b(?:and|while|whereas|but)\b|而|(?<=[.。])\s")
_SMALL_HAN = frozenset("的了是在可以能会由为和与及就都也只")
_OF_DEGREE = frozenset("must least most within up last".split())  # stems that say nothing of what a value is of
_OTHERS = re.compile(r"其[他它余中]|\b(?:others?|rest|remaining|else)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A number, its kind, and the words that it belongs to: token -> weight."""

    number: str
    kind: str
    unit: str  # as it is written behind the number, or the code of a currency before it
    words: dict[str, float]
    sentence: int  # by number; rows have numbers below 0
    text: str  # its clause, where its sentence has several values; a row's with the heads


def values_in(sentences: Sequence[str], rows: Sequence[ClaimRow]) -> list[Value]:
    """The values of a passage, of its sentences and of the rows of its tables."""
    return [*_in_prose(sentences), *_in_rows(rows)]


def has_rival(
    claim: str, question: str, values: Sequence[Value], similarities: Callable[[str, Sequence[str]], Vectors] | None
) -> bool:
    """Whether a value that the claim adds to the question has, among the values of one passage in the language of the
    question, a rival that is nearer to question and claim. Without `similarities` words alone decide."""
    added = (numbers_in(claim) | codes_in(claim)) - numbers_in(question) - codes_in(question)
    added -= _beside_asked(claim, question)
    if not added or _REASON_ASKED.search(question):
        return False
    asked = content_of(question).keys()
    told = content_of(claim)
    meant = {value.number: value for value in _values(claim, {}, 0, "")}
    wanted = {token for token in (*asked, *told) if not is_number(token)} - _OF_DEGREE
    # A claim that names its own subject is read as of that, whatever was asked.
    speaks_for_itself = sum(told[token] for token in told if token not in asked and not is_number(token)) >= OWN_WORDS
    sides = [{*asked, *wanted}] if speaks_for_itself else [asked, {*asked, *wanted}]
    conditions = measured(question)
    common = Counter(token for value in values for token in value.words)
    weight = {t: (1.0 if t.isascii() else 0.5) / common[t] ** 0.5 for t in {*asked, *wanted} if common[t]}

    def nearness(value: Value, said: Set[str]) -> float:
        return float(sum(weight.get(token, 0.0) * share for token, share in value.words.items() if token in said))

    for number in added & meant.keys():
        own = _closest([value for value in values if value.number == number], meant[number])
        kinds = {value.kind for value in own}
        left = [v for v in values if v.number not in added and f"#{v.number}" not in asked]
        others = [v for v in left if any(_may_be(v.kind, kind) for kind in kinds)]
        others = [v for v in others if not any(_holds_elsewhere(v, value, conditions) for value in own)]
        if not own or ({value.kind for value in own} & _FORMS and not WHEN_ASKED.search(question)):
            continue
        if _is_counted_otherwise(meant[number].kind, own, left):
            return True
        if not others:
            continue
        if _has_other_label(own, others, sides[-1]):
            return True
        if _has_other_label(others, own, sides[-1]):  # the claim's own is the one that is asked for
            continue
        # What a sentence says of several values it says once: there the words that differ decide.
        here = {value.sentence for value in own if value.sentence >= 0}
        apart = [other for other in others if other.sentence not in here]
        if apart and any(
            max(nearness(value, said) for value in apart) >= max(nearness(value, said) for value in own) + MARGIN
            for said in sides
        ):
            return True
        nearest = max(nearness(value, sides[-1]) for value in own)
        meant_here = [value for value in own if nearness(value, sides[-1]) == nearest]
        if all(
            any(
                _is_at(other, v, asked) or _contrast(v, other, wanted, values.index(v) < values.index(other))
                for other in others
                if other.sentence == v.sentence
            )
            for v in meant_here
        ):
            return True
        alike = [other for other in apart if other.kind in kinds]
        if similarities and alike and not speaks_for_itself:
            cosines = similarities(question, [value.text for value in (*own, *alike)])
            if float(max(cosines[len(own) :])) >= float(max(cosines[: len(own)])) + MEANING_MARGIN:
                return True
    return False


def _holds_elsewhere(value: Value, own: Value, conditions: Mapping[Decimal, frozenset[str]]) -> bool:
    """Whether, of two values of one sentence, the second holds where one of the `conditions` is, and the first where
    another amount of that unit is: "3 litres at 5 metres, and 2 litres at 12 metres"."""
    here, there = measured(own.text), measured(value.text)
    return own.sentence == value.sentence and any(
        number in here and number not in there and any(units & other for other in there.values())
        for number, units in conditions.items()
    )


def _beside_asked(claim: str, question: str) -> Set[str]:
    """The numbers and codes of a claim that stand beside one that was asked, or around it: "buildings 5 and 6" for
    building 5, 满10年不满20年 for 12 years."""
    asked = numbers_in(question) | codes_in(question)
    found: set[str] = set()
    for match in _JOINED_NUMBERS.finditer(claim):
        ends = [numbers_in(f"{end} 个") | codes_in(end) for end in match.groups()]
        if any(end & asked for end in ends):
            found |= ends[0] | ends[1]
    for each in ranges_in(claim):
        if any(each.holds(number) and units & each.units for number, units in measured(question).items()):
            found |= each.bounds
    return found


def _closest(values: list[Value], meant: Value) -> list[Value]:
    """Those of some values of one number that have the unit of the claim, else those of its kind, else all."""
    of_kind = [value for value in values if value.kind == meant.kind]
    return [value for value in of_kind if value.unit == meant.unit] or of_kind or values


def _may_be(kind: str, other: str) -> bool:
    """Whether two values may be of one kind: a number without a unit may be of any that numbers have."""
    return kind == other or (not (kind and other) and not {kind, other} & _FORMS and "#" not in kind + other)


def _is_counted_otherwise(meant: str, own: Sequence[Value], others: Sequence[Value]) -> bool:
    """Whether the claim's unit stands behind another number of each sentence, or row, and never behind its own."""
    if not meant or any(value.kind == meant for value in own):
        return False
    if meant not in _KINDS and meant not in _TIMES and all(value.kind for value in own):
        return any(other.kind == meant for other in others)  # "nine goals", and "13 saves", wherever they stand
    return all(any(o.kind == meant and o.sentence == value.sentence for o in others) for value in own)


def _contrast(own: Value, other: Value, wanted: Set[str], is_behind: bool) -> bool:
    """Whether, of two values of one sentence, the other has a wanted word that this one lacks, and this one another in
    its place: "6.8 % by the employer, 3.4 % by the employee"; or the other is said of what this one is and more: "15
    days; for managers 27 days"."""
    here = {token for token, share in own.words.items() if share == 1.0 and _is_telling(token)}
    there = {token for token, share in other.words.items() if share == 1.0 and _is_telling(token)}
    if PRONOUN.search(_OTHERS.sub(" ", own.text)) and not PRONOUN.search(other.text):
        return False  # it goes on from what is said there
    unit, other_unit = content_of(own.unit).keys(), content_of(other.unit).keys()
    here -= {t for t in unit & other_unit & wanted if _says_besides(other, t) and not _says_besides(own, t)}
    more = {t for t in (there - here) & wanted if t not in other_unit or _says_besides(other, t)}
    if not more:
        return False
    if here & wanted < there & wanted or (is_behind and not there - wanted and not here - wanted):
        return True  # "15 days; for managers 27 days"
    said = set("".join(here & wanted))
    instead = here - there - wanted - _OF_DEGREE - unit
    instead = {token for token in instead if token.isascii() or not said.issuperset(token)}
    return bool(instead or _OTHERS.search(own.text))


def _is_at(other: Value, own: Value, asked: Set[str]) -> bool:
    """Whether of two values of one sentence the other stands beside a number that was asked, and this one beside
    another: "3,200 litres at 5 metres, and 1,900 at 12 metres"."""
    here, there = (set(filter(is_amount, numbers_in(v.text) - {v.number})) for v in (own, other))
    meant = {number for number in there if f"#{number}" in asked}
    return own.text != other.text and bool(meant and here) and not any(f"#{number}" in asked for number in here)


def _says_besides(value: Value, token: str) -> bool:
    """Whether the clause of a value has a token of its unit also in another word: "weekly backups for 12 weeks"."""
    words = re.findall(r"[a-z]+", value.text.lower())
    return sum(token in content_of(word) for word in words) > 1


def _has_other_label(own: Sequence[Value], others: Sequence[Value], said: Set[str]) -> bool:
    """Whether question and claim say the label of another value, "weight: 69 kg", and not that of the claim's own."""
    labels = [_label(value) for value in own]
    return all(
        label and any(other and _is_labelled_rather(other, label, said) for other in map(_label, others))
        for label in labels
    )


def _is_labelled_rather(label: Set[str], other: Set[str], said: Set[str]) -> bool:
    """Whether of two labels the first is said, and what only the second has is not: "X5 Pro" rather than "X5"."""
    return label != other and bool(label & said) and label - other <= said and said.isdisjoint(other - label)


def _label(value: Value) -> Set[str]:
    match = _LABEL.match(value.text)
    return content_of(_IN_BRACKETS.sub(" ", match["label"])).keys() if match else frozenset()


def swaps_subject(
    claim: str, question: str, sentences: Sequence[str], above: Sequence[Set[str]], captions: Set[str]
) -> bool:
    """Whether what a claim adds stands only in sentences, or clauses, that say it of something else, while another one
    has more of the question, and something else of that: "Li handles invoices, Chen handles complaints". `above` are
    the words that head each sentence; the `captions` of tables are said of nothing. Of amounts rivals are
    told by their kind."""
    asked = content_of(question).keys() | codes_in(question)
    said = content_of(claim).keys() | codes_in(claim)
    amounts = {value.number for value in _values(claim, {}, 0, "") if value.kind in _KINDS or value.kind in _FORMS}
    if (amounts | codes_in(claim)) - numbers_in(question) - codes_in(question):
        return False
    told = [e for e in zip(sentences, above, strict=True) if not (is_row(e[0]) or e[0].strip() in captions)]
    clauses = [(clause, heads) for sentence, heads in told for clause in _told_apart(sentence)]
    return _is_outdone(said, asked, told) or (len(clauses) > len(told) and _is_outdone(said, asked, clauses))


def _is_outdone(said: Set[str], asked: Set[str], parts: Sequence[tuple[str, Set[str]]]) -> bool:
    """The same of sentences, or of clauses, each with the words that head it."""
    told = [_LINK_TARGET.sub("]", part) for part, _ in parts]
    words = [telling(content_of(part)) | codes_in(part) for part in told]
    everywhere = words[0].intersection(*words[1:]) if len(words) > 1 else frozenset[str]()
    words = [own - everywhere for own in words]
    # A claim that does not say of what it is is said of the document's subject.
    about = [(own | heads) & asked & said - everywhere for own, (_, heads) in zip(words, parts, strict=True)]
    added = telling(said - asked - everywhere)
    most = max((len(added & own) for own in words), default=0)
    return (
        2 * most >= len(added) > 0
        and any(map(added.isdisjoint, words))
        and all(
            bool(own - asked - said)
            and not (PRONOUN.search(part) or _LABEL.match(part))
            and any(
                mine < theirs
                and 2 * len(theirs - mine) >= len(theirs)
                and SHARED * len(added & other) <= len(added & own)
                and other - asked - said
                and not PRONOUN.search(by)
                for (by, _), other, theirs in zip(parts, words, about, strict=True)
            )
            for (part, _), own, mine in zip(parts, words, about, strict=True)
            if len(added & own) == most
        )
    )


def _told_apart(sentence: str) -> list[str]:
    """The clauses of a sentence, where each says something, of Chinese in the same words; else the sentence."""
    clauses = [clause for clause in _SPLIT.split(sentence) if content_of(clause)]
    if not clauses or (sentence.isascii() and all(map(has_verb, clauses))):
        return clauses
    return (
        clauses if set.intersection(*map(set, clauses)) & set(filter(CJK.match, sentence)) - _SMALL_HAN else [sentence]
    )


def telling(tokens: Iterable[str]) -> frozenset[str]:
    """Numbers, and the tokens that may tell one clause from another."""
    return frozenset(token for token in tokens if is_number(token) or _is_telling(token))


def _is_telling(token: str) -> bool:
    """Whether a token may tell one clause from another: no number, and of Chinese no pair with a small word."""
    return not is_number(token) and (token.isascii() or _SMALL_HAN.isdisjoint(token))


def _in_prose(sentences: Sequence[str]) -> Iterator[Value]:
    for index, sentence in enumerate(sentences):
        if is_row(sentence):
            continue
        sentence = _LIST_MARK.sub(" ", _without_heading_number(sentence))
        clauses = list(_clauses(sentence))
        around = content_of(sentence)
        labelled = _LABEL.match(sentence)
        label = content_of(labelled["label"]).keys() if labelled else ()
        for clause in clauses:
            own_label = clause is not clauses[0] and _LABEL.match(clause.lstrip(_BETWEEN_CLAUSES))
            inside = {*content_of(clause)} if own_label else {*content_of(clause), *label}
            words = {token: 1.0 if token in inside else SENTENCE for token in around}
            text = clause if len(clauses) > 1 else sentence
            if labelled and not own_label and not text.startswith(labelled.group()):
                text = f"{labelled.group()} {text}"
            yield from _values(clause, words, index, text)


def _without_heading_number(sentence: str) -> str:
    """A sentence without the number that it has as a heading: "## 4 Opening hours", and not "## 4 weeks of leave"."""
    match = _HEADING_NUMBER.match(sentence)
    first = next(_values(sentence, {}, 0, ""), None) if match else None
    return sentence[match.end() :] if match and (first is None or first.kind not in _KINDS) else sentence


def _clauses(sentence: str) -> Iterator[str]:
    """The parts of a sentence between semicolons, or where these do not between commas, that part values of a kind."""
    for part in _parted(sentence, [match.start() for match in _PART_END.finditer(sentence)]):
        cuts = [match.start() for match in _CLAUSE_END.finditer(part)]
        yield from _parted(part, [cut for cut in cuts if not _BETWEEN.search(part[:cut])])


def _parted(text: str, cuts: Sequence[int]) -> list[str]:
    """The text cut at some places, or whole where that parts no two values of one kind."""
    parts = [text[at:end] for at, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    kinds = Counter(kind for part in parts for kind in {value.kind for value in _values(part, {}, 0, "")})
    return parts if max(kinds.values(), default=0) > 1 else [text]


def _in_rows(rows: Sequence[ClaimRow]) -> Iterator[Value]:
    for index, row in enumerate(rows):
        label = content_of(row.cells[0]) if row.cells else {}
        for at, cell in enumerate(row.cells):
            name = row.heads[at] if at < len(row.heads) else ""
            own = {*label, *content_of(name), *content_of(cell)}
            beside = {token for content in row.content for token in content if not is_number(token)}
            words = {token: 1.0 if token in own else SENTENCE for token in own | beside}
            kind = _kind_of_column(row.measures[at]) if at < len(row.measures) else ""
            for value in _values(cell, words, -1 - index, f"{row.cells[0]} {name}: {cell}"):
                yield value if value.kind else replace(value, kind=kind)


def _kind_of_column(head: str) -> str:
    """The kind of the unit that the head of a column has in brackets, "Price (CNY)"; "" where there is none."""
    bracket = _UNIT_OF_HEAD.search(head)
    unit = bracket[1].strip() if bracket else ""
    if _MONEY_BEFORE.fullmatch(unit):
        return "money"
    behind = _BEHIND.fullmatch(unit)
    return (behind.lastgroup or "") if behind and behind.lastgroup in _KINDS else ""


def _values(text: str, words: dict[str, float], sentence: int, around: str) -> Iterator[Value]:
    """Numbers by the unit behind them, then dates, times of day and codes."""
    around, known, seen = around.strip(_BETWEEN_CLAUSES), numbers_in(text), set()
    for match in _NUMBER.finditer(text):
        shared = _SHARED.match(text, match.end())
        following = _NUMBER.match(text, shared.end()) if shared else None
        behind = _BEHIND.match(text, following.end() if following else match.end())
        kind = (behind.lastgroup or "") if behind else ""
        if _MONEY_BEFORE.search(text[: match.start()]):
            kind = "money"
        elif kind == "noun" and behind:
            kind = behind["noun"].lower()
        unit = text[following.end() if following else match.end() : behind.end()] if behind else ""
        if not kind and _ORDINAL_BEFORE.search(text[: match.start()]):
            kind = "number"
        if _YEAR.fullmatch(match.group()) and kind not in ("money", "share") and unit.strip() in ("", "年"):
            kind = "date"
        for number in numbers_in(f"{match.group()}{unit}") or numbers_in(match.group()):
            if number in known and not _form(number):  # else it is a date, or a part of one
                seen.add(number)
                counted = _CLASSIFIER.sub("", "".join(unit.lower().split()))
                yield Value(number, kind, counted.rstrip("s"), words, sentence, around)
    for number in known - seen:
        if kind := _form(number):
            yield Value(number, kind, "", words, sentence, around)
    for code in codes_in(text):
        yield Value(code, form_of(code), "", words, sentence, around)


def _form(number: str) -> str:
    """The kind of a value that its form tells; "" for a plain number."""
    return "date" if _DATE.fullmatch(number) else "time of day" if _TIME_OF_DAY.fullmatch(number) else ""
