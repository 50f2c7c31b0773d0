"""The training: LoRA over a base by TRL's trainer, with checkpoints to go on from, and losses before and after."""

import logging
import shutil
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import KBError, ModelError, StorageFull, UsageError
from kb.store.database import is_full
from kb.tuning import base_model
from kb.tuning.adapter_gguf import write_adapter
from kb.tuning.base_model import Base
from kb.tuning.training_data import Split

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Progress = Callable[[int, int, float | None], None]  # steps done, steps in all, the loss of the last of them
LIBRARIES = ("peft", "trl", "datasets", "gguf")
_CHECKPOINT = "checkpoint-"
_STATE = "trainer_state.json"  # the last file of a checkpoint
_AT_ONCE = 1024  # tokens in a step of the machine's; several make a step of the training


@dataclass(frozen=True, slots=True)
class Options:
    """How it is trained. `alpha` is twice the rank; the learning rate falls to nothing along a cosine."""

    epochs: int = 3
    rank: int = 16
    learning_rate: float = 2e-4
    batch: int = 8  # pairs a step
    max_tokens: int = 1024  # of a pair; longer ones are left out
    checkpoint_steps: int = 10
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. Losses are in nats a token of the answers, of those held out before and after."""

    steps: int
    trained: int  # pairs
    held_out: int
    too_long: int  # pairs that were left out
    before: float
    after: float


def check_libraries() -> None:
    """Raise UsageError where the extra `tune` is not installed."""
    from importlib.util import find_spec

    absent = [name for name in LIBRARIES if find_spec(name) is None]
    if absent:
        raise UsageError("tuning.not_installed", names=", ".join(absent))


def train(
    base: Base,
    split: Split,
    options: Options,
    folder: Path,
    out: Path,
    name: str,
    before: float | None = None,
    on_before: Callable[[float], None] = lambda loss: None,
    progress: Progress = lambda done, total, loss: None,
    stop: threading.Event | None = None,
) -> Figures | None:
    """Train an adapter and write it to `out`; None when `stop` ended it before its end.

    Checkpoints lie in `folder`; the last whole one is gone on from. `before` is the loss of the held-out pairs under
    the bare base, where it is known; else it is measured, and given to `on_before`. Raises UsageError, ModelError and
    StorageFull; what was trained up to the last checkpoint is kept.
    """
    check_libraries()
    with _quiet():
        model, tokenizer = base_model.load(base)
        rows, held = ([base_model.encoded(tokenizer, pair) for pair in each] for each in (split.train, split.held_out))
        fitting = [row for row in rows if len(row[0]) + len(row[1]) <= options.max_tokens]
        measured = [row for row in held if len(row[0]) + len(row[1]) <= options.max_tokens]
        if not fitting or not measured:
            raise UsageError("tuning.all_long", n=len(rows) + len(held), most=options.max_tokens)
        if before is None:
            before = _loss(model, measured)
            on_before(before)
        try:
            steps, ended, tuned = _trained(model, tokenizer, fitting, options, folder, progress, stop)
            if not ended:
                return None
            after = _loss(tuned, measured)
            _write(tuned, base, options, name, out)
        except KBError:
            raise
        except Exception as error:
            raise _failure(error, folder) from error
    left_out = len(rows) + len(held) - len(fitting) - len(measured)
    return Figures(steps, len(fitting), len(measured), left_out, before, after)


def _trained(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    rows: Sequence[tuple[list[int], list[int]]],
    options: Options,
    folder: Path,
    progress: Progress,
    stop: threading.Event | None,
) -> tuple[int, bool, Any]:
    """The steps that were made in all, whether these are all of them, and the model with its adapter."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    at_once = max(1, min(options.batch, _AT_ONCE // longest, len(rows)))
    gpu = torch.cuda.is_available()
    config = SFTConfig(
        output_dir=str(folder), num_train_epochs=options.epochs, learning_rate=options.learning_rate,
        lr_scheduler_type="cosine", warmup_steps=0.05, per_device_train_batch_size=at_once,
        gradient_accumulation_steps=max(1, options.batch // at_once), max_length=None, packing=False,
        completion_only_loss=True, save_strategy="steps", save_steps=options.checkpoint_steps, save_total_limit=2,
        logging_steps=1, report_to="none", disable_tqdm=True, push_to_hub=False, seed=options.seed, use_cpu=not gpu,
        bf16=_has_bf16(gpu), gradient_checkpointing=False, dataloader_pin_memory=gpu,
    )  # fmt: skip

    class Watch(TrainerCallback):  # type: ignore[misc, unused-ignore]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                progress(state.global_step, state.max_steps, float(logs["loss"]))
                if stop is not None and stop.is_set() and state.global_step < state.max_steps:
                    control.should_save = control.should_training_stop = True

    data = Dataset.from_dict({
        "input_ids": [prompt + answer for prompt, answer in rows],
        "completion_mask": [[0] * len(prompt) + [1] * len(answer) for prompt, answer in rows],
    })  # fmt: skip
    lora = LoraConfig(
        r=options.rank, lora_alpha=2 * options.rank, lora_dropout=0.0, target_modules="all-linear",
        task_type="CAUSAL_LM",
    )  # fmt: skip
    trainer = SFTTrainer(
        model=model, args=config, train_dataset=data, processing_class=tokenizer, peft_config=lora, callbacks=[Watch()]
    )
    _remove_printers(trainer)
    trainer.train(resume_from_checkpoint=last_checkpoint(folder))
    steps: int = trainer.state.global_step
    return steps, steps >= trainer.state.max_steps, trainer.model


def _remove_printers(trainer: Any) -> None:
    """No callback but ours prints."""
    from transformers.trainer_callback import PrinterCallback

    trainer.remove_callback(PrinterCallback)


def last_checkpoint(folder: Path) -> str | None:
    """The newest whole checkpoint; what a killed process left of others is removed."""
    found = sorted(folder.glob(f"{_CHECKPOINT}*"), key=lambda path: int(path.name.removeprefix(_CHECKPOINT)))
    whole = [path for path in found if (path / _STATE).is_file() and (path / _STATE).stat().st_size]
    for path in set(found) - set(whole):
        shutil.rmtree(path, ignore_errors=True)
    return str(whole[-1]) if whole else None


def _has_bf16(gpu: bool) -> bool:
    """Whether the machine multiplies in bfloat16 by itself; elsewhere it would take longer than float32."""
    import torch

    if gpu:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    told = torch.cpu.get_capabilities()
    return bool(told.get("avx512_bf16") or told.get("amx_bf16"))


def _loss(model: Any, rows: Sequence[tuple[list[int], list[int]]]) -> float:
    """Nats a token of the answers."""
    import torch

    total, tokens = 0.0, 0
    model.eval()
    with torch.no_grad():
        for prompt, answer in rows:
            ids = torch.tensor([prompt + answer], device=model.device)
            logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float()
            total += float(torch.nn.functional.cross_entropy(logits, ids[0, len(prompt) :], reduction="sum"))
            tokens += len(answer)
    return total / tokens


def _write(tuned: Any, base: Base, options: Options, name: str, out: Path) -> None:
    from peft import get_peft_model_state_dict

    tensors = {key: tensor.detach().float().cpu().numpy() for key, tensor in get_peft_model_state_dict(tuned).items()}
    write_adapter(tensors, tuned.config, 2 * options.rank, name, base.name, out)


def _failure(error: Exception, folder: Path) -> KBError:
    """What the libraries raise, as ours. They say a full disk in their own ways."""
    said = str(error).lower()
    if _lacks_room(folder) or is_full(error) or "no space left" in said or "os error 28" in said:
        return StorageFull("tuning.disk_full", folder=folder)
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ModelError("tuning.failed", why=f"{type(error).__name__}: {first[:300]}")


def _lacks_room(folder: Path) -> bool:
    """Whether there is less room beside what was half written, which is taken away, than a checkpoint takes."""
    free = shutil.disk_usage(folder).free
    whole = last_checkpoint(folder)
    return free < (sum(file.stat().st_size for file in Path(whole).iterdir()) if whole else 1 << 20)


@contextmanager
def _quiet() -> Iterator[None]:
    """The libraries' warnings and progress are not for whoever reads the terminal."""
    from datasets.utils.logging import disable_progress_bar
    from transformers.utils import logging as transformers_logging

    disable_progress_bar()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    levels = {name: logging.getLogger(name).level for name in ("transformers", "trl", "peft", "accelerate", "datasets")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
