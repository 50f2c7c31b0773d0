"""A library does what one of our modules does, in a process of its own: `python -m benchmarks.peer NAME`.

Each line of standard input is a JSON string, the path of a file or a text; each gives a line of JSON: {"made",
"seconds"}, with "error" where it raised. Readers make a text, and those of numbers a list of values.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

_DIGITS = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s?(%?)")


def _markitdown() -> Callable[[str], str]:
    from markitdown import MarkItDown

    reader = MarkItDown()
    return lambda path: str(reader.convert(path).text_content)


def _unstructured() -> Callable[[str], str]:
    from ingest.plain import unstructured_offline

    unstructured_offline.partition_html("<p>made ready, and kept from the network")
    from unstructured.partition.auto import partition

    return lambda path: "\n".join(str(element) for element in partition(path, languages=[""]))


def _trafilatura() -> Callable[[str], str]:
    from trafilatura import extract

    return lambda path: extract(Path(path).read_bytes(), favor_recall=True, include_tables=True) or ""


def _readability() -> Callable[[str], str]:
    from lxml import html
    from readability import Document

    return lambda path: html.fromstring(Document(Path(path).read_bytes()).summary()).text_content()


def _justext() -> Callable[[str], str]:
    from justext import get_stoplist, justext

    def read(path: str) -> str:
        content = Path(path).read_bytes()
        return "\n".join(p.text for p in justext(content, get_stoplist("English")) if not p.is_boilerplate)

    return read


def _resiliparse() -> Callable[[str], str]:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def read(path: str) -> str:
        content = Path(path).read_bytes()
        return str(extract_plain_text(bytes_to_str(content, detect_encoding(content)), main_content=True))

    return read


def _in_digits(text: str) -> list[str]:
    """The numbers of a text in which a library has written them in digits."""
    return [_value(digits.replace(",", "").rstrip("."), sign) for digits, sign in _DIGITS.findall(text)]


def _value(number: Any, sign: str = "") -> str:
    text = f"{Decimal(str(number)):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + sign


def _quantulum() -> Callable[[str], list[str]]:
    from quantulum3 import parser

    return lambda text: [_value(q.value, "%" if q.unit.name == "percentage" else "") for q in parser.parse(text)]


def _recognizers(culture: str) -> Callable[[], Callable[[str], list[str]]]:
    def make() -> Callable[[str], list[str]]:
        from recognizers_number import recognize_number, recognize_percentage

        def read(text: str) -> list[str]:
            shares = recognize_percentage(text, culture)
            values = [_value(each.resolution["value"].rstrip("%"), "%") for each in shares]
            for each in recognize_number(text, culture):
                within = any(share.start <= each.start <= share.end for share in shares)
                if not within and each.resolution and each.resolution["value"] is not None:
                    values.append(_value(each.resolution["value"]))
            return values

        return read

    return make


def _text2digits() -> Callable[[str], list[str]]:
    from text2digits.text2digits import Text2Digits

    return lambda text: _in_digits(Text2Digits().convert(text))


def _word2number() -> Callable[[str], list[str]]:
    from word2number import w2n

    return lambda text: [_value(w2n.word_to_num(text))]


def _cn2an() -> Callable[[str], list[str]]:
    import cn2an

    return lambda text: _in_digits(cn2an.transform(text, "cn2an"))


LIBRARIES: dict[str, Callable[[], Callable[[str], Any]]] = {
    "markitdown": _markitdown,
    "unstructured": _unstructured,
    "trafilatura": _trafilatura,
    "readability": _readability,
    "justext": _justext,
    "resiliparse": _resiliparse,
    "quantulum3": _quantulum,
    "recognizers-text, English": _recognizers("en-us"),
    "recognizers-text, Chinese": _recognizers("zh-cn"),
    "text2digits": _text2digits,
    "word2number": _word2number,
    "cn2an": _cn2an,
}


def main(name: str) -> None:
    use = LIBRARIES[name]()
    for line in sys.stdin:
        began = time.perf_counter()
        told: dict[str, Any] = {"made": None}
        try:
            told["made"] = use(json.loads(line))
        except Exception as error:  # a peer's own errors are of any class
            told["error"] = f"{type(error).__name__}: {error}"[:200]
        told["seconds"] = time.perf_counter() - began
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
