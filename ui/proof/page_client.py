"""What a browser is sent by the page: a client of Streamlit's protocol that keeps all of it, and looks for what it
would have a browser load from elsewhere.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx

_SECONDS = 60.0
_ELSEWHERE = re.compile(r"(?:^|[\s,(\"'=])((?:https?:|wss?:)?//[^\s)\"'<>]+)", re.IGNORECASE)
_STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?([^\s)\"']+)", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(
    r"\]\(\s*<?((?:https?:)?//[^\s)>]+)|^[ \t]*\[[^\]\n]+\]:\s*(\S+)", re.IGNORECASE | re.MULTILINE
)
_MARKDOWN = ("markdown", "alert", "heading", "toast")


@dataclass(frozen=True, slots=True)
class PageContents:
    """What the page sent for one view: `texts` of its elements as (kind of element, text)."""

    texts: tuple[tuple[str, str], ...]
    policy: str  # Content-Security-Policy of the page

    def loads_from(self, origin: str) -> list[str]:
        """Addresses elsewhere than at `origin` that a browser would load, or offer as a link."""
        found = [address for kind, text in self.texts for address in _addresses(kind, text)]
        return sorted({each for each in found if not each.startswith(("/", f"{origin}/")) or each.startswith("//")})

    def holds(self, words: str) -> bool:
        """Whether these words are shown."""
        return any(words in text for _, text in self.texts)


class Browser:
    """A browser without a screen, let in by an address of `kb open`. Raises httpx.HTTPError, OSError."""

    def __init__(self, origin: str, address: str) -> None:
        self.origin = origin
        self._http = httpx.Client(trust_env=False, timeout=_SECONDS)
        let_in = self._http.get(address)
        self._cookie = let_in.headers.get("set-cookie", "").partition(";")[0]
        if not self._cookie:
            raise OSError(f"the page let nobody in: {let_in.status_code}")

    def close(self) -> None:
        self._http.close()

    def view(self, page: str, query: str = "") -> PageContents:
        """Open a page (`""`, `documents`, …) as a browser does. Raises TimeoutError, OSError."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
        from websockets.sync.client import connect

        loaded = self._http.get(f"{self.origin}/{page}", headers={"Cookie": self._cookie})
        loaded.raise_for_status()
        texts: list[tuple[str, str]] = [("html", loaded.text)]
        place = f"{self.origin.replace('http:', 'ws:', 1)}/_stcore/stream"
        headers = {"Cookie": self._cookie, "Origin": self.origin}
        with connect(
            place, proxy=None, open_timeout=_SECONDS, additional_headers=headers, max_size=None,
            subprotocols=["streamlit"],  # type: ignore[list-item]
        ) as socket:  # fmt: skip
            asked = BackMsg()
            asked.rerun_script.query_string = query
            asked.rerun_script.page_name = page
            asked.rerun_script.context_info.url = f"{self.origin}/{page}"
            asked.rerun_script.context_info.locale = "en"
            socket.send(asked.SerializeToString())
            while True:
                message = ForwardMsg()
                message.ParseFromString(socket.recv(timeout=_SECONDS))
                if message.WhichOneof("type") == "script_finished":
                    break
                if message.WhichOneof("type") == "delta":
                    texts += _texts_of(message.delta)
        return PageContents(tuple(texts), loaded.headers.get("content-security-policy", ""))


def _texts_of(message: Any, kind: str = "") -> Iterator[tuple[str, str]]:
    """All texts in a message, each with the element it belongs to."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        for each in values:
            name = field.name if message.DESCRIPTOR.name == "Element" else kind
            if field.type == field.TYPE_MESSAGE and hasattr(each, "ListFields"):
                yield from _texts_of(each, name)
            elif field.type == field.TYPE_STRING:
                yield from _unpacked(name, str(each))


def _unpacked(kind: str, text: str) -> Iterator[tuple[str, str]]:
    """A text, or those in it where it is JSON: components are sent so."""
    if text[:1] in ("{", "["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if found is not None:
            yield from ((kind, each) for each in _strings(found))
            return
    yield kind, text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


class _Attributes(HTMLParser):
    """Gathers the addresses in the attributes and the styles of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if value and not name.startswith(("xmlns", "aria-", "alt", "title", "data-", "value", "placeholder")):
                self.found += _STYLE.findall(value) if name == "style" else _ELSEWHERE.findall(value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += _STYLE.findall(data)


def _addresses(kind: str, text: str) -> list[str]:
    found = []
    if "<" in text:
        parser = _Attributes()
        parser.feed(text)
        parser.close()
        found = parser.found
    if kind in _MARKDOWN:
        found += [a or b for a, b in _MARKDOWN_LINK.findall(text)]
    return [each for each in found if not each.startswith(("data:", "blob:", "#"))]
