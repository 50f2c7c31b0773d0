"""Adapters: a GGUF that changes another model (LoRA). The card beside it says which, so that it meets no other."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import ModelError, ModelMissing, why
from kb.models import verified, weights

CARD = "card.json"


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter and the GGUF that it is laid over."""

    path: Path
    sha256: str  # of the adapter
    base: str  # a name of the registry, or the path of a GGUF
    base_sha256: str

    @property
    def base_path(self) -> Path:
        """The GGUF it is laid over. Raises WeightsMissing, and ModelMissing where it is not the one of the card."""
        path = weights.gguf_path(self.base)
        if (found := weights.digest(self.base)) != self.base_sha256:
            raise ModelMissing(
                "adapter.other_base", path=self.path, base=self.base, found=found, wanted=self.base_sha256
            )
        return path

    @property
    def digest(self) -> str:
        """What identifies both together."""
        return hashlib.sha256(f"{self.base_sha256}+{self.sha256}".encode()).hexdigest()


def adapter_at(path: Path) -> Adapter | None:
    """The adapter that a GGUF is by the card beside it; None where it is a model.

    Raises ModelError where the card cannot be read, or the file is not the card's, and ModelMissing where no GGUF was
    named that it is laid over.
    """
    card = read_card(path.parent / CARD)
    if card is None or card["adapter"]["file"] != path.name:
        return None
    sha256 = verified.sha256_of(path)
    if sha256 != card["adapter"]["sha256"]:
        raise ModelError("adapter.changed", path=path)
    runs_on = card["runs_on"]
    if runs_on is None:
        raise ModelMissing("adapter.no_base", path=path, base=card["base"]["name"])
    return Adapter(path, sha256, runs_on["name"], runs_on["sha256"])


def read_card(file: Path) -> dict[str, Any] | None:
    """The card of an adapter; None where there is no file. Raises ModelError."""
    try:
        card: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        _ = card["adapter"]["sha256"], card["adapter"]["file"], card["base"]["name"], card["runs_on"]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ModelError("adapter.card_unreadable", file=file, why=why(error)) from None
    except (ValueError, LookupError, TypeError):
        raise ModelError("adapter.no_card", file=file) from None
    return card
