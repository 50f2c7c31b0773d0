"""`python -m benchmarks [name...]`: run benchmarks and print what they give."""

from kb import privacy

privacy.protect()

import argparse  # noqa: E402  (telemetry is switched off before anything else is imported)
import sys  # noqa: E402

from benchmarks import latency, retrieval, start  # noqa: E402
from benchmarks.result import show  # noqa: E402

NAMES = ("start", "latency", "retrieval")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(NAMES)}; all of them by default")
    parser.add_argument("--set", action="append", default=[], dest="sets", help="retrieval: only this question set")
    parser.add_argument("--others", action="store_true", help="retrieval: the long question sets too")
    parser.add_argument("--limit", type=int, help="retrieval: only the first so many questions of a set")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    for name in options.names or NAMES:
        if name == "start":
            show(start.run())
        elif name == "latency":
            show(latency.run())
        else:
            show(retrieval.run(options.sets, options.others, options.limit))
    return 0


if __name__ == "__main__":
    sys.exit(main())
