"""The knowledge base: what is known, and how a question is answered.

What programs use is named here and loaded at first use, so that `import kb` costs nothing but the switches
that keep the libraries from phoning home:

    from kb import KnowledgeBase, Principal

    with KnowledgeBase.open() as base:
        answer = base.answer("How many days of leave are there?", Principal("me", unlimited=True))
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from kb import privacy

# What numpy multiplies here takes milliseconds on one core; with threads it waits for the slowest of them, which on a
# machine that is embedding or answering costs ten times that. Read when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.config import Settings, load_settings
    from kb.errors import KBError
    from kb.schema import (
        Answer,
        AskOptions,
        Citation,
        Claim,
        Document,
        Done,
        Event,
        Failed,
        Message,
        Notice,
        Passage,
        Principal,
        Progress,
        Retrieval,
        Retrieved,
        Revised,
        Thought,
        Token,
    )

__all__ = [
    "Answer",
    "AskOptions",
    "Citation",
    "Claim",
    "Document",
    "Done",
    "Event",
    "Failed",
    "KBError",
    "KnowledgeBase",
    "Message",
    "Notice",
    "Passage",
    "Principal",
    "Progress",
    "Retrieval",
    "Retrieved",
    "Revised",
    "Settings",
    "Thought",
    "Token",
    "load_settings",
]

_HOMES = {"KnowledgeBase": "assistant", "Settings": "config", "load_settings": "config", "KBError": "errors"}

privacy.switch_telemetry_off()


def __getattr__(name: str) -> Any:
    """A public name, from the module that is its home."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"kb.{_HOMES.get(name, 'schema')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
