"""Sections of a passage: what stands under a heading is said of what the heading names, and of nothing else.

A passage may hold several short sections, with their headings in its text: the limit under "Hamburg" is not that of
Rotterdam, whatever words the sentences share.
"""

import re
from collections.abc import Sequence

from kb.language.content_terms import content_of, is_number
from kb.language.number_forms import numbers_in
from kb.language.proper_names import codes_in

NAMED = 0.5  # share of the words of a heading that question or claim must say for it to be the one that is meant
_HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?P<title>\S.*)")
_BOLD = re.compile(r"\*\*(?P<title>[^*]{1,80})\*\*[:：]?")
_LEAD_IN = re.compile(r"(?P<title>[^\n.。!?！？|,，:：]{1,40})[:：]")
_QUESTION = re.compile(r"(?:[*_]{0,2}(?:问|Q|Question)\s?[.:：]\s?)?(?P<title>[^\n?？]{2,120}[?？])[*_]{0,2}")
_LEVEL_OF_BOLD, _LEVEL_OF_LEAD_IN, _LEVEL_OF_QUESTION = 7, 8, 9  # below those of all marks


def is_of_other_section(
    claim: str, question: str, parts: range, sentences: Sequence[str], above: Sequence[frozenset[str]]
) -> bool:
    """Whether what a claim adds stands, of the sentences of a window, only in sections of whose headings question and
    claim say nothing, while they name that of another section of the passage, of which these sentences say nothing.

    `above` are the words that head each sentence.
    """
    everywhere = set.intersection(*map(set, above)) if above else set()
    own = [frozenset(section - everywhere) for section in above]
    if len(set(own)) < 2:
        return False
    said = {token for token in (*content_of(question), *content_of(claim)) if not is_number(token)}
    carriers = [part for part in _carriers(claim, question, parts, sentences) if part < len(own)]
    if not carriers or any(not own[part] or own[part] & said for part in carriers):
        return False
    here = set[str]().union(*(content_of(sentences[part]) for part in carriers))
    meant = [section & said for section in set(own) if section and len(section & said) >= NAMED * len(section)]
    return any(not named <= here for named in meant)


def _carriers(claim: str, question: str, parts: range, sentences: Sequence[str]) -> list[int]:
    """The sentences of a window that have what the claim adds: its numbers and codes, or else its words."""
    added = (numbers_in(claim) | codes_in(claim)) - numbers_in(question) - codes_in(question)
    if added:
        return [part for part in parts if added & (numbers_in(sentences[part]) | codes_in(sentences[part]))]
    words = content_of(claim).keys() - content_of(question).keys()
    shares = [len(words & content_of(sentences[part]).keys()) for part in parts]
    return [part for part, share in zip(parts, shares, strict=True) if share and share == max(shares)]


def words_above(sentences: Sequence[str]) -> list[frozenset[str]]:
    """For each sentence, or line, the words of the headings above it in the passage; a question heads its answer."""
    above: list[tuple[int, frozenset[str]]] = []
    found: list[frozenset[str]] = []
    for sentence in sentences:
        line = sentence.strip()
        level, title = _heading(line)
        if level:
            above = [(other, words) for other, words in above if other < level]
            above.append((level, frozenset(content_of(title))))
        found.append(frozenset().union(*(words for _, words in above)))
    return found


def _heading(line: str) -> tuple[int, str]:
    """The level of a heading, 1 for the highest, and its text; 0 where the line is none."""
    if match := _HEADING.fullmatch(line):
        return len(match["marks"]), match["title"]
    if match := _BOLD.fullmatch(line):
        return _LEVEL_OF_BOLD, match["title"]
    if match := _LEAD_IN.fullmatch(line):
        return _LEVEL_OF_LEAD_IN, match["title"]
    if match := _QUESTION.fullmatch(line):
        return _LEVEL_OF_QUESTION, match["title"]
    return 0, ""
