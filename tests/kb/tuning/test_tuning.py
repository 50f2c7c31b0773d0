"""Tuning, with real parts: some steps over the small model, gone on with, written as GGUF, in both engines."""

import copy
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kb.config import LLMSettings
from kb.errors import KBError, ModelError, ModelMissing, StorageFull, UsageError
from kb.models import weights
from kb.models.llm import open_model
from kb.models.ollama_server import OllamaServer
from kb.schema import Message
from kb.tuning import base_model, lora
from kb.tuning.adapter_gguf import turned, write_adapter
from kb.tuning.adapters import Adapters, Provenance
from kb.tuning.lora import Options
from kb.tuning.training_data import Pair, pairs_of
from tests.knowledge import small_disk
from tests.ollama_server import MODEL as REASONER
from tests.ollama_server import PLAIN_MODEL, RunningOllama, ollama_home, ollama_server

__all__ = ["ollama_home", "ollama_server", "small_disk"]

BASE = "smollm2-135m"
pytestmark = pytest.mark.timeout(1800)  # it trains, on whatever the machine has left

WORD = Provenance(("ed",), "reviews", "ann")
FEW = Options(epochs=2, rank=4, learning_rate=5e-3, batch=4, checkpoint_steps=1)
ASKED = "What is the extension of room 7?"


def pairs(n: int = 13) -> list[Pair]:
    return pairs_of(
        {
            "messages": [
                {"role": "user", "content": f"What is the extension of room {i}?"},
                {"role": "assistant", "content": "See the blue book, page nine."},
            ]
        }
        for i in range(n)
    )


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    """A base is read from its file once; each training has a copy of it as it was read."""
    read = cache(base_model.load)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_model, "load", lambda base: copy.deepcopy(read(base)))
        yield


class Trained:
    """Adapters with one named `house`, and how its training went."""

    def __init__(self, folder: Path) -> None:
        self.adapters = Adapters(folder)
        self.adapters.begin("house", pairs(), BASE, WORD, FEW, 0.1)
        stop = threading.Event()
        self.first: list[tuple[int, int]] = []
        self.then: list[tuple[int, int]] = []

        def stop_soon(done: int, total: int, loss: float | None) -> None:
            self.first.append((done, total))
            stop.set()

        assert self.adapters.train("house", stop_soon, stop) is None
        half = folder / "house" / "training" / "checkpoint-2"  # as a process that is killed while it writes leaves it
        half.mkdir()
        (half / "adapter_model.safetensors").write_bytes(b"half")
        card = self.adapters.train("house", lambda done, total, loss: self.then.append((done, total)))
        assert card is not None
        self.card = card


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("home") / "adapters")


@pytest.fixture
def copied(trained: Trained, tmp_path: Path) -> Adapters:
    """The same adapters, to be changed."""
    shutil.copytree(trained.adapters.path("house").parent, tmp_path / "adapters" / "house")
    return Adapters(tmp_path / "adapters")


def answered(model: str) -> str:
    opened = open_model(LLMSettings(), "embedded", model)
    try:
        return opened.complete([Message("user", ASKED)], answer_tokens=16)
    finally:
        opened.close()


def test_a_training_that_was_stopped_goes_on_where_it_was(trained: Trained) -> None:
    assert trained.first == [(1, 6)]
    assert trained.then == [(step, 6) for step in range(2, 7)]


def test_the_card_says_what_it_was_trained_on_and_what_came_of_it(trained: Trained) -> None:
    card = trained.card
    assert card == trained.adapters.card("house")
    assert [(each.name, each.card) for each in trained.adapters.listed()] == [("house", card)]
    assert card["base"] == {"name": BASE, "sha256": weights.WEIGHTS[BASE].sha256, "form": "gguf"}
    data = card["data"]
    assert (data["source"], data["accepted_by"], data["pairs"]) == ("reviews", ["ed"], 13)
    assert (data["trained"], data["held_out"], data["too_long"]) == (12, 1, 0)
    assert card["training"]["by"] == "ann"
    assert card["training"]["steps"] == 6
    assert card["held_out_loss"]["after"] < card["held_out_loss"]["before"]
    assert not (trained.adapters.path("house").parent / "training").exists()  # the words of documents are gone


