"""The base: the model that is tuned, a GGUF that transformers reads or a transformers folder, and how it is asked."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import ModelError, UsageError, WeightsMissing, why
from kb.models import weights
from kb.tuning.training_data import Pair

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

# Architectures whose tensors are known by name in llama.cpp; and whether it turns the rows of q and k (RoPE in pairs).
ARCHITECTURES = {"llama": True, "qwen2": False}
_WEIGHTS = (".safetensors", ".bin")


@dataclass(frozen=True, slots=True)
class Base:
    """A model on this machine. `sha256` is of the GGUF, or over the weights of the folder."""

    name: str  # of the registry, or a path
    place: Path
    is_gguf: bool
    sha256: str


def base_named(name: str) -> Base:
    """The base by its name in the registry, its GGUF or its folder. Raises WeightsMissing, UsageError."""
    folder = Path(name).expanduser()
    if name in weights.WEIGHTS or not folder.is_dir():
        path = weights.gguf_path(name)
        return Base(name if name in weights.WEIGHTS else str(path.absolute()), path, True, weights.digest(name))
    files = sorted(file for file in folder.iterdir() if file.suffix in _WEIGHTS)
    if not files or not (folder / "config.json").is_file():
        raise UsageError("tuning.no_base", name=name)
    found = hashlib.sha256()
    try:
        for file in (folder / "config.json", *files):
            with file.open("rb") as opened:
                found.update(hashlib.file_digest(opened, "sha256").digest())
    except OSError as error:
        raise WeightsMissing("tuning.base_unreadable", name=name, why=why(error)) from None
    return Base(str(folder.absolute()), folder, False, found.hexdigest())


def load(base: Base) -> "tuple[PreTrainedModel, PreTrainedTokenizerBase]":
    """Model (float32) and tokenizer of a base. Raises UsageError for another architecture, ModelError."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    place = base.place.parent if base.is_gguf else base.place
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if base.is_gguf:
        options["gguf_file"] = base.place.name
    try:
        config = AutoConfig.from_pretrained(place, **options)
        if config.model_type not in ARCHITECTURES:
            raise UsageError(
                "tuning.architecture", name=base.name, found=config.model_type, known=", ".join(ARCHITECTURES)
            )
        tokenizer = AutoTokenizer.from_pretrained(place, **options)
        model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32, **options)
    except (OSError, ValueError, RuntimeError, LookupError, json.JSONDecodeError) as error:
        raise ModelError("tuning.not_loaded", name=base.name, why=str(error).strip().splitlines()[0][:300]) from None
    if not tokenizer.chat_template or tokenizer.eos_token is None:
        raise UsageError("tuning.no_template", name=base.name)
    if base.is_gguf:  # its weights are plain ones now; the trainer would take them for quantised ones
        del model.hf_quantizer, model.is_quantized, model.config.quantization_config
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def encoded(tokenizer: "PreTrainedTokenizerBase", pair: Pair) -> tuple[list[int], list[int]]:
    """The tokens of prompt and answer, as the engines put them under the model's template.

    The answer of a model that opens its reasoning by itself comes after a reasoning; it is none where none is known.
    Only what is known of the reasoning is learned.
    """
    messages = [{"role": role, "content": content} for role, content in pair.prompt]
    prompt = str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
    opens = prompt.rstrip().endswith("<think>")
    answer = pair.answer + str(tokenizer.eos_token)
    if pair.thinking:
        prompt = prompt if opens else f"{prompt}<think>\n"
        answer = f"{pair.thinking}\n</think>\n\n{answer}"
    elif opens:
        prompt = f"{prompt}\n</think>\n\n"
    return _tokens(tokenizer, prompt), _tokens(tokenizer, answer)


def _tokens(tokenizer: "PreTrainedTokenizerBase", text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found
