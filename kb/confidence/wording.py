"""Wording: measures of how a claim, the question that it answers and the place that confirms it are worded.

None of them knows a word: they tell how much of the one stands in the other, and in how long runs. A claim that takes
over whole stretches of its place is seldom wrong; one put together from single words that stand there often is.
"""

import re
from collections.abc import Callable, Sequence, Set
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from kb.language.content_terms import content_of, is_number, share_held
from kb.language.language import sentences

RUN = 3  # letters in a row that count as taken over
LONG = 200  # letters or words, from which on a text that repeats itself is told
_NO_LETTERS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")

Similarities = Callable[[str, Sequence[str]], NDArray[np.float32]]


def measures(question: str, claim: str, quote: str, heads: Set[str], similarities: Similarities) -> dict[str, float]:
    """The measures by name, of a claim that is confirmed by the words `quote`, headed by the tokens `heads`.

    Shares are 0..1, weights those of `content_of`; `similarities` gives cosines.
    """
    asked, said, told = content_of(question), content_of(claim), content_of(quote)
    new = {token: weight for token, weight in said.items() if token not in asked}
    letters, quoted_letters = (_NO_LETTERS.sub("", text.lower()) for text in (claim, quote))
    words, quoted_words = (_WORD.findall(text.lower()) for text in (claim, quote))
    runs, word_runs = _runs(letters, quoted_letters), _runs(words, quoted_words)
    return {
        "runs": sum(run for run in runs if run >= RUN) / max(1, len(letters)),
        "word runs": sum(run for run in word_runs if run > 1) / max(1, len(words)),
        "own words": float(len(words) - sum(word_runs)),
        "new covered": share_held(new, told) if new else 1.0,
        "new missing": sum(weight for token, weight in new.items() if token not in told),
        "words": float(len(words)),
        "numbers": float(sum(map(is_number, said))),
        "sentences": float(len(list(sentences(quote)))),
        "quote used": share_held(told, said),
        "asked in place": share_held(asked, told.keys() | heads) if asked else 1.0,
        "asked in claim": share_held(asked, said) if asked else 1.0,
        "question like quote": float(similarities(question, [quote])[0]),
    }


def _runs(ours: Sequence[str], theirs: Sequence[str]) -> list[int]:
    """Lengths of the stretches that two sequences have in common, in the same order (Ratcliff and Metzener, 1988); none
    where one repeats itself so much that they tell nothing, and would take minutes to find."""
    if any(
        len(each) > LONG and len({*zip(each, each[1:], each[2:], strict=False)}) < len(each) / 5
        for each in (ours, theirs)
    ):
        return []
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return [block.size for block in blocks if block.size]
