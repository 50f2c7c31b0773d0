"""Relations: whether the sentence that has what a claim adds says of it what was asked.

Who asks when something was released is not answered by the sentence that has a date and its name alone: that may be
the day of its announcement. One of the words that the claim repeats from the question must stand there, names apart.
Nor does a sentence say it that speaks of another name, or of the other of two things that were asked about together.
"""

import re
from collections.abc import Iterable, Sequence, Set
from itertools import permutations

from kb.checking.forms import PRONOUN
from kb.checking.rival_values import telling
from kb.checking.sources import LIST_ITEM, Source, bare
from kb.language.content_terms import content_of, is_number, stem
from kb.language.designations import designations
from kb.language.number_forms import numbers_in
from kb.language.proper_names import holds_name, names_in, opening_name
from kb.language.table_rows import is_row
from kb.language.verbs import has_verb

_PART = re.compile(r"[，,；;。：](?!\d)|\b(?:and|while|whereas)\b", re.IGNORECASE)
_ITEM_END = re.compile(r"[；;]\s*\Z")
_BORDER = re.compile(r"[；;。\n]")
_EMPTY = frozenset("的了是在有为和年月日")  # characters of which no pair says anything
# Stems of verbs that say nothing of what something is of, since others say the same.
_LIGHT = frozenset(map(stem, "need require take get give make have use want allow apply last".split()))
_ALIKE = 2  # words that the titles of two documents of a kind share, at least
_LIST_MARK = re.compile(r"\A\W+")
_SEVERAL = re.compile(  # that are asked about
    r"\b(?:and|or|both|each|respectively)\b|[和与跟及、各]|还是|分别", re.IGNORECASE
)
_LABEL = re.compile(r"\W{0,6}([A-Z][^:\n]{0,40}):\s")
_JOINING = frozenset("and or of the in for at".split())
_TWO_NAMES = re.compile(r"\W*[A-Z][a-z]+(?:['’]s)? [A-Z]")
_WON = re.compile(r"\b(?:won|wins?|winn(?:er|ers|ing))\b|赢得|赢了|夺冠|获胜|胜出|夺得", re.IGNORECASE)
_OF_WINNING = re.compile(  # that tells a winner in other words
    r"\b(?:won|wins?|winn\w+|champions?|victor\w*|titles?|triumph\w*|beat\w*|defeat\w*|crown\w*|lift\w*|gold|medal\w*|cup"
    r"|(?:came|finished|placed|ranked) first|first (?:place|prize)|claim\w*|took(?! part)|captur\w*|secur\w*|clinch\w*"
    r"|award\w*|prizes?|troph\w+|elect\w*|prevail\w*|overc[ao]me|recipients?|receiv\w+|contract\w*|honou?r\w*)\b"
    r"|[赢胜冠夺金奖摘捧获]|中标|击败|折桂|卫冕|第一|当选",
    re.IGNORECASE,
)


def lacks_relation(claim: str, question: str, parts: Sequence[int], source: Source) -> bool:
    """Whether, of the sentences `parts` of a source, those with the numbers and names that a claim adds to the question
    have none of the other words that it repeats from it, nor what heads them, goes on with a pronoun, or with them is
    one sentence in pieces."""
    names = names_in(question) | names_in(claim)
    named = {token for name in names for token in (stem(name), *content_of(name))}
    repeated = {token for token in content_of(claim).keys() & content_of(question).keys() if not is_number(token)}
    relation = {token for token in repeated - named if not _EMPTY.issuperset(token)}
    numbers = numbers_in(claim) - numbers_in(question)
    added = [name for name in names_in(claim) if not (name.isdigit() or holds_name(question.lower(), name))]
    if not relation or not (numbers or added):
        return False
    held = {}
    for part in parts:
        sentence = source.sentences[part]
        lower = sentence.lower()
        held[part] = len(numbers & numbers_in(sentence)) + sum(holds_name(lower, name) for name in added)
    carriers = [part for part in parts if held[part] == len(numbers) + len(added)] or [*parts]  # or several together
    if not all(is_number(token) for part in carriers for token in content_of(source.sentences[part])):  # else a date
        carriers += [part for part in parts if part > carriers[0] and PRONOUN.search(source.sentences[part])]
        carriers += [part + 1 for part in carriers if part + 1 in parts and not _has_verbs(source, part, part + 1)]
    carriers += [part - 1 for part in carriers if part and PRONOUN.search(source.sentences[part])]
    carriers += [lead for part in carriers if (lead := _lead_in(source.sentences, part)) is not None]
    about = {token for part in carriers for token in (*content_of(source.sentences[part]), *source.above[part])}
    if relation <= _LIGHT and not named.isdisjoint(about):
        return False
    return relation.isdisjoint(about | source.heading_tokens)


