"""Numbering: the sources of an answer as 1, 2, 3 in the order in which its text names them.

The product numbers the passages that were read; chat clients count the annotations, and take `[2]` for the second.
"""

import re
from dataclasses import replace

from kb.language.code_blocks import code_blocks
from kb.schema import Answer, Citation

_MARKER = re.compile(r"\[(\d{1,3})\]")


def numbered(answer: Answer) -> Answer:
    """The answer with its markers renumbered, and all places in its text where they are then.

    The first citation of each number comes first, by number; further quotes of the same sources follow.
    """
    cited = {citation.marker for citation in answer.citations}
    blocks = [range(block.start, block.end) for block in code_blocks(answer.text)]
    found_in_prose = [m for m in _MARKER.finditer(answer.text) if not any(m.start() in block for block in blocks)]
    named = (int(found[1]) for found in found_in_prose)
    order = dict.fromkeys([*(n for n in named if n in cited), *sorted(cited)])
    numbers = {marker: number for number, marker in enumerate(order, 1)}
    if not numbers:
        return answer
    pieces: list[str] = []
    moved: list[tuple[int, int]] = []  # from where on, by how many characters
    last = shift = 0
    for found in found_in_prose:
        marker = int(found[1])
        written = f"[{numbers[marker]}]" if marker in numbers else found[0]
        pieces += [answer.text[last : found.start()], written]
        last = found.end()
        shift += len(written) - len(found[0])
        moved.append((last, shift))

    def place(at: int) -> int:
        return at + next((by for start, by in reversed(moved) if start <= at), 0)

    return replace(
        answer,
        text="".join([*pieces, answer.text[last:]]),
        claims=tuple(
            replace(
                claim, start=place(claim.start), end=place(claim.end),
                markers=tuple(numbers.get(marker, marker) for marker in claim.markers),
            )
            for claim in answer.claims
        ),
        citations=_in_order([replace(each, marker=numbers[each.marker]) for each in answer.citations]),
    )  # fmt: skip


def _in_order(citations: list[Citation]) -> tuple[Citation, ...]:
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.marker, citation)
    rest = [citation for citation in citations if first[citation.marker] is not citation]
    return (*(first[number] for number in sorted(first)), *rest)
