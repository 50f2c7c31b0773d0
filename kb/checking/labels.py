"""Labels: "Author: Anna Li · Reviewed by: Wei Heng", where a name is what its label says, and nothing else."""

import functools
import re
from collections.abc import Iterator, Set
from itertools import repeat
from operator import and_

from kb.checking.contradictions import FORMERLY
from kb.language.content_terms import content_of, is_number
from kb.language.proper_names import names_in

_FIELD = re.compile(r"[·|;；\n]|(?<=[.。])\s")
_BRACKETS = re.compile(r"[^,，、;；()（）]{0,40}[(（]([^()（）]{1,80})[)）]")
_ITEM = re.compile(r"[,，;；、\n]|\band\b|(?<=[.。])\s")
_OF = "(?:of|at|for) (?:the )?"
_OF_A_NAME = re.compile(  # "CEO of Tarn"
    rf"(?<![A-Za-z])(?P<noun>[A-Za-z]{{2,}}+) {_OF}(?P<name>[A-Z][A-Za-z0-9]++(?: (?:of )?[A-Z][A-Za-z0-9]++){{0,5}})"
)
_ANNOUNCES = re.compile(
    r"(?:决定|通知|如下|规定|要求|指出|表示|认为|报道|官宣|宣布)$|\b(?:decided|follows?|announced|said|agreed)$"
)
_LABELLED = re.compile(r"[\s*_#>•-]*(?P<label>[^\W\d_][^:：.。,，\n]{0,30})\s?[:：][\s*_]*(?P<value>\S.*)")


def takes_other_label(claim: str, question: str, names: frozenset[str], text: str) -> bool:
    """Whether a name of letters that the claim adds stands in a text only behind labels of which claim and question
    say nothing, nor of what is in brackets behind the name."""
    said = content_of(claim).keys() | content_of(question).keys()
    fields = list(_fields(text))
    for name in filter(str.isalpha, names):
        labels = [
            {t for t in content_of(f"{label} {_in_brackets(name, value)}") if not is_number(t)} - _of_anybody()
            for label, value in fields
            if name in value.lower()
        ]
        if labels and all(label and said.isdisjoint(label) for label in labels):
            return True
    return False


@functools.cache
def _of_anybody() -> Set[str]:
    """The tokens of labels that say nothing of whom they name."""
    names = "name, full name, note, notes, important, tip, hint, warning, attention;"
    return content_of(f"{names} 姓名、名称、名字、注意、注、备注、提示、说明").keys()


def takes_other_partner(added: frozenset[str], asked: frozenset[str], text: str) -> bool:
    """Whether a text gives a name that was asked with another one than the claim adds, and the claim's with another one
    than was asked: "Li for Suzhou, and Chen for Shenzhen"."""
    parts = _ITEM.split(text.lower())
    with_added, with_asked = ([any(name in part for name in names) for part in parts] for names in (added, asked))
    if not (any(with_added) and any(with_asked)) or any(map(and_, with_added, with_asked)):
        return False
    others = [bool(names_in(f"- {part}") - added - asked) for part in _ITEM.split(text)]
    return any(map(and_, others, with_added)) and any(map(and_, others, with_asked))


def names_other_holder(claim: str, question: str) -> bool:
    """Whether a claim says something of the holder of a post, or the part, of another thing than the one that was asked
    about: of "the CEO of Oudkerk", where the CEO of Tarn was asked for."""
    told = list(_OF_A_NAME.finditer(claim))
    for asked in _OF_A_NAME.finditer(question):
        noun, name = asked["noun"].lower(), asked["name"]
        others = {match["name"] for match in told if match["noun"].lower() == noun} - {name}
        own = rf"\b{re.escape(name)}\b.{{0,20}}\b{re.escape(noun)}|\b{re.escape(noun)} {_OF}{re.escape(name)}\b"
        if others and not re.search(own, claim, re.IGNORECASE) and all(map(_is_other, others, repeat(name))):
            return True
    return False


def _is_other(name: str, asked: str) -> bool:
    """Whether no name is a part of the other, or short for it."""
    words, known = name.split(), asked.split()
    initials = {"".join(word[0] for word in each) for each in (words, known)}
    return set(words).isdisjoint(known) and initials.isdisjoint((name, asked))


def _in_brackets(name: str, value: str) -> str:
    _, _, behind = value.lower().partition(name)
    match = _BRACKETS.match(behind)
    return match[1] if match and not FORMERLY.match(match[1]) else ""


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for field in _FIELD.split(text):
        match = _LABELLED.fullmatch(field.strip())
        yield (match["label"], match["value"]) if match and not _ANNOUNCES.search(match["label"]) else ("", field)
