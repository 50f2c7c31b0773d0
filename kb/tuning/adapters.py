"""The adapters of a home: trained, listed, used and left again; each has a card that says what it was trained on."""

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb.errors import HomeError, StorageFull, UsageError, why
from kb.models import verified, weights
from kb.models.adapters import CARD, read_card
from kb.models.file_lock import hold_lock
from kb.models.ollama_server import OllamaServer
from kb.store.database import is_full, now
from kb.tuning import base_model, lora, training_data
from kb.tuning.lora import Figures, Options, Progress
from kb.tuning.training_data import Pair

ADAPTER = "adapter.gguf"
_WORK = "training"  # of an adapter that is not finished: its data, its plan, its checkpoints
_PLAN, _DATA, _LOCK = "plan.json", "data.jsonl", ".lock"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class ListedAdapter:
    """An adapter; without a card its training has not ended."""

    name: str
    card: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """On whose word it is trained, and where the pairs come from."""

    accepted_by: tuple[str, ...]
    source: str  # "reviews", or the name of a file
    started_by: str


class Adapters:
    """The adapters in a folder of the home, one folder each. Raises UsageError, StorageFull, HomeError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def listed(self) -> list[ListedAdapter]:
        """All of them by name, also those whose training has not ended."""
        names = sorted(path.name for path in self._folder.glob("*") if path.is_dir() and _NAME.fullmatch(path.name))
        return [ListedAdapter(name, read_card(self._folder / name / CARD)) for name in names]

    def card(self, name: str) -> dict[str, Any]:
        """What an adapter was trained on, and what came of it."""
        card = read_card(self._place(name) / CARD)
        if card is None:
            self.check_there(name)
            raise UsageError("tuning.unfinished", name=name)
        return card

    def path(self, name: str) -> Path:
        """The GGUF of an adapter, by which the embedded engine knows it."""
        self.card(name)
        return self._place(name) / ADAPTER

    def unfinished(self, name: str) -> bool:
        """Whether a training of that name waits to be gone on with."""
        return (self._place(name) / _WORK / _PLAN).is_file()

    def begin(
        self, name: str, pairs: Sequence[Pair], base: str, word: Provenance, options: Options, held_out: float
    ) -> None:
        """Keep what is to be trained, so that `train` can go on with it whatever happens. Raises UsageError also where
        something of that name is there."""
        place = self._place(name)
        if (place / CARD).exists() or self.unfinished(name):
            raise UsageError("tuning.exists", name=name)
        lora.check_libraries()
        training_data.split(pairs, held_out)
        found = base_model.base_named(base)
        plan = {
            "base": found.name, "base_sha256": found.sha256, "held_out": held_out, "options": asdict(options),
            "data_sha256": training_data.digest_of(pairs), "begun": now(), "before": None,
            "word": asdict(word),
        }  # fmt: skip
        with _disk(place):
            (place / _WORK).mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.chmod(0o700)
            training_data.write_pairs(pairs, place / _WORK / _DATA)
            _write(place / _WORK / _PLAN, plan)

    def check_same(self, name: str, pairs: Sequence[Pair] | None, base: str | None) -> None:
        """Raise UsageError where a training that has begun is of other pairs, or over another base."""
        plan = self._plan(name)
        other_data = pairs is not None and training_data.digest_of(pairs) != plan["data_sha256"]
        other_base = base is not None and base_model.base_named(base).sha256 != plan["base_sha256"]
        if other_data or other_base:
            raise UsageError("tuning.other_run", name=name)

    def train(
        self, name: str, progress: Progress = lambda done, total, loss: None, stop: threading.Event | None = None
    ) -> dict[str, Any] | None:
        """Go on with a training to its end, and return the card; None when `stop` ended it before."""
        place, plan = self._place(name), self._plan(name)
        with _disk(place):
            (place / _LOCK).touch()
        with hold_lock(place / _LOCK, lambda: _under_way(name)):
            base = base_model.base_named(plan["base"])
            if base.sha256 != plan["base_sha256"]:
                raise UsageError("tuning.base_changed", name=name, base=base.name)
            pairs = training_data.read_pairs(place / _WORK / _DATA)
            if training_data.digest_of(pairs) != plan["data_sha256"]:
                raise UsageError("tuning.data_changed", name=name)
            options = Options(**plan["options"])

            def keep(before: float) -> None:
                with _disk(place):
                    _write(place / _WORK / _PLAN, {**plan, "before": before})

            figures = lora.train(
                base, training_data.split(pairs, plan["held_out"]), options, place / _WORK, place / ADAPTER, name,
                plan["before"], keep, progress, stop,
            )  # fmt: skip
            if figures is None:
                return None
            with _disk(place):
                card = _card(name, plan, base, pairs, figures, place / ADAPTER)
                _write(place / CARD, card)
        shutil.rmtree(place / _WORK, ignore_errors=True)  # the words of documents are kept no longer than needed
        (place / _LOCK).unlink(missing_ok=True)
        return card

    def lay_over(self, name: str, gguf: str) -> None:
        """Say which GGUF an adapter that was trained over a folder is laid over. Raises UsageError where it was trained
        over a GGUF that is another one."""
        card = self.card(name)
        path = weights.gguf_path(gguf)
        sha256 = weights.digest(gguf)
        if card["base"]["form"] == "gguf" and sha256 != card["base"]["sha256"]:
            raise UsageError("tuning.other_base", name=name, base=card["base"]["name"], given=gguf)
        known = gguf if gguf in weights.WEIGHTS else str(path.absolute())
        with _disk(self._place(name)):
            _write(self._place(name) / CARD, {**card, "runs_on": {"name": known, "sha256": sha256}})

    def give_to_ollama(self, name: str, server: OllamaServer, over: str | None) -> str:
        """Make a model of the adapter's name on an Ollama server, and return its tag; `over` names a model that the
        server has, else the base is brought there. Raises UsageError where `over` is not the adapter's base."""
        card = self.card(name)
        runs_on, adapter = card["runs_on"], self._place(name) / ADAPTER
        body: dict[str, Any] = {}
        if over is not None:
            found = server.weights_of(over)
            if runs_on is not None and found != runs_on["sha256"]:
                raise UsageError("tuning.other_base", name=name, base=runs_on["name"], given=over)
            body["from"] = over
        else:
            if runs_on is None:
                raise UsageError("tuning.no_gguf", name=name, base=card["base"]["name"])
            path = weights.gguf_path(runs_on["name"])
            if weights.digest(runs_on["name"]) != runs_on["sha256"]:
                raise UsageError("tuning.base_changed", name=name, base=runs_on["name"])
            body["files"] = {path.name: server.upload(path, runs_on["sha256"])}
        body["adapters"] = {ADAPTER: server.upload(adapter, card["adapter"]["sha256"])}
        server.create(name, body)
        return f"{name}:latest"

    def check_there(self, name: str) -> None:
        """Raise UsageError where there is nothing of that name."""
        if not self._place(name).is_dir():
            raise UsageError("tuning.not_found", name=name)

    def remove(self, name: str) -> None:
        """Delete an adapter, or a training that has not ended."""
        self.check_there(name)
        shutil.rmtree(self._place(name))

    # ---- what answered before an adapter was used

    def remember(self, engine: str, model: str) -> None:
        """Keep what answered before; of several adapters in a row, what answered before the first."""
        with _disk(self._folder):
            if self.before() is None:
                _write(self._folder / "before.json", {"engine": engine, "model": model})

    def before(self) -> tuple[str, str] | None:
        """Engine and name of what answered before an adapter was used; None where none is."""
        try:
            kept = json.loads((self._folder / "before.json").read_text(encoding="utf-8"))
            return str(kept["engine"]), str(kept["model"])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def forget(self) -> None:
        """No adapter is used any more."""
        (self._folder / "before.json").unlink(missing_ok=True)

    # ----

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError("tuning.name", name=name[:80])
        return self._folder / name

    def _plan(self, name: str) -> dict[str, Any]:
        self.check_there(name)
        try:
            plan: dict[str, Any] = json.loads((self._place(name) / _WORK / _PLAN).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError("tuning.no_plan", name=name, why=why(error)) from None
        return plan


def _card(
    name: str, plan: dict[str, Any], base: base_model.Base, pairs: Sequence[Pair], figures: Figures, adapter: Path
) -> dict[str, Any]:
    runs_on = {"name": base.name, "sha256": base.sha256} if base.is_gguf else None
    return {
        "name": name,
        "adapter": {"file": adapter.name, "sha256": verified.sha256_of(adapter), "bytes": adapter.stat().st_size},
        "base": {"name": base.name, "sha256": base.sha256, "form": "gguf" if base.is_gguf else "folder"},
        "runs_on": runs_on,
        "data": {
            "source": plan["word"]["source"], "accepted_by": plan["word"]["accepted_by"], "pairs": len(pairs),
            "trained": figures.trained, "held_out": figures.held_out, "too_long": figures.too_long,
            "sha256": plan["data_sha256"],
        },
        "training": {**plan["options"], "steps": figures.steps, "begun": plan["begun"], "ended": now(),
                     "by": plan["word"]["started_by"]},
        "held_out_loss": {"before": figures.before, "after": figures.after},
    }  # fmt: skip


def _write(file: Path, value: dict[str, Any]) -> None:
    made = file.with_suffix(".new")
    made.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.replace(made, file)


def _under_way(name: str) -> None:
    raise UsageError("tuning.under_way", name=name)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """What a disk says, as ours."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StorageFull("tuning.disk_full", folder=folder) from error
        raise HomeError("tuning.not_written", folder=folder, why=why(error)) from error
