"""Conditions: which rows of a table are wanted: those with a value that is named, or that the model takes for meant:
"not closed yet" of a column Status."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.answering.prompts import few_shot
from kb.language.content_terms import content_of
from kb.language.language import nfkc
from kb.requests.blocks import Block, Item
from kb.requests.quoting import in_cell
from kb.schema import Language, Message

MEANT = 0.7  # probability from which on the likeliest value of a column is meant
MEANT_STATE = 0.5  # the same of the states of labelled items
MEANT_TOO = 0.2  # the least of the others of the same column, beside
TIMES_LIKELIER = 4.0  # their odds by those of the unlikeliest value
FEWEST_ROWS = 4
MOST_VALUES = 6  # of a column
MOST_JUDGED = 24  # values

# What makes a question ask for other rows than those with the value that it names.
_OTHERWISE = re.compile(
    r"\b(?:not|no|non|without|except|excluding|other than|never|before|after|since|until|over|under|above|below"
    r"|more than|less than|at least|at most|to be|still)\b|n't\b"
    r"|不(?:是|在|含|算|需|包括|属于)|没|无需|除[了外去]|[之以]外|未(?!来)|非(?!洲|常)"
    r"|以上|以下|以前|以后|之前|之后|超过|低于|至少|[尚仍]|待(?!办|遇|定)"
)
_NOT_YET = re.compile(r"(?:还|尚|仍)?(?:没有?|未)(?=[一-鿿])")  # 还没开始 is 未开始
_FIGURES = re.compile(r"[\d\s.,%+\-−–:/]+")  # a number, date or time alone

Judge = Callable[[Sequence[Message], tuple[str, str]], Mapping[str, float] | None]

_TASK: Mapping[Language, str] = {
    "en": "Question: Which of them are {}?\nOne of them has this entry: {} = {}\nDoes it belong to the answer? "
    "Write only yes or no.",
    "zh": "要找的：{}\n已知其中一个：{}：{}\n它是要找的吗？只写是或否。",
}
_EXAMPLES: Mapping[Language, tuple[tuple[str, str, str, bool], ...]] = {
    "en": (
        ("trees that are not in the ground yet", "Planted", "no", True),
        ("trees that are not in the ground yet", "Planted", "since 2019", False),
        ("rooms whose key is not at the desk", "Key", "at the desk", False),
        ("rooms whose key is not at the desk", "Key", "lost", True),
    ),
    "zh": (
        ("还没种下去的树", "是否已种", "否", True),
        ("还没种下去的树", "是否已种", "2019年已种", False),
        ("钥匙不在前台的房间", "钥匙", "在前台", False),
        ("钥匙不在前台的房间", "钥匙", "遗失", True),
    ),
}
_COLUMN_TASK: Mapping[Language, str] = {
    "en": "Question: Which are the {}?\nDoes “{}” speak of the column “{}”? Write only yes or no.",
    "zh": "要找的：{}\n其中“{}”说的是“{}”这一列吗？只写是或否。",
}
_COLUMN_EXAMPLES: Mapping[Language, tuple[tuple[str, str, str, bool], ...]] = {
    "en": (
        ("trees taller than 5 m", "taller than 5", "Height (m)", True),
        ("trees taller than 5 m", "taller than 5", "Year planted", False),
        ("boats that cost up to 900 a year", "up to 900", "Length (ft)", False),
        ("boats that cost up to 900 a year", "up to 900", "Annual rent", True),
    ),
    "zh": (
        ("高于 5 米的树", "高于 5", "树高（米）", True),
        ("高于 5 米的树", "高于 5", "种植年份", False),
        ("一年不超过 900 元的船位", "不超过 900", "船长（米）", False),
        ("一年不超过 900 元的船位", "不超过 900", "年租金", True),
    ),
}
_YES_NO: Mapping[Language, tuple[str, str]] = {"en": ("yes", "no"), "zh": ("是", "否")}
_GIVEN: Mapping[Language, tuple[str, str]] = {"en": ("given", "none"), "zh": ("（有）", "（无）")}
_STATE: Mapping[Language, str] = {"en": "Status", "zh": "状态"}
_JOINT: Mapping[Language, str] = {"en": ": ", "zh": "："}


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a column, as it is said, and the rows that have it."""

    said: str
    rows: tuple[int, ...]