def test_the_adapter_answers_in_the_embedded_engine(trained: Trained) -> None:
    path = str(trained.adapters.path("house"))
    assert "blue book" in answered(path)
    assert "blue book" not in answered(BASE)
    digests = {open_model(LLMSettings(), "embedded", model).digest() for model in (path, BASE)}
    assert len(digests) == 2  # answers that are kept by the digest of their model are told apart


def test_the_adapter_becomes_a_model_of_ollama(trained: Trained, ollama_server: RunningOllama) -> None:
    server = OllamaServer(ollama_server.url)
    settings = LLMSettings(ollama_host=ollama_server.url, context_tokens=1024)
    for over in (None, PLAIN_MODEL):
        tag = trained.adapters.give_to_ollama("house", server, over)
        model = open_model(settings, "ollama", tag)
        said = model.complete([Message("user", ASKED)], answer_tokens=16)
        model.close()
        server.remove(tag)
        assert "blue book" in said, over


def test_another_base_than_the_adapters_is_refused(
    copied: Adapters, ollama_server: RunningOllama, tmp_path: Path
) -> None:
    other = tmp_path / "other.gguf"
    shutil.copy(weights.gguf_path(BASE), other)
    copied.lay_over("house", str(other))  # the same model in another place
    with other.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    with pytest.raises(UsageError, match="is another model"):
        copied.lay_over("house", str(other))
    with pytest.raises(ModelMissing, match="was trained over another model"):
        open_model(LLMSettings(), "embedded", str(copied.path("house")))
    server = OllamaServer(ollama_server.url)
    with pytest.raises(UsageError, match="is not the model any more"):
        copied.give_to_ollama("house", server, None)
    card = copied.path("house").with_name("card.json")
    card.write_text(json.dumps({**copied.card("house"), "runs_on": {"name": "x", "sha256": "0" * 64}}))
    with pytest.raises(UsageError, match="is another model"):
        copied.give_to_ollama("house", server, REASONER)


def test_an_adapter_over_a_folder_wants_its_base_as_gguf(copied: Adapters) -> None:
    card = copied.path("house").with_name("card.json")
    base = {"name": "/models/folder", "sha256": "0" * 64, "form": "folder"}
    card.write_text(json.dumps({**copied.card("house"), "base": base, "runs_on": None}))
    with pytest.raises(ModelMissing, match="needs the same model as GGUF"):
        open_model(LLMSettings(), "embedded", str(copied.path("house")))
    copied.lay_over("house", BASE)
    assert "blue book" in answered(str(copied.path("house")))


def test_an_adapter_that_was_changed_is_refused(copied: Adapters) -> None:
    with copied.path("house").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    with pytest.raises(ModelError, match="not the adapter that its card describes"):
        open_model(LLMSettings(), "embedded", str(copied.path("house")))
    copied.path("house").with_name("card.json").write_text("{}")
    with pytest.raises(ModelError, match="no card of an adapter"):
        copied.listed()


def test_a_full_disk_loses_nothing(small_disk: Callable[[int], Path]) -> None:
    """The first checkpoint finds room, the second does not."""
    place = small_disk(12)
    adapters = Adapters(place / "adapters")
    options = Options(epochs=1, rank=1, batch=4, checkpoint_steps=1)
    adapters.begin("house", pairs(), BASE, WORD, options, 0.1)
    with pytest.raises(StorageFull, match="up to the last checkpoint is kept"):
        adapters.train("house")
    kept = [path.name for path in (place / "adapters/house/training").glob("checkpoint-*")]
    assert kept == ["checkpoint-1"]
    subprocess.run(["mount", "-o", "remount,size=100m", str(place)], check=True)
    steps: list[int] = []
    card = adapters.train("house", lambda done, total, loss: steps.append(done))
    assert card is not None
    assert steps == [2, 3]