def is_of_sibling(claim: str, question: str, source: Source, titles: Iterable[str]) -> bool:
    """Whether a source is of another document of a kind than the question names: of the "Basic" plan, where the "Plus"
    plan is asked about, and one of the `titles` is the same but for that name. Not where the claim says of which it is,
    nor where the text or its headings do."""
    own = _words_of(source.passage.title)
    asked, said = content_of(question).keys(), content_of(claim).keys()
    named = {stem(name) for name in names_in(question)}
    for title in titles:
        other = _words_of(title)
        mine, theirs, both = own - other, other - own, own & other
        are_siblings = mine and theirs and len(both) >= _ALIKE and 2 * len(both) >= max(len(own), len(other))
        is_other = theirs <= named and mine.isdisjoint(asked | said) and not theirs <= source.tokens
        if are_siblings and is_other:
            return True
    return False


def is_of_other_designation(claim: str, question: str, parts: Sequence[int], source: Source) -> bool:
    """Whether the sentences `parts` of a source, or what heads them, are of another thing of a kind than claim or
    question mean, and the passage names none that is meant: of plant 3, where plant 2 is asked about. Of sentences that
    name both the part between semicolons with the numbers that the claim adds counts."""
    meant = {**designations(question), **designations(claim)}
    if not meant:
        return False
    quote, text = "\n".join(source.sentences[part] for part in parts), source.passage.text
    added = numbers_in(claim) - numbers_in(question)
    clauses = [clause for clause in _BORDER.split(quote) if added and added <= numbers_in(clause)]
    for kind, marks in meant.items():
        heading, there, around = (_of_kind(kind, marks, each) for each in (source.heading, quote, text))
        if marks & heading:
            continue
        if marks.isdisjoint(around):
            letters = "|".join(filter(str.isalpha, marks))  # "building A has 30, and B has 40" names both
            if (there or heading) and not (letters and re.search(rf"(?<![A-Za-z])(?:{letters})(?![A-Za-z])", quote)):
                return True
        elif marks & there and clauses:
            named = [_of_kind(kind, marks, clause) for clause in clauses]
            if all(others and marks.isdisjoint(others) for others in named):
                return True
    return False


def _of_kind(kind: str, marks: Set[str], text: str) -> frozenset[str]:
    """The marks of a kind in a text, letters or numbers as those that are meant."""
    as_numbers = {mark.isdigit() for mark in marks}
    return frozenset(mark for mark in designations(text).get(kind, ()) if mark.isdigit() in as_numbers)


def is_of_other_item(claim: str, question: str, parts: Sequence[int], source: Source) -> bool:
    """Whether each of the sentences `parts` of a source with the numbers that a claim adds is an item of a list between
    semicolons, of which a later one begins with what claim and question name, and neither it nor one before it has
    that."""
    added, names = numbers_in(claim) - numbers_in(question), names_in(claim) & names_in(question)
    names = frozenset(name for name in names if not (name.isdigit() or holds_name(source.heading.lower(), name)))
    carriers = [part for part in parts if added and added <= numbers_in(source.sentences[part])]
    return bool(names and carriers) and all(
        _named_later(added, part, names, bare(question), source.sentences) for part in carriers
    )


def _named_later(added: Set[str], part: int, names: Set[str], asked: str, sentences: Sequence[str]) -> bool:
    """Whether some names stand only in items after that of the sentence `part` with some numbers, one of which begins
    with the words of the question up to the name."""
    first, last = part, part
    while first and _ITEM_END.search(sentences[first - 1]):
        first -= 1
    while last + 1 < len(sentences) and _ITEM_END.search(sentences[last]):
        last += 1
    items = _BORDER.split("\n".join(each.replace("\n", "") for each in sentences[first : last + 1]).lower())
    holding = next((at for at, item in enumerate(items) if added <= numbers_in(item)), len(items))
    before, after = bare("".join(items[: holding + 1])), [bare(item) for item in items[holding + 1 :]]
    return any(
        name not in before and any(name in item and item.partition(name)[0] + name in asked for item in after)
        for name in map(bare, names)
    )


