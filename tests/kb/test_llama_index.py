"""The knowledge base inside LlamaIndex: its query engine reads our passages, offline."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, TextNode

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.llama_index import KnowledgeBaseEmbedding, KnowledgeBaseRetriever
from kb.schema import Principal, Scope
from tests.kb.storage import version
from tests.knowledge import HANDBOOK, LEAVE, OWNER, open_kb, write

QUESTION = "When must a lost laptop be reported?"


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder: Path = tmp_path_factory.mktemp("llama")
    with open_kb(folder / "home") as opened:
        ingest(opened, [write(folder / "docs", {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE})])
        secret = version("secret.md", "A lost laptop of the board is reported at once.", embedder=opened.embedder)
        opened.indexes.publish([secret])
        opened.catalog.set_readers("owner", Place("document", "docs", "secret.md"), ["group:board"])
        yield opened


def test_nodes_carry_the_passages_in_order_with_their_place(kb: KnowledgeBase) -> None:
    passages = kb.search(QUESTION, OWNER, 3).passages
    nodes = KnowledgeBaseRetriever(kb, OWNER, k=3).retrieve(QUESTION)
    assert [node.text for node in nodes] == [passage.text for passage in passages]
    assert [node.score for node in nodes] == [passage.score for passage in passages]
    for found, passage in zip(nodes, passages, strict=True):
        node = found.node
        assert isinstance(node, TextNode)
        stored = kb.stored_text(OWNER, node.metadata["collection"], node.metadata["document"]).text
        assert stored[node.metadata["start"] : node.metadata["end"]] == node.text
        assert (node.start_char_idx, node.end_char_idx) == (passage.start, passage.end)
        assert (node.metadata["page"], node.metadata["section"]) == (passage.page, passage.section)
        assert node.ref_doc_id == f"{passage.collection}/{passage.document}"


def test_node_ids_are_distinct_and_the_same_from_run_to_run(kb: KnowledgeBase) -> None:
    retriever = KnowledgeBaseRetriever(kb, OWNER, k=10)
    first = [node.node_id for node in retriever.retrieve(QUESTION)]
    assert len(set(first)) == len(first) >= 3
    assert [node.node_id for node in retriever.retrieve(QUESTION)] == first
    assert any(name.startswith("docs/handbook.md@1:") for name in first)


def test_it_finds_only_what_its_asker_may_read(kb: KnowledgeBase) -> None:
    def documents(asker: Principal) -> set[str]:
        return {node.metadata["document"] for node in KnowledgeBaseRetriever(kb, asker, k=20).retrieve(QUESTION)}

    assert "secret.md" not in documents(Principal("guest"))
    assert "secret.md" in documents(Principal("chair", frozenset({"board"})))


def test_a_scope_limits_it_to_some_documents(kb: KnowledgeBase) -> None:
    nodes = KnowledgeBaseRetriever(kb, OWNER, k=20, scope=Scope(paths=("hr/*",))).retrieve(QUESTION)
    assert {node.metadata["document"] for node in nodes} == {"hr/休假.md"}


def test_it_can_be_awaited(kb: KnowledgeBase) -> None:
    retriever = KnowledgeBaseRetriever(kb, OWNER, k=2)
    awaited = asyncio.run(retriever.aretrieve(QUESTION))
    assert [node.node_id for node in awaited] == [node.node_id for node in retriever.retrieve(QUESTION)]


def test_a_query_engine_answers_from_the_passages(kb: KnowledgeBase) -> None:
    engine = RetrieverQueryEngine.from_args(KnowledgeBaseRetriever(kb, OWNER, k=2), llm=MockLLM())
    response = engine.query(QUESTION)
    assert "within 2 hours" in str(response)  # MockLLM repeats its prompt
    assert len(response.source_nodes) == 2


def test_a_model_is_told_document_page_and_section_but_no_offsets(kb: KnowledgeBase) -> None:
    node = KnowledgeBaseRetriever(kb, OWNER, k=1).retrieve(QUESTION)[0].node
    shown = node.get_content(MetadataMode.LLM)
    assert "document: handbook.md" in shown
    assert "start:" not in shown


def test_the_embedding_is_that_of_the_knowledge_base(kb: KnowledgeBase) -> None:
    embedding = KnowledgeBaseEmbedding(kb.embedder)
    assert embedding.get_query_embedding(QUESTION) == pytest.approx(kb.embedder.embed_question(QUESTION).vector)
    near, far = embedding.get_text_embedding_batch(["A lost laptop is reported within 2 hours.", "病假有九天全薪。"])
    question = asyncio.run(embedding.aget_query_embedding(QUESTION))
    assert embedding.similarity(question, near) > embedding.similarity(question, far)
