"""The adapter as GGUF: the matrices of LoRA under llama.cpp's names, as its own converter writes them.

llama.cpp keeps the rows of Llama's q and k in another order than transformers (pairs of RoPE side by side), so the rows
of their `lora_b` are turned as its converter turns those of the weights.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.tuning.base_model import ARCHITECTURES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAME = re.compile(r"^base_model\.model\.(?P<module>[\w.]+)\.lora_(?P<side>[AB])\.weight$")


def write_adapter(
    tensors: "dict[str, NDArray[np.float32]]",
    config: Any,
    alpha: float,
    name: str,
    base: str,
    file: Path,
    invocation: Sequence[int] = (),
) -> None:
    """Write the tensors of a peft adapter (A: rank × in, B: out × rank) for the model of `config`.

    `config` is of transformers. With an `invocation`, tokens of the model, it acts only from where these stand in a
    prompt (Greenewald et al., "Activated LoRA", 2025). Raises OSError, and ValueError for a tensor that llama.cpp has
    no name for.
    """
    import gguf

    architecture = config.model_type
    kinds = {text: kind for kind, text in gguf.MODEL_ARCH_NAMES.items()}
    names = gguf.get_tensor_name_map(kinds[architecture], config.num_hidden_layers)
    made = file.with_suffix(".partial")
    writer = gguf.GGUFWriter(made, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(alpha))
    if invocation:
        kind, of_each = gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT32
        writer.add_key_value(gguf.Keys.Adapter.ALORA_INVOCATION_TOKENS, [*invocation], kind, of_each)
    writer.add_name(name)
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, base)
    for key in sorted(tensors):
        found = _NAME.match(key)
        known = names.get_name(found["module"]) if found else None
        if found is None or known is None:
            raise ValueError(f"llama.cpp has no name for the tensor {key}")
        tensor = tensors[key]
        if found["side"] == "B" and ARCHITECTURES[architecture]:
            if known.endswith("attn_q"):
                tensor = turned(tensor, config.num_attention_heads)
            elif known.endswith("attn_k"):
                tensor = turned(tensor, config.num_key_value_heads)
        writer.add_tensor(f"{known}.weight.lora_{found['side'].lower()}", tensor)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        os.replace(made, file)
    finally:
        made.unlink(missing_ok=True)


def turned(matrix: "NDArray[np.float32]", heads: int) -> "NDArray[np.float32]":
    """The rows of each head with their two halves interleaved (`permute` of llama.cpp's converter)."""
    import numpy as np

    rows, columns = matrix.shape
    halves = matrix.reshape(heads, 2, rows // heads // 2, columns)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows, columns))