def _words_of(title: str) -> frozenset[str]:
    return frozenset(token for token in content_of(title) if not is_number(token))


def _lead_in(sentences: Sequence[str], part: int) -> int | None:
    """The line above that announces the list which a sentence is an item of: "You can either:"."""
    while part and LIST_ITEM.match(sentences[part]):
        part -= 1
        if sentences[part].rstrip()[-1:] in (":", "："):
            return part
    return None


def _has_verbs(source: Source, *parts: int) -> bool:
    """Whether any of some sentences has a verb: "Netherlands. Runner-up." is one."""
    return any(has_verb(source.sentences[part]) for part in parts)


def lacks_outcome(claim: str, parts: Sequence[int], source: Source) -> bool:
    """Whether a claim says that somebody won, of which the sentences `parts` of a source, those beside them and what
    heads them say nothing: who played did not win."""
    around = source.sentences[max(0, parts[0] - 1) : parts[-1] + 2]
    return bool(_WON.search(claim)) and not _OF_WINNING.search("\n".join((source.heading, *around)))


def crosses_over(claim: str, question: str, source: Source) -> bool:
    """Whether what a part of a claim adds stands only in clauses of a source that speak of another part's subject,
    where the question asks of both: "A has 5 and B has 6" where these are the other way round."""
    asked = telling(content_of(question))
    parts = [telling(content_of(part)) for part in _PART.split(claim)]
    if len(parts) < 2 or not _SEVERAL.search(question):
        return False
    told = [part for each in source.sentences if not is_row(each) for part in _PART.split(each)]
    clauses = [telling(content_of(part)) for part in told]
    for part, other in permutations(parts, 2):
        own, others = (
            {token for token in (said & asked) - beside if not is_number(token)}
            for said, beside in ((part, other), (other, part))
        )
        added = part - asked
        carriers = [clause for clause in clauses if added <= clause]
        if own and others and added and carriers and all(own.isdisjoint(c) and others & c for c in carriers):
            return True
    return False


def is_of_another_name(claim: str, question: str, parts: Sequence[int], source: Source) -> bool:
    """Whether each of the sentences `parts` of a source with the numbers that a claim adds begins with another name
    than question and claim have, and has none of the question's."""
    asked, added = names_in(question), numbers_in(claim) - numbers_in(question)
    if not asked or not added or any(holds_name(source.heading.lower(), name) for name in asked):
        return False
    carriers = [source.sentences[part] for part in parts if added <= numbers_in(source.sentences[part])]
    if not carriers:
        return False
    inside = names_in(f"- {'; - '.join(_without_openings(source.sentences))}")
    no_names = content_of(question).keys()
    return all(_begins_elsewhere(each, asked | names_in(claim), inside, no_names) for each in carriers)


def _begins_elsewhere(sentence: str, names: Set[str], known: Set[str], no_names: Set[str]) -> bool:
    """Whether a sentence begins with a name, of two words or one that is `known`, and has none of `names`. Words with
    stems in `no_names` are none."""
    lower = sentence.lower()
    if PRONOUN.search(sentence) or any(holds_name(lower, name) for name in names):
        return False
    opening = opening_name(sentence)
    return bool(opening and stem(opening) not in no_names and (opening in known or _TWO_NAMES.match(sentence))) or any(
        lower.startswith(name) for name in names_in(sentence)
    )


def _without_openings(sentences: Sequence[str]) -> list[str]:
    """Sentences without their first words. Where one label of a list says what it is of in small letters ("Reading
    interval: …"), those of the others ("- Timetable: …") are no names either."""
    labels = [label[1].split() for each in sentences if (label := _LABEL.match(each))]
    telling = any(word.islower() and word not in _JOINING for label in labels for word in label)
    bare = [_LIST_MARK.sub("", each) if telling and _LABEL.match(each) else each for each in sentences]
    return [each.partition(" ")[2] for each in bare]
