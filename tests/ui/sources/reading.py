"""What a reader of HTML gets: its text, what of it is seen, and what is marked."""

from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "wbr"}


class Read(HTMLParser):
    """`text` is all of it, `seen` without what is hidden, `cited` and `found` what is marked, hidden signs included.

    `elements` are tag and attributes of each. That elements are closed in order is asserted.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = self.seen = self.cited = self.cited_and_seen = ""
        self.found: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if dict(attrs).get("class", "") in ("found", "found now"):
            self.found.append("")
        if dict(attrs).get("class") == "as":
            self.seen += dict(attrs)["data-as"] or ""
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        hidden = any("hidden" in attributes for _, attributes in self._open)
        self.seen += "" if hidden else data
        if any(tag == "mark" or "data-cited" in attributes for tag, attributes in self._open):
            self.cited += data
            self.cited_and_seen += "" if hidden else data
        if any((attributes.get("class") or "").startswith("found") for _, attributes in self._open):
            self.found[-1] += data
