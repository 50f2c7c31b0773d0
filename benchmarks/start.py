"""Start: how long `kb --help` takes, and how long from a command to its passages."""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.places import ASKER, SAMPLE_DOCS, filled, home
from benchmarks.result import Result, median
from kb.assistant import KnowledgeBase
from kb.config import Settings

QUESTION = "How many days of annual leave are there?"
_KB = Path(sys.executable).with_name("kb")


def run() -> Result:
    """Seconds. The first search may read files that are not in memory yet; the later ones do not."""
    with filled("sample_docs", [SAMPLE_DOCS]):
        pass
    first, *later = (_seconds("search", QUESTION, "--json", "--home", str(home("sample_docs"))) for _ in range(4))
    began = time.perf_counter()
    with KnowledgeBase.open(home("sample_docs"), Settings()) as kb:
        opened = time.perf_counter() - began
        kb.search(QUESTION, ASKER)
        warm = [kb.search(QUESTION, ASKER).seconds for _ in range(20)]
    rows = (
        ("kb --help", median([_seconds("--help") for _ in range(5)])),
        ("kb search, first", first),
        ("kb search, again (median of 3)", median(later)),
        ("open a home in a running process", opened),
        ("search in a running process (median of 20)", median(warm)),
    )
    return Result("start", ("what", "seconds"), rows, (f"load average {os.getloadavg()[0]:.1f}",))


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([_KB, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began
