"""`python -m benchmarks [name...]`: run benchmarks and print what they give. `benchmarks/README.md` describes them."""

from kb import privacy

privacy.protect()

import argparse  # noqa: E402  (telemetry is switched off before anything else is imported)
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks import (  # noqa: E402
    ablation,
    access,
    answer,
    answering,
    clients,
    confidence,
    confirming,
    curated_answers,
    embedding,
    glossary,
    ingest,
    injection,
    inspector,
    judging,
    latency,
    mutants,
    mutations,
    numbers,
    one_library,
    open_webui,
    people,
    readers,
    reading,
    reading_peers,
    recognition,
    request_cases,
    retrieval,
    scorer,
    search,
    service,
    start,
    synchronising,
    ticks,
    trec,
    tuning,
    verifying,
)
from benchmarks.result import Result, show  # noqa: E402

RUN: dict[str, Callable[[argparse.Namespace], Result]] = {
    "start": lambda options: start.run(),
    "latency": lambda options: latency.run(),
    "embedding": lambda options: embedding.run(),
    "search": lambda options: search.run(options.chunks),
    "retrieval": lambda options: retrieval.run(options.sets, options.others, options.limit),
    "ablation": lambda options: ablation.run(options.sets, options.limit),
    "one_library": lambda options: one_library.run(options.sets),
    "answer": lambda options: answer.run(options.sets, options.limit),
    "curated": lambda options: curated_answers.run(),
    "glossary": lambda options: glossary.run(),
    "service": lambda options: service.run(options.seconds, only_overhead=options.overhead),
    "clients": lambda options: clients.run(options.seconds),
    "open_webui": lambda options: open_webui.run(),
    "inspector": lambda options: inspector.run(),
    "ingest": lambda options: ingest.run(),
    "sync": lambda options: synchronising.run(),
    "reading": lambda options: (
        reading_peers.run(pages=options.pages) if options.peers or options.pages else reading.run()
    ),
    "numbers": lambda options: numbers.run(),
    "scorer": lambda options: scorer.run(),
    "requests": lambda options: request_cases.run(kinds=tuple(options.kinds)),
    "injection": lambda options: injection.run(options.answers),
    "ticks": lambda options: ticks.run(),
    "confidence": lambda options: confidence.run(options.write, options.measure),
    "judging": lambda options: judging.run(options.write, options.measure),
    "verifying": lambda options: verifying.run(options.write),
    "answering": lambda options: answering.run(options.write),
    "confirming": lambda options: confirming.run(options.write),
    "recognition": lambda options: recognition.run(options.write),
    "access": lambda options: access.run(options.requests, options.documents),
    "readers": lambda options: readers.run(options.sets),
    "people": lambda options: people.run(options.people, options.seconds),
    "rules": lambda options: ticks.ablation(),
    "mutants": lambda options: mutants.run(
        options.mutants, options.rooms or mutants.ROOMS, only_constants=options.constants
    ),
    "trec": lambda options: trec.run(),
    "tuning": lambda options: tuning.run(),
    "mutations": lambda options: mutations.run(options.files, options.folder),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(RUN)}; all of them by default")
    parser.add_argument("--set", action="append", default=[], dest="sets", help="retrieval: only this question set")
    parser.add_argument("--others", action="store_true", help="retrieval: the long question sets too")
    parser.add_argument(
        "--limit", type=int, help="retrieval: only the first so many questions of a set; answer: so many drawn"
    )
    parser.add_argument("--chunks", type=int, default=search.CHUNKS, help="search: the size of the home")
    parser.add_argument("--seconds", type=float, default=60, help="service, clients, people: how long they ask")
    parser.add_argument("--peers", action="store_true", help="reading: beside the readers of libraries")
    parser.add_argument(
        "--pages", action="store_true", help="reading: HTML alone, beside libraries for pages of the web"
    )
    parser.add_argument("--people", type=int, default=people.PEOPLE, help="people: how many")
    parser.add_argument("--overhead", action="store_true", help="service: only what it adds to the bare engine")
    parser.add_argument("--files", type=int, default=mutations.FILES, help="mutations: how many files")
    parser.add_argument("--mutants", type=int, default=mutants.COUNT, help="mutants: how many are drawn; 0 takes all")
    parser.add_argument("--room", action="append", default=[], dest="rooms", help="mutants: only this room of kb")
    parser.add_argument("--constants", action="store_true", help="mutants: move each constant by half, both ways")
    parser.add_argument("--kind", action="append", default=[], dest="kinds", help="requests: only this kind")
    parser.add_argument("--requests", type=int, default=access.REQUESTS, help="access: how many requests")
    parser.add_argument("--documents", type=int, default=access.DOCUMENTS, help="access: among how many documents")
    parser.add_argument("--answers", type=int, default=0, help="injection: put so many attacks to the embedded model")
    parser.add_argument("--folder", type=Path, help="mutations: more files to mutate")
    parser.add_argument("--measure", action="store_true", help="confidence, judging: take anew what they tell of")
    parser.add_argument(
        "--write",
        action="store_true",
        help="answering, confidence, confirming, judging, recognition, verifying: write what the product ships of it",
    )
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in RUN]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(RUN)}")
    for name in options.names or RUN:
        show(RUN[name](options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
