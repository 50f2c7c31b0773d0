"""Embedding: the right prefixes, token vectors of the text alone, an identity that tells models apart."""

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from kb.config import EmbeddingSettings
from kb.errors import ConfigError, EmbeddingError
from kb.models import embedding, verified
from kb.models.embedders import open_embedder
from kb.models.embedding import LlamaIndexEmbedder, SentenceTransformerEmbedder, _load_model
from kb.models.maxsim import Vectors, unit, unpack
from kb.models.weights import embedding_folder

TEXT = "The office in Utrecht opens at 7:45."


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(EmbeddingSettings())


def directly(text: str) -> Vectors:
    """What the model gives for a text as it stands."""
    vector: Vectors = _load_model(embedding_folder()).encode([text], show_progress_bar=False)
    return unit(vector)[0]


def test_questions_and_passages_have_the_prefixes_the_model_wants(embedder: SentenceTransformerEmbedder) -> None:
    passage = np.frombuffer(embedder.embed_passages([TEXT])[0].vector, "<f4")
    assert passage @ directly(f"passage: {TEXT}") == pytest.approx(1, abs=1e-5)
    assert embedder.embed_question(TEXT).vector @ directly(f"query: {TEXT}") == pytest.approx(1, abs=1e-5)
    assert passage @ directly(TEXT) < 0.999


def test_vectors_have_unit_length_also_in_a_batch_of_unequal_texts(embedder: SentenceTransformerEmbedder) -> None:
    texts = [TEXT, "年休假", TEXT * 20, "x"]
    batch = [np.frombuffer(e.vector, "<f4") for e in embedder.embed_passages(texts)]
    assert [np.linalg.norm(vector) for vector in batch] == pytest.approx([1] * 4, abs=1e-5)
    alone = np.frombuffer(embedder.embed_passages(["x"])[0].vector, "<f4")
    assert batch[3] @ alone == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("text", [TEXT, "年休假最多结转 5 天。", "mixed 中文 text"])
def test_token_vectors_leave_out_prefix_and_special_tokens(embedder: SentenceTransformerEmbedder, text: str) -> None:
    count = len(embedder.tokenizer().encode(text, add_special_tokens=False).ids)
    tokens = unpack(embedder.embed_passages([text])[0].tokens, 384)
    question = embedder.embed_question(text)
    assert len(tokens) == len(question.tokens) == len(question.pieces) == count


def test_a_token_vector_is_that_of_its_own_piece(embedder: SentenceTransformerEmbedder) -> None:
    model = _load_model(embedding_folder())
    [row] = model.encode([f"query: {TEXT}"], output_value=None, show_progress_bar=False)
    ids = embedder.tokenizer().encode(f"query: {TEXT}").ids
    first = embedder.tokenizer().encode(TEXT, add_special_tokens=False).ids[0]
    expected = row["token_embeddings"][ids.index(first)].float().numpy()
    assert embedder.embed_question(TEXT).tokens[0] == pytest.approx(expected, abs=1e-4)


def test_a_text_beyond_the_models_length_is_embedded_as_far_as_it_goes(embedder: SentenceTransformerEmbedder) -> None:
    [embedding] = embedder.embed_passages([TEXT * 200])
    assert len(unpack(embedding.tokens, 384)) < 512


def test_a_sentence_is_nearer_to_its_translation_than_to_another(embedder: SentenceTransformerEmbedder) -> None:
    near, far = embedder.similarities(TEXT, ["乌得勒支的办公室 7:45 开门。", "病假有九天全薪。"])
    assert near > far


