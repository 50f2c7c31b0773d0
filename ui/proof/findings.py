"""Findings: what the stage hands to whoever started it, as JSON in the file `FOUND`."""

from dataclasses import dataclass, field
from typing import Any

FOUND = "found.json"


@dataclass(slots=True)
class Findings:
    """What was seen. `means`: what observed, "" or why it did not; `controls`: whether it saw what nobody stops."""

    means: dict[str, str] = field(default_factory=dict)
    controls: dict[str, bool] = field(default_factory=dict)
    journeys: list[dict[str, Any]] = field(default_factory=list)
    leaks: list[dict[str, Any]] = field(default_factory=list)
    confinement: dict[str, Any] = field(default_factory=dict)
    lost_packets: int = 0
    unfinished: str = ""  # what was not come to any more
    run: dict[str, Any] = field(default_factory=dict)
