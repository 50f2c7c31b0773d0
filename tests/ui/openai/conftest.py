"""OpenAI's own client of a service over two documents."""

from collections.abc import Iterator

import httpx
import openai
import pytest

from tests.ui.serving import Served
from tests.ui.two_documents import model, served, shared

__all__ = ["model", "served", "shared"]


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with httpx.Client(trust_env=False, timeout=60) as http:
        yield openai.OpenAI(
            base_url=f"{served.running.origin}/v1", api_key=served.running.token, http_client=http, max_retries=0
        )
