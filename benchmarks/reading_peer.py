"""A library reads files, in a process of its own: `python -m benchmarks.reading_peer markitdown|unstructured`.

Standard input has a path a line; each gives a line of JSON: {"path", "text", "seconds"}, with "error" where it raised.
"""

import json
import sys
import time
from collections.abc import Callable


def _markitdown() -> Callable[[str], str]:
    from markitdown import MarkItDown

    reader = MarkItDown()
    return lambda path: str(reader.convert(path).text_content)


def _unstructured() -> Callable[[str], str]:
    from ingest.plain import unstructured_offline

    unstructured_offline.partition_html("<p>made ready, and kept from the network")
    from unstructured.partition.auto import partition

    return lambda path: "\n".join(str(element) for element in partition(path, languages=[""]))


def main(name: str) -> None:
    read = {"markitdown": _markitdown, "unstructured": _unstructured}[name]()
    for line in sys.stdin:
        path = line.rstrip("\n")
        began = time.perf_counter()
        told: dict[str, str | float] = {"path": path, "text": ""}
        try:
            told["text"] = read(path)
        except Exception as error:  # a peer's own errors are of any class
            told["error"] = f"{type(error).__name__}: {error}"[:200]
        told["seconds"] = time.perf_counter() - began
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