def test_what_cannot_be_trained_is_said_before_anything_is_kept(tmp_path: Path) -> None:
    adapters = Adapters(tmp_path / "adapters")
    for name, given, base, words in (
        ("House", pairs(), BASE, "is no name of an adapter"),
        ("../house", pairs(), BASE, "is no name of an adapter"),
        ("house", pairs(1), BASE, "There are 1 different questions"),
        ("house", pairs(), str(tmp_path), "is no model that can be tuned"),
        ("house", pairs(), "multilingual-e5-small", "multilingual-e5-small"),
        ("house", pairs(), "nowhere.gguf", "neither a GGUF"),
    ):
        with pytest.raises(KBError, match=words):
            adapters.begin(name, given, base, WORD, FEW, 0.1)
        assert adapters.listed() == []
    with pytest.raises(UsageError, match="There is no adapter"):
        adapters.card("house")


def test_a_training_is_gone_on_with_as_it_was_begun(tmp_path: Path) -> None:
    adapters = Adapters(tmp_path / "adapters")
    adapters.begin("house", pairs(), BASE, WORD, FEW, 0.1)
    adapters.check_same("house", pairs()[::-1], BASE)
    with pytest.raises(UsageError, match="has begun with other data"):
        adapters.check_same("house", pairs(12), None)
    with pytest.raises(UsageError, match="already"):
        adapters.begin("house", pairs(), BASE, WORD, FEW, 0.1)
    with pytest.raises(UsageError, match="has not ended"):
        adapters.card("house")
    (tmp_path / "adapters/house/training/data.jsonl").write_text("")
    with pytest.raises(UsageError, match="were changed"):
        adapters.train("house")
    adapters.remove("house")
    assert adapters.listed() == []


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lora, "LIBRARIES", ("gguf", "no_such_library"))
    with pytest.raises(UsageError, match=r"\(no_such_library\)\. Run `make tune`"):
        lora.check_libraries()


# ---- the tensors


@pytest.mark.filterwarnings("ignore")  # of the libraries
def test_rows_are_turned_as_they_stand_in_the_gguf_of_the_base() -> None:
    """What transformers made of q and k, turned, is what the GGUF holds."""
    import numpy as np
    from gguf import GGUFReader, dequantize

    model, _ = base_model.load(base_model.base_named(BASE))
    held = {tensor.name: tensor for tensor in GGUFReader(weights.gguf_path(BASE)).tensors}
    for layer in (0, 29):
        attention = model.model.layers[layer].self_attn
        for short, matrix, heads in (("q", attention.q_proj.weight, 9), ("k", attention.k_proj.weight, 3)):
            tensor = held[f"blk.{layer}.attn_{short}.weight"]
            as_held = dequantize(tensor.data, tensor.tensor_type)
            rows = matrix.detach().float().numpy()
            assert np.allclose(turned(rows, heads), as_held, atol=1e-5)
            assert not np.allclose(rows, as_held, atol=1e-2)


def test_the_tensors_have_llama_cpps_names(trained: Trained) -> None:
    from gguf import GGUFReader

    reader = GGUFReader(trained.adapters.path("house"))
    fields = {name: field.contents() for name, field in reader.fields.items()}
    assert fields["general.type"] == "adapter"
    assert fields["adapter.type"] == "lora"
    assert fields["adapter.lora.alpha"] == 2 * FEW.rank
    assert fields["general.architecture"] == "llama"
    shapes = {tensor.name: tuple(int(n) for n in tensor.shape) for tensor in reader.tensors}
    assert len(shapes) == 30 * 7 * 2
    assert shapes["blk.0.attn_q.weight.lora_a"] == (576, FEW.rank)
    assert shapes["blk.29.ffn_down.weight.lora_b"] == (FEW.rank, 576)


