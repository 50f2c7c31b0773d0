"""Readers of one's own: a LlamaIndex reader named in the settings takes the place of ours for a suffix."""

import importlib
import mimetypes
import tempfile
from pathlib import Path
from typing import Any

from ingest.document.parsed import Parsed, TextBuilder
from kb.errors import ConfigError, DocumentError


def read_with(where: str, data: bytes, suffix: str) -> Parsed:
    """Read with the class `module:Class`; each document that its `load_data(file)` gives is a page.

    The file it sees is a private copy, so that its name has the suffix whatever the original is called.
    """
    reader = _reader(where, suffix)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"document{suffix}"
        path.write_bytes(data)
        try:
            documents = list(reader.load_data(path))
        except MemoryError:
            raise
        except Exception as error:  # a reader of the user's may raise anything
            raise DocumentError("reader.failed", reader=where, kind=type(error).__name__, why=error) from error
    out = TextBuilder()
    for number, document in enumerate(documents, 1):
        out.begin_page(number)
        out.block(str(document.get_content() if hasattr(document, "get_content") else document.text))
    return out.build("", mimetypes.guess_type(f"x{suffix}")[0] or "application/octet-stream")


def _reader(where: str, suffix: str) -> Any:
    module, _, name = where.partition(":")
    try:
        return getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError("settings.reader_not_made", suffix=suffix, reader=where, why=error) from None
