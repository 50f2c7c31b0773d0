"""Unstructured without a network: the one place that imports it, with the patches that keep it on this machine.

Written for unstructured 0.27.35. It downloads a spaCy model from the internet at first use, to count sentences
and find verbs (`unstructured.nlp.tokenize._get_nlp`, used through `pos_tag` and `sent_tokenize`). Both only
decide whether a paragraph is called a title or narrative text, which we do not build on, so a blank pipeline
that ends sentences at Chinese and Western punctuation takes the model's place. The package is pinned because
these are private names.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_PATCH_LOCK = threading.Lock()
_SENTENCE_ENDS = [".", "!", "?", "。", "！", "？", "；", "…"]


def partition_html(html: str) -> list[Any]:
    """The elements of an HTML page in order. Nothing is fetched, no language is detected."""
    _patch()
    from unstructured.partition.html import partition_html as partition

    return list(partition(text=html, languages=[""]))


@cache
def _patched() -> bool:
    with _torch_left_out():
        from unstructured.nlp import tokenize
        from unstructured.partition import text_type

        _blank_pipeline()
    tokenize._get_nlp = _blank_pipeline
    text_type.contains_verb = _contains_verb
    return True


def _patch() -> None:
    with _PATCH_LOCK:
        _patched()


@contextmanager
def _torch_left_out() -> Iterator[None]:
    """spaCy loads torch where it is there. A blank pipeline has no use for it: it costs 500 MB and two seconds."""
    absent = "torch" not in sys.modules
    if absent:
        sys.modules["torch"] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        yield
    finally:
        if absent:
            del sys.modules["torch"]


@cache
def _blank_pipeline() -> Any:
    import spacy

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer", config={"punct_chars": _SENTENCE_ENDS})
    nlp.max_length = 100_000_000
    return nlp


def _contains_verb(text: str) -> bool:
    """In place of a part-of-speech tagger: a text of some length, or one that ends as sentences do, has a verb."""
    return len(text) > 60 or text.rstrip().endswith(tuple(_SENTENCE_ENDS))
