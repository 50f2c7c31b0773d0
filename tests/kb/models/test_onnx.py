"""The ONNX backend: the same vectors as torch within .99, without torch, from a file that is made once."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kb.config import EmbeddingSettings
from kb.errors import ConfigError, EmbeddingError, StorageFull
from kb.models import onnx_embedding, verified, weights
from kb.models.embedders import open_embedder
from kb.models.embedding import FolderEmbedder, SentenceTransformerEmbedder
from kb.models.maxsim import unpack
from kb.models.onnx_embedding import OnnxEmbedder, complete, fetch, is_made, onnx_file
from kb.models.weights import embedding_folder, models_dir

ROOT = Path(__file__).parents[3]
TEXTS = [
    "The office in Utrecht opens at 7:45.",
    "年休假最多结转 5 天，须在次年三月底前用完。",
    "mixed 中文 text with SKU-4711 and 1,234.56 EUR",
    "x",
    "| Region | Q1 | Q2 |\n| North | 1.5 | -2.0 |\n" * 12,
    "The pump leaks. " * 300,  # longer than the model takes
]


@pytest.fixture(scope="module")
def onnx() -> OnnxEmbedder:
    return OnnxEmbedder(EmbeddingSettings())


@pytest.fixture(scope="module")
def torch() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(EmbeddingSettings())


def vectors(embedder: FolderEmbedder) -> list[np.ndarray]:  # type: ignore[type-arg]
    return [np.frombuffer(e.vector, "<f4") for e in embedder.embed_passages(TEXTS)]


def test_vectors_are_those_of_torch(onnx: OnnxEmbedder, torch: SentenceTransformerEmbedder) -> None:
    for text, mine, theirs in zip(TEXTS, vectors(onnx), vectors(torch), strict=True):
        assert np.linalg.norm(mine) == pytest.approx(1, abs=1e-5)
        assert mine @ theirs >= 0.999, text


def test_token_vectors_are_those_of_torch_and_of_the_text_alone(
    onnx: OnnxEmbedder, torch: SentenceTransformerEmbedder
) -> None:
    mine, theirs = (onnx.embed_question(TEXTS[0]), torch.embed_question(TEXTS[0]))
    assert mine.pieces == theirs.pieces
    assert "".join(mine.pieces).replace(" ", "") == TEXTS[0].replace(" ", "")
    for ours, other in zip(mine.tokens, theirs.tokens, strict=True):
        assert ours @ other / np.linalg.norm(ours) / np.linalg.norm(other) > 0.99
    long = [unpack(e.embed_passages(TEXTS[-1:])[0].tokens, 384) for e in (onnx, torch)]
    assert len(long[0]) == len(long[1]) < 512


def test_a_text_has_the_same_vector_whatever_is_embedded_with_it(onnx: OnnxEmbedder) -> None:
    together = onnx.embed_passages(TEXTS)
    assert [onnx.embed_passages([text])[0] for text in TEXTS] == together


def test_several_threads_embed_at_once(onnx: OnnxEmbedder) -> None:
    expected = onnx.embed_passages(TEXTS)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(onnx.embed_passages(TEXTS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_vectors_of_the_two_backends_do_not_mix_and_neither_depends_on_the_file(
    onnx: OnnxEmbedder, torch: SentenceTransformerEmbedder
) -> None:
    mine, theirs = json.loads(onnx.identity()), json.loads(torch.identity())
    assert mine.pop("backend") == OnnxEmbedder.backend
    assert mine == theirs  # the ONNX file lies in the folder and is no part of its fingerprint


def test_a_home_keeps_the_backend_it_was_built_with(onnx: OnnxEmbedder, torch: SentenceTransformerEmbedder) -> None:
    auto = EmbeddingSettings()
    assert isinstance(open_embedder(auto), OnnxEmbedder)
    assert isinstance(open_embedder(auto, onnx.identity()), OnnxEmbedder)
    assert isinstance(open_embedder(auto, torch.identity()), SentenceTransformerEmbedder)
    assert isinstance(open_embedder(auto, json.dumps({"class": "their:Own", "options": {}})), OnnxEmbedder)
    assert isinstance(open_embedder(EmbeddingSettings(backend="onnx"), torch.identity()), OnnxEmbedder)
    assert isinstance(open_embedder(EmbeddingSettings(backend="torch")), SentenceTransformerEmbedder)


def test_a_folder_of_ones_own_is_left_to_torch(tmp_path: Path) -> None:
    for name, text in (("modules.json", "[]"), ("tokenizer.json", "{}"), ("config.json", "{}")):
        (tmp_path / name).write_text(text)
    assert isinstance(open_embedder(EmbeddingSettings(model=str(tmp_path))), SentenceTransformerEmbedder)
    with pytest.raises(ConfigError, match="works with multilingual-e5-small only"):
        open_embedder(EmbeddingSettings(model=str(tmp_path), backend="onnx"))


def test_neither_torch_nor_transformers_is_loaded() -> None:
    code = (
        "from kb import privacy; privacy.protect()\nimport sys\nfrom kb.config import EmbeddingSettings\n"
        "from kb.models.embedders import open_embedder\nembedder = open_embedder(EmbeddingSettings())\n"
        "embedder.embed_question('x'); embedder.embed_passages(['y']); embedder.similarities('x', ['y'])\n"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache whose weights have no ONNX file yet."""
    real = embedding_folder()
    monkeypatch.setenv("KB_CACHE", str(tmp_path))
    copy = models_dir() / "multilingual-e5-small"
    copy.mkdir(parents=True)
    for path in real.iterdir():
        if path.name != weights.DERIVED:
            (copy / path.name).symlink_to(path)
    return copy


