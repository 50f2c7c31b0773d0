"""`python -m benchmarks [name...]`: run benchmarks and print what they give."""

from kb import privacy

privacy.protect()

import argparse  # noqa: E402  (telemetry is switched off before anything else is imported)
import sys  # noqa: E402

from benchmarks import embedding, ingest, latency, retrieval, search, service, start, synchronising  # noqa: E402
from benchmarks.result import show  # noqa: E402

NAMES = ("start", "latency", "embedding", "search", "retrieval", "service", "ingest", "sync")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(NAMES)}; all of them by default")
    parser.add_argument("--set", action="append", default=[], dest="sets", help="retrieval: only this question set")
    parser.add_argument("--others", action="store_true", help="retrieval: the long question sets too")
    parser.add_argument("--limit", type=int, help="retrieval: only the first so many questions of a set")
    parser.add_argument("--chunks", type=int, default=search.CHUNKS, help="search: the size of the home")
    parser.add_argument("--seconds", type=float, default=60, help="service: how long ten people ask")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    for name in options.names or NAMES:
        if name == "start":
            show(start.run())
        elif name == "latency":
            show(latency.run())
        elif name == "embedding":
            show(embedding.run())
        elif name == "ingest":
            show(ingest.run())
        elif name == "sync":
            show(synchronising.run())
        elif name == "search":
            show(search.run(options.chunks))
        elif name == "service":
            show(service.run(options.seconds))
        else:
            show(retrieval.run(options.sets, options.others, options.limit))
    return 0


if __name__ == "__main__":
    sys.exit(main())
