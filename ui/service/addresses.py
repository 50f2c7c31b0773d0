"""Addresses: where the page shows a source, as other programs link to it."""

from urllib.parse import urlencode

SOURCE, SOURCE_IN, SOURCE_VERSION, SOURCE_PAGE, SOURCE_SPAN = KEYS = (
    "source", "source_in", "source_version", "source_page", "source_span",
)  # fmt: skip


def source_address(
    origin: str, collection: str, document: str, version: int | None, page: int | None, start: int, end: int
) -> str:
    """The address at which the page opens a document at `text[start:end]`, for a browser that is signed in."""
    named = {SOURCE: document, SOURCE_IN: collection, SOURCE_VERSION: version, SOURCE_PAGE: page}
    told = {name: value for name, value in named.items() if value is not None}
    return f"{origin}/?{urlencode({**told, SOURCE_SPAN: f'{start}-{end}'}, errors='surrogateescape')}"
