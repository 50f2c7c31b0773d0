"""The models that a client is offered."""

import openai
import pytest

from tests.ui.serving import Served


def test_the_models_are_all_documents_each_collection_and_plain_chat(client: openai.OpenAI) -> None:
    listed = client.models.list()
    assert [model.id for model in listed] == ["kb", "kb:docs", "kb:规章", "chat"]
    assert {model.object for model in listed} == {"model"}
    assert client.models.retrieve("kb:规章").id == "kb:规章"


@pytest.mark.parametrize("name", ["gpt-4o", "kb:none", "kb:../docs", "embedding"])
def test_a_model_that_is_not_there_is_404(served: Served, name: str) -> None:
    answer = served.http.get(f"{served.running.origin}/v1/models/{name}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in ("model_not_found", "unknown_url")
