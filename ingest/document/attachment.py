"""An attachment: a file inside a mail or a PDF."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached to a mail: its name or "", and what gives its content or raises DocumentError. `is_ornament`:
    a small picture that stands in the text, as the logo of a signature does."""

    name: str
    open: Callable[[], bytes]
    is_ornament: bool = False
