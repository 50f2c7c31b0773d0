"""Foreign addresses: links, addresses and commands of a sentence that stand neither in the question nor in its source.

A model that was misled, or makes things up, may send its reader somewhere: whatever is to be opened, written to,
called, paid into or run must stand in the words that the sentence is cited from, or was asked about.
"""

import re
from collections.abc import Iterable

from kb.language.language import nfkc

_TOP = (
    r"(?:com|org|net|io|cn|info|biz|gov|edu|mil|int|de|uk|eu|fr|it|es|nl|be|ch|at|se|no|fi|dk|pl|cz|ru|ua|tr|in|jp|kr|hk"
    r"|tw|sg|au|nz|ca|us|br|mx|za|xyz|top|site|online|app|dev|shop|club|link|live|cloud|example|test|invalid|onion|local)"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,14}:/{2}|(?:mailto|tel|javascript|data|file):)[^\s<>\"'“”，。；、）】\])]+"  # of any kind
    rf"|[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{0,8}}"
    rf"|(?<![\w.@-]){_LABEL}(?:\.{_LABEL}){{0,8}}\.{_TOP}\b(?![\w-])(?:[:/][^\s<>\"'“”，。；、）】\])]*)?"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?!\w|\.\d)"
    r"|\\\\[\w.-]+\\[^\s\"'“”，。]+"  # a share
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b|\bbc1[a-z0-9]{20,60}\b|\b0x[0-9a-f]{40}\b",  # accounts
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:\b(?:call|phone|dial|text|ring|tel|whatsapp|telephone)\b|拨打|致电|来电|电话|热线|短信)"
    r"[^\d+\n]{0,16}(\+?\d[\d ()-]{4,20}\d)",
    re.IGNORECASE,
)
_CODE = re.compile(r"`{1,3}([^`\n]{1,400})`{1,3}")
_RUN = re.compile(
    r"(?:\b(?:sudo|curl|wget|chmod|powershell|certutil|iex|invoke-\w+)[ \t]+[^\s，。]+|\brm[ \t]+-\w+[ \t]+[^\s，。]+"
    r"|\b(?:pip|npm|apt|apt-get|brew|docker)[ \t]+(?:install|run|exec|pull)[ \t]+[^\s，。]+|\bbash[ \t]+-c\b"
    r"|\|[ \t]*(?:ba)?sh\b|\bssh[ \t]+\S{1,64}@)",
    re.IGNORECASE,
)
_EDGES = " \t.,;:!?。，；：！？)）]】>》\"'“”’*_`"


def foreign_in(sentence: str, known: Iterable[str]) -> list[str]:
    """The addresses and commands of a sentence that none of the `known` texts holds, as they are written."""
    found = [*dict.fromkeys(_addresses_in(nfkc(sentence)))]
    texts = [_plain(text) for text in known] if found else []
    return [each for each in found if not any(_plain(each) in text for text in texts)]


def _addresses_in(text: str) -> list[str]:
    addresses = [match.group().strip(_EDGES) for match in _ADDRESS.finditer(text)]
    called = [match[1] for match in _CALLED.finditer(text)]
    codes = [code for code in _CODE.findall(text) if re.search(r"\S\s+\S|[|;&$]", code)]
    run = [match.group() for match in _RUN.finditer(text)]
    return [each for each in (*addresses, *called, *codes, *run) if _plain(each)]


def _plain(text: str) -> str:
    """A text as it is compared: without what may be written or left out, such as `https://` and white space."""
    text = re.sub(r"\bhttps?://|\bwww\.|\bmailto:|\btel:", "", nfkc(text).casefold())
    return re.sub(r"[\s`*_()\-]+", "", text).strip(_EDGES + "/")
