"""What a benchmark gives: figures that are printed as a table and as JSON."""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of figures under `columns`; `notes` say what is absent and how it was measured."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    notes: tuple[str, ...] = ()


def show(result: Result) -> None:
    """Print a result on stdout: the table, its notes, and one line of JSON."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*result.columns, title=result.name, box=None)
    for row in result.rows:
        table.add_row(*(Text(f"{cell:.3f}" if isinstance(cell, float) else str(cell)) for cell in row))
    console = Console(highlight=False)
    console.print(table)
    for note in result.notes:
        console.print(f"  {note}", markup=False)
    print(json.dumps(asdict(result), ensure_ascii=False))


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that `share` of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