def named_rows(subject: str, block: Block) -> tuple[Sequence[Item], list[str]]:
    """The rows with the values that a question names and that only some rows have in a column, and these values. All
    rows, and no values, where there are none, and where the question has another bound beside: "not open"."""
    if not block.has_cells:
        return block.items, []
    beside = _NOT_YET.sub("未", nfkc(subject).casefold())
    wanted = content_of(beside).keys()
    kept, values = list(block.items), dict[str, None]()
    for column in range(max(len(item.cells) for item in block.items)):
        said = {item: content_of(_cell(item, column)).keys() for item in kept}
        named = [item for item in kept if said[item] and said[item] <= wanted]
        named = [item for item in named if not any(said[item] < said[other] for other in named)]  # 紧急修复, not 修复
        if denied := [item for item in named if (value := _plain(_cell(item, column)))[:1] == "未" and value in beside]:
            named = denied
        if named and len(named) < len(kept):
            kept = named
            values.update(dict.fromkeys(in_cell(_cell(item, column)) for item in named))
    for value in values:
        beside = beside.replace(nfkc(value).casefold(), " ")
    return (block.items, []) if _OTHERWISE.search(beside) else (kept, list(values))


def meant_rows(
    subject: str, block: Block, about: str, language: Language, judge: Judge
) -> tuple[list[Item], list[str]]:
    """The rows with the values of one column that the model takes for meant, and these values with the column's head;
    nothing where the question says no more than what the table is `about`, or no value is surely meant."""
    if len(block.items) < FEWEST_ROWS or content_of(subject).keys() <= content_of(about).keys():
        return [], []
    best: list[tuple[float, str, list[_Value]]] = []
    judged = 0
    for head, values in _columns(block, language):
        judged += len(values)
        if judged > MOST_JUDGED:
            break
        found = [judge(_asking(subject, head, value.said, language), _YES_NO[language]) for value in values]
        if any(each is None for each in found):
            return [], []
        probable = [each[_YES_NO[language][0]] for each in found if each is not None]
        if chosen := _chosen(probable, MEANT_STATE if block.labelled else MEANT):
            best.append((max(probable), head, [values[at] for at in chosen]))
    if not best:
        return [], []
    _, head, chosen_values = max(best, key=lambda each: each[0])
    rows = sorted(at for value in chosen_values for at in value.rows)
    return [block.items[at] for at in rows], [f"{head}{_JOINT[language]}{value.said}" for value in chosen_values]


def _chosen(probable: Sequence[float], least: float) -> list[int]:
    """Which values of a column are meant, of which one is so with the least probability: not all of them."""
    odds = [each / max(1e-6, 1 - each) for each in probable]
    if max(probable) < least:
        return []
    chosen = [
        at
        for at, each in enumerate(probable)
        if each >= least or (each >= MEANT_TOO and odds[at] >= TIMES_LIKELIER * min(odds))
    ]
    return chosen if len(chosen) < len(probable) else []


def _columns(block: Block, language: Language) -> Iterator[tuple[str, list[_Value]]]:
    """The columns whose few values tell kinds of rows apart: head and values. Where a column is filled in some rows
    alone, whether it is."""
    parts = len(block.items[0].cells)
    heads = (*[""] * (parts - 1), _STATE[language]) if block.labelled else block.heads
    for column, head in enumerate(heads):
        cells = [in_cell(_cell(item, column)) for item in block.items]
        said: dict[str, str] = {}  # as it is written first
        places: dict[str, list[int]] = {}
        for at, cell in enumerate(cells):
            value = said.setdefault(cell.casefold(), cell) if cell.strip("-–—/ ") else ""
            places.setdefault(value, []).append(at)
        empty = places.pop("", [])
        if column == 0 or not head or any(map(_FIGURES.fullmatch, places)):
            continue
        given, none = _GIVEN[language]
        if 1 < len(places) + bool(empty) < len(cells) and len(places) <= MOST_VALUES:
            values = [_Value(cell, tuple(rows)) for cell, rows in places.items()]
            yield in_cell(head), values + ([_Value(none, tuple(empty))] if empty else [])
        elif empty and places:
            filled = [at for rows in places.values() for at in rows]
            yield in_cell(head), [_Value(given, tuple(sorted(filled))), _Value(none, tuple(empty))]


def _asking(subject: str, head: str, value: str, language: Language) -> list[Message]:
    yes, no = _YES_NO[language]
    task = _TASK[language]
    examples = [(task.format(*example), yes if fits else no) for *example, fits in _EXAMPLES[language]]
    return few_shot(examples, task.format(subject, head, value))


def likeliest_column(wanted: str, said: str, heads: Sequence[str], language: Language, judge: Judge) -> int | None:
    """Which of some columns what is said in a question speaks of, as the model judges; None where it cannot tell."""
    yes, no = _YES_NO[language]
    task = _COLUMN_TASK[language]
    examples = [(task.format(*example), yes if fits else no) for *example, fits in _COLUMN_EXAMPLES[language]]
    probable: list[float] = []
    for head in heads:
        told = judge(few_shot(examples, task.format(wanted, said, in_cell(head))), (yes, no))
        if told is None:
            return None
        probable.append(told[yes])
    return max(range(len(heads)), key=lambda at: probable[at])


def _plain(cell: str) -> str:
    return nfkc(cell).casefold().strip()


def _cell(item: Item, column: int) -> str:
    return item.cells[column] if column < len(item.cells) else ""
