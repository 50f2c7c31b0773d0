"""Access: requests at random by 50 people in 20 groups while rules and groups change, and what leaked of documents.

It is the trial of the tests (`benchmarks/access_trial.py`) over more documents and with more requests.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.access_trial import GROUPS, PEOPLE, Trial
from benchmarks.result import Result
from kb.access.rules import Place

REQUESTS, DOCUMENTS = 10_000, 2_000
_BETWEEN = 500  # requests after which all begins anew, every other time with everything open to everyone


def run(requests: int = REQUESTS, documents: int = DOCUMENTS) -> Result:
    """How many requests of each kind, and how many gave something that the asker may not see: none."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder) / "home", documents)
        try:
            for number in range(requests):
                if number % _BETWEEN == 0:
                    trial.reset()
                    if number // _BETWEEN % 2:
                        trial.set(Place("default"), ["*"])
                    print(f"\r{number}/{requests} requests, {len(trial.leaks)} leaks", end="", file=sys.stderr)
                drawn = random.Random(number)
                for _ in range(drawn.randrange(4)):
                    trial.change(drawn)
                trial.request(drawn)
        finally:
            trial.close()
    rows = [(name, count, sum(leak.request == f"_ask_{name}" for leak in trial.leaks))
            for name, count in sorted(trial.requests.items())]  # fmt: skip
    notes = (
        f"{PEOPLE} people, {GROUPS} groups, {documents} documents, {time.perf_counter() - began:.0f} s",
        f"{trial.shown} words of documents were rightly given back",
        *(f"{leak.request} {leak.asker}: {', '.join(leak.words)}" for leak in trial.leaks[:10]),
    )
    return Result("access", ("request", "number", "leaks"), (*rows, ("all", requests, len(trial.leaks))), notes)