def test_the_file_is_made_once_with_progress(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.present("multilingual-e5-small")
    assert not complete("multilingual-e5-small")
    seen: list[tuple[str, int, int]] = []
    fetch("multilingual-e5-small", lambda *step: seen.append(step))
    assert complete("multilingual-e5-small")
    assert (seen[0][1:], seen[-1][1:]) == ((0, 12), (12, 12))
    assert sorted(path.name for path in (folder / weights.DERIVED).iterdir()) == ["manifest.json", "model.onnx"]
    monkeypatch.setattr(onnx_embedding, "_make", lambda *_: pytest.fail("made again"))
    assert onnx_file("multilingual-e5-small") == folder / weights.DERIVED / "model.onnx"


def fail(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_that_could_not_be_written_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.models.onnx_model.write_model", fail)
    with pytest.raises(StorageFull):
        onnx_file("multilingual-e5-small")
    assert list((folder / weights.DERIVED).iterdir()) == []


def test_a_file_that_was_cut_or_is_of_another_form_is_made_again(folder: Path) -> None:
    place = folder / weights.DERIVED
    place.mkdir()
    (place / "model.onnx").write_bytes(b"1234")
    for entry in ('{"backend": "onnx-int8-0", "size": 4}', "", '{"size": 4}', '["backend"]'):
        (place / "manifest.json").write_text(entry)
        assert not is_made(folder)
    (place / "manifest.json").write_text(json.dumps({"backend": OnnxEmbedder.backend, "size": 4}))
    assert not is_made(folder)  # it came from elsewhere, and is not what is made everywhere
    verified.remember_made(folder, f"{weights.DERIVED}/model.onnx")
    assert is_made(folder)
    (place / "model.onnx").write_bytes(b"1235")
    assert not is_made(folder)


def test_what_is_made_here_is_what_is_made_everywhere() -> None:
    """So that a copied folder need not be made again."""
    made = verified.file_hash(embedding_folder(), f"{weights.DERIVED}/model.onnx")
    assert made is not None
    assert made.sha256 == onnx_embedding._USUAL


def test_a_file_that_cannot_be_loaded_is_named(folder: Path) -> None:
    place = folder / weights.DERIVED
    place.mkdir()
    (place / "model.onnx").write_bytes(b"1234")
    (place / "manifest.json").write_text(json.dumps({"backend": OnnxEmbedder.backend, "size": 4}))
    verified.remember_made(folder, f"{weights.DERIVED}/model.onnx")
    with pytest.raises(EmbeddingError, match=r"model\.onnx cannot be loaded .*`kb models pull"):
        OnnxEmbedder(EmbeddingSettings()).warm_up()
