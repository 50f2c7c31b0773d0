"""Strict Office files: those that a program saved as "Strict Open XML" are given the names that readers know.

The strict form of ISO/IEC 29500 differs from the usual one in the names of its namespaces; its other differences
(dates as text, widths with units) do not concern what is read.
"""

import re
import zipfile
from io import BytesIO

_MARK = b"http://purl.oclc.org/ooxml/"
_NAMESPACE = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_RENAMED = {b"extendedProperties": b"extended-properties", b"customProperties": b"custom-properties"}


def usual_form(data: bytes) -> bytes:
    """A .docx, .pptx or .xlsx with the usual namespaces; the bytes themselves where it has them already."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        if "_rels/.rels" not in names or _MARK not in archive.read("_rels/.rels"):
            return data
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as usual:
            for name in names:
                content = archive.read(name)
                if name.endswith((".xml", ".rels", ".vml")):
                    content = _NAMESPACE.sub(_usual, content)
                usual.writestr(name, content)
        return buffer.getvalue()


def _usual(match: re.Match[bytes]) -> bytes:
    part = _RENAMED.get(match[2], match[2])
    return b"http://schemas.openxmlformats.org/" + match[1] + b"/2006/" + part