def test_sentences_that_were_compared_are_not_embedded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder, made = SentenceTransformerEmbedder(EmbeddingSettings()), list[str]()
    rows = embedder._rows

    def counted(texts: Sequence[str]) -> list[tuple[Vectors, Vectors]]:
        made.extend(texts)
        return rows(texts)

    monkeypatch.setattr(embedder, "_rows", counted)
    monkeypatch.setattr(embedding, "KEPT", 3)
    one, two, question, other = TEXT, "Sick pay lasts nine days.", "When does Utrecht open?", "Lunch is free."
    first = embedder.similarities(question, [one, two])
    cosine = float(directly(f"passage: {one}") @ directly(f"passage: {two}"))
    assert embedder.similarities(one, [two, one]) == pytest.approx([cosine, 1.0], abs=1e-4)
    assert embedder.similarities(question, [one, two]) == pytest.approx(first)
    assert len(made) == 3
    embedder.similarities(other, [one, two])  # the question gives way, which was not compared for longest
    embedder.similarities(one, [two])
    assert len(made) == 4
    embedder.similarities(question, [one])
    assert len(made) == 5
    assert len(embedder.similarities(other, [])) == 0


def test_the_identity_names_dimension_and_prefixes(embedder: SentenceTransformerEmbedder) -> None:
    named = json.loads(embedder.identity())
    assert (named["dimension"], named["prefixes"]) == (384, ["query: ", "passage: "])
    other = EmbeddingSettings(query_prefix="Q: ")
    assert SentenceTransformerEmbedder(other).identity() != embedder.identity()


def test_the_identity_goes_with_the_content_of_a_folder_not_with_its_place(tmp_path: Path) -> None:
    weights = random.Random(0).randbytes(1 << 20)
    here, copy, other = (model_folder(tmp_path / place / "model", weights) for place in ("here", "copy", "other"))
    with (other / "model.safetensors").open("r+b") as file:
        file.write(bytes(1 << 19))
    assert identity(here) == identity(copy) != identity(other)


def model_folder(folder: Path, weights: bytes) -> Path:
    folder.mkdir(parents=True)
    for name, text in (("modules.json", "[]"), ("tokenizer.json", "{}"), ("config.json", '{"hidden_size": 8}')):
        (folder / name).write_text(text)
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def test_what_is_remembered_of_the_weights_is_no_part_of_the_identity(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(embedding_folder(), folder, ignore=shutil.ignore_patterns("kb-*", "*.safetensors"))
    before = identity(folder)
    verified.remember_made(folder, "tokenizer.json")
    assert (folder / verified.RECORD).is_file()
    assert identity(folder) == before


def identity(folder: Path) -> str:
    return SentenceTransformerEmbedder(EmbeddingSettings(model=str(folder))).identity()


def test_a_folder_that_is_no_model_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"is not a sentence-transformers folder: it needs modules\.json"):
        open_embedder(EmbeddingSettings(model=str(tmp_path)))


def test_a_folder_with_broken_files_is_named_when_it_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(embedding_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").write_bytes(b"no weights")
    broken = open_embedder(EmbeddingSettings(model=str(folder)))
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        broken.warm_up()


class Letters(BaseEmbedding):
    """Counts letters: a LlamaIndex embedding that needs no weights."""

    scale: float = 1.0

    def _get_text_embedding(self, text: str) -> list[float]:
        return [self.scale * (1 + text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def letters(**options: Any) -> EmbeddingSettings:
    return EmbeddingSettings(llamaindex_class=f"{__name__}:Letters", llamaindex_options=options)


def test_a_llamaindex_embedding_takes_the_models_place_by_name() -> None:
    embedder = open_embedder(letters(scale=3.0))
    assert isinstance(embedder, LlamaIndexEmbedder)
    [embedding] = embedder.embed_passages([TEXT])
    vector = np.frombuffer(embedding.vector, "<f4")
    question = embedder.embed_question(TEXT)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert question.vector @ vector == pytest.approx(1, abs=1e-5)
    assert (embedding.tokens, len(question.tokens), question.pieces) == (b"", 0, ())
    assert embedder.identity() != open_embedder(letters(scale=2.0)).identity()


@pytest.mark.parametrize("name", ["no.such.module:Class", f"{__name__}:Missing", "letters"])
def test_a_class_that_cannot_be_loaded_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=r"embedding\.llamaindex_class = .*module:Class"):
        open_embedder(EmbeddingSettings(llamaindex_class=name))
