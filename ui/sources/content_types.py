"""Originals: which files a browser may show as they are, and as what. All others are only to be saved."""

_AS_THEY_ARE = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
)  # pictures that every browser draws, and no SVG: that is a document with scripts
_AS_TEXT = frozenset(
    {"text/plain", "text/markdown", "text/csv", "text/tab-separated-values", "text/x-rst", "text/x-org",
     "application/json", "application/x-ndjson", "application/yaml", "application/xml"}
)  # fmt: skip


def shown_as(media_type: str) -> str | None:
    """The content type with which a browser may show a file of this media type; None where it must not.

    The media type is the one its content was read as. HTML is never shown: it would be a page of ours.
    """
    if media_type in _AS_THEY_ARE:
        return media_type
    return "text/plain" if media_type in _AS_TEXT else None
