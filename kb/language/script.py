"""Script: in which language a text is written, by the share of its scripts."""

import re
import unicodedata

from kb.schema import Language

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKERS = re.compile(r"[\[【]\s*\d+(?:\s*[,，、;；-]\s*\d+)*\s*[\]】]")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_QUOTED = re.compile(r"“[^“”]{0,400}”|\"[^\"\n]{0,400}\"|「[^「」]{0,400}」|『[^『』]{0,400}』|《[^《》]{0,200}》")
_LINK = re.compile(r"(?<!\S)\S*(?:://|@)\S*|(?<![\w-])[\w-]++(?:[./:\\][\w-]++)++|(?<![\w-])(?:[^\W_]|-)*+_[\w-]*+")
ZH_SHARE = 0.4


# Letters of Cyrillic and Greek that look like Latin ones.
_LOOKALIKES = str.maketrans("АВЕКМНОРСТХаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοα", "ABEKMHOPCTXaeopcyxijsdhqwABEZHIKMNOPTYXoa")
_WORD = re.compile(r"[A-Za-z\u0370-\u052f]++")


def without_lookalikes(text: str) -> str:
    """The text with words of Latin and other letters in one written in the Latin ones that these look like."""
    return text if text.isascii() else _WORD.sub(lambda word: _in_latin(word[0]), text)


def _in_latin(word: str) -> str:
    is_mixed = not word.isascii() and any(letter.isascii() for letter in word)
    return word.translate(_LOOKALIKES) if is_mixed else word


def without_markers(answer: str) -> str:
    """The answer without its citation markers, `[1]` or `[2, 3]`."""
    return _MARKERS.sub(" ", answer)


def written_language(text: str) -> Language | None:
    """The language a text is written in, by share of script; None where nothing tells (a number, a name).

    Citation markers, code, quoted text, paths and Latin names (words with a capital or a digit) do not count, unless
    nothing else is left. A Chinese character weighs as much as an English word; Chinese from 40 % on.
    """
    text = unicodedata.normalize("NFKC", _CODE.sub(" ", without_markers(text)))
    for kept in (_LINK.sub(" ", _QUOTED.sub(" ", text)), text):
        characters = len(re.findall(f"[{HAN}]", kept))
        words = re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", re.sub(r"\b\w*\d\w*\b", " ", kept) if kept.isascii() else kept)
        plain = sum(1 for word in words if word.islower() and len(word) > 1)
        if characters or plain:
            return "zh" if characters / (characters + plain) >= ZH_SHARE else "en"
    return None


def is_written_in(answer: str, language: Language) -> bool:
    """Whether the answer is in that language, or so short that it is in none."""
    return written_language(answer) in (None, language)
