"""Numbers in texts: `numbers_in` beside libraries, on sentences with their values written down by hand.

`numbers_written/en.tsv` and `zh.tsv`: a sentence, a tab, and its values in digits, with % for shares. They were written
before anything was measured; what ours read wrongly then was mended afterwards (decision 2 has both figures).
"""

from benchmarks.peers import Peer, answers
from benchmarks.places import ROOT
from benchmarks.result import Result
from kb.language.number_forms import numbers_in

PEERS = {
    "en": (
        Peer("recognizers-text, English", "recognizers-text-number==1.0.2a2 emoji==1.1.0"),
        Peer("quantulum3", "quantulum3==0.10.0"),
        Peer("text2digits", "text2digits==0.1.2"),
        Peer("word2number", "word2number==1.1"),
    ),
    "zh": (
        Peer("recognizers-text, Chinese", "recognizers-text-number==1.0.2a2 emoji==1.1.0"),
        Peer("cn2an", "cn2an==0.5.24"),
    ),
}


def cases(language: str) -> list[tuple[str, frozenset[str]]]:
    """The sentences of a language with their values."""
    text = (ROOT / "benchmarks" / "numbers_written" / f"{language}.tsv").read_text(encoding="utf-8")
    lines = (line.partition("\t") for line in text.splitlines())
    return [(sentence, frozenset(values.split())) for sentence, _, values in lines]


def run() -> Result:
    """Of each reader: sentences read exactly, values that it finds, and those that are none."""
    rows: list[tuple[str | float, ...]] = []
    notes: list[str] = []
    for language, peers in PEERS.items():
        wanted = cases(language)
        made = {"ours": [numbers_in(sentence) for sentence, _ in wanted]}
        for peer in peers:
            told: list[str] = []
            found = answers(peer, [sentence for sentence, _ in wanted], told)
            made[peer.name] = [frozenset(each["made"] or ()) for _, each in found]
            if len(made[peer.name]) < len(wanted):
                notes += told
                del made[peer.name]
        for name, read in made.items():
            pairs = [(expected, found) for (_, expected), found in zip(wanted, read, strict=True)]
            right = sum(expected == found for expected, found in pairs)
            values = sum(len(expected) for expected, _ in pairs)
            rows.append((
                language, name, len(pairs), right / len(pairs), sum(len(e & f) for e, f in pairs) / values,
                sum(len(f - e) for e, f in pairs),
            ))  # fmt: skip
        wrong = [
            sentence for (sentence, expected), found in zip(wanted, made["ours"], strict=True) if expected != found
        ]
        notes.append(f"{language}, not as written by ours: {' '.join(wrong) or 'none'}")
    columns = ("language", "reader", "sentences", "exactly right", "values found", "values that are none")
    return Result("numbers", columns, tuple(rows), tuple(notes))
