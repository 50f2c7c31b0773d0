"""Names of documents as MCP's resources have them: kb://COLLECTION/PATH, each part percent-encoded."""

from urllib.parse import quote, unquote

from kb.errors import DocumentNotFound

_SCHEME = "kb://"
TEMPLATE = f"{_SCHEME}{{collection}}/{{+path}}"


def uri_of(collection: str, path: str) -> str:
    """The resource of a document."""
    return f"{_SCHEME}{_quoted(collection, '')}/{_quoted(path, '/')}"


def named_by(uri: str) -> tuple[str, str]:
    """Collection and path of a resource. Raises DocumentNotFound where it names none."""
    collection, slash, path = uri.removeprefix(_SCHEME).partition("/")
    if not uri.startswith(_SCHEME) or not collection or not slash or not path:
        raise DocumentNotFound("document.no_resource", uri=uri, template=TEMPLATE)
    return unquote(collection, errors="surrogateescape"), unquote(path, errors="surrogateescape")


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogateescape")
