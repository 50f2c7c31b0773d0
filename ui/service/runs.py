"""Runs: what is known of an evaluation and how its questions are put."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kb.errors import UsageError
from kb.schema import EVERYTHING, Scope

if TYPE_CHECKING:
    from kb.evaluation.evaluation import EvalOptions

RunState = Literal["running", "done", "stopped", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a set is put; see `kb.evaluation.evaluation.EvalOptions`."""

    retrieval_only: bool = False
    limit: int | None = None  # only the first so many questions
    sample: int | None = None  # only so many, drawn by `seed`
    samples: int = 1
    seed: int = 0
    think_budget: int | None = None
    page_slack: int = 0
    scope: Scope = EVERYTHING
    cache: bool = True  # what was answered before under the same conditions is taken from then
    glossary: bool = True  # search by the forms of terms, and tell the model what they mean
    model: str | None = None  # an installed model that answers instead of the one in use
    parallel: int = 1  # questions at once; answers of the service take turns at the model
    gate: str = ""  # limits, as `kb.evaluation.gates.parse_gate` reads them
    base: str | None = None  # the id of the run that the gate measures drops from

    def for_evaluation(self) -> "EvalOptions":
        from kb.evaluation.evaluation import EvalOptions

        return EvalOptions(
            retrieval_only=self.retrieval_only, limit=self.limit, sample=self.sample, samples=self.samples,
            seed=self.seed, think_budget=self.think_budget, page_slack=self.page_slack, scope=self.scope,
            glossary=self.glossary, parallel=self.parallel,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation. `figures` are those of `kb eval --json`, so far; None before the first answer."""

    id: str
    name: str  # of the set
    state: RunState
    options: RunOptions
    questions: int  # that are put
    created_at: str  # ISO 8601, UTC
    number: int  # the newest has the highest
    engine: str = ""
    model: str = ""
    done: int = 0  # answers
    total: int = 0
    failed: int = 0
    current: str = ""  # the question that was put last
    seconds: float = 0.0  # of work, over all its parts
    figures: dict[str, Any] | None = None
    error: str | None = None  # why it failed; "" for an internal error
    revision: int = 0
    place: str = ""  # the folder that the command wrote it into; "" for one of the service
    gate: tuple[dict[str, Any], ...] = ()  # each limit, and why it is missed: see `kb.evaluation.gates.judged_form`

    @property
    def resumable(self) -> bool:
        return self.state in ("stopped", "interrupted", "failed") and not self.place

    @property
    def place_gone(self) -> bool:
        """Whether the folder of the command is not there any more; what the home keeps of it is."""
        return bool(self.place) and not Path(self.place).is_dir()

    @property
    def missed(self) -> int:
        """How many limits of its gate it misses."""
        return sum(bool(each["missed"]) for each in self.gate)


class RunNotFound(UsageError):
    """There is no run of that id."""