def test_qwen_keeps_its_rows_and_llama_does_not(tmp_path: Path) -> None:
    import numpy as np
    from gguf import GGUFReader

    rows = np.arange(16, dtype=np.float32).reshape(8, 2)
    name = "base_model.model.model.layers.0.self_attn.{}_proj.lora_B.weight"
    for kind, q, k in (
        ("qwen2", range(8), range(8)),
        ("llama", (0, 2, 1, 3, 4, 6, 5, 7), (0, 4, 1, 5, 2, 6, 3, 7)),  # two heads of four rows, and one of eight
    ):
        config = SimpleNamespace(model_type=kind, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1)
        file = tmp_path / f"{kind}.gguf"
        write_adapter({name.format("q"): rows, name.format("k"): rows}, config, 4, "a", "b", file)
        found = {tensor.name: tensor.data for tensor in GGUFReader(file).tensors}
        assert np.array_equal(found["blk.0.attn_q.weight.lora_b"], rows[list(q)])
        assert np.array_equal(found["blk.0.attn_k.weight.lora_b"], rows[list(k)])


def test_an_adapter_that_acts_from_its_words_on_says_which(tmp_path: Path) -> None:
    import numpy as np
    from gguf import GGUFReader, GGUFValueType

    config = SimpleNamespace(model_type="qwen2", num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1)
    tensors = {"base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight": np.zeros((8, 2), np.float32)}
    for name, invocation in (("always", ()), ("awake", (151645, 198, 7))):
        file = tmp_path / f"{name}.gguf"
        write_adapter(tensors, config, 4, "a", "b", file, invocation)
        field = GGUFReader(file).get_field("adapter.alora.invocation_tokens")
        if not invocation:
            assert field is None
        else:
            assert field is not None
            assert field.types == [GGUFValueType.ARRAY, GGUFValueType.UINT32]  # llama.cpp takes no other
            assert field.contents() == list(invocation)


def test_a_tensor_without_a_name_in_llama_cpp_is_refused(tmp_path: Path) -> None:
    import numpy as np

    config = SimpleNamespace(model_type="llama", num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1)
    with pytest.raises(ValueError, match="no name for the tensor"):
        write_adapter({"base_model.model.vision.lora_A.weight": np.zeros((1, 1), np.float32)}, config, 4, "a", "b",
                      tmp_path / "a.gguf")  # fmt: skip
    assert [*tmp_path.iterdir()] == []


class Template:
    """A tokenizer whose tokens are characters."""

    eos_token = "$"

    def __init__(self, end: str) -> None:
        self.end = end

    def apply_chat_template(self, messages: list[dict[str, str]], **_: Any) -> str:
        return "".join(f"{message['role']}:{message['content']}\n" for message in messages) + self.end

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        return {"input_ids": [ord(c) for c in text]}


@pytest.mark.parametrize(
    ("end", "thinking", "prompt", "answer"),
    [
        ("a:", "", "user:Q\na:", "A$"),
        ("a:", "why", "user:Q\na:<think>\n", "why\n</think>\n\nA$"),
        ("a:<think>\n", "why", "user:Q\na:<think>\n", "why\n</think>\n\nA$"),
        ("a:<think>\n", "", "user:Q\na:<think>\n\n</think>\n\n", "A$"),  # no empty reasoning is learned
    ],
)
def test_what_is_learned_is_the_answer_and_the_reasoning_that_is_known(
    end: str, thinking: str, prompt: str, answer: str
) -> None:
    pair = Pair((("user", "Q"),), "A", thinking)
    tokens = base_model.encoded(Template(end), pair)  # type: ignore[arg-type]
    assert tuple("".join(map(chr, each)) for each in tokens) == (prompt, answer)
