"""What /v1 says of itself, and requests made from that: none of them is the service's own error."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.ui.serving import Served

ROUTES = {"/v1/models", "/v1/models/{name}", "/v1/chat/completions", "/v1/embeddings"}
EXAMPLES = 60  # for each route, of requests that fit its description and of such that do not


def test_no_request_is_an_error_of_the_service(served: Served) -> None:
    described = served.http.get(f"{served.running.origin}/v1/openapi.json").json()
    assert set(described["paths"]) == ROUTES
    schema = schemathesis.openapi.from_dict(described)
    token = {"authorization": f"Bearer {served.running.token}"}
    statuses: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        modes = schemathesis.GenerationMode
        for mode in (modes.POSITIVE, modes.NEGATIVE):
            if mode is modes.NEGATIVE and operation.method.upper() == "GET":
                continue  # nothing in them can be wrong

            @settings(
                max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(operation.as_strategy(generation_mode=mode))
            def run(case: Any) -> None:
                answer = case.call(base_url=served.running.origin, headers=token)
                statuses.setdefault(case.operation.path, set()).add(answer.status_code)
                assert answer.status_code < 500, answer.text

            run()
    assert set(statuses) == ROUTES
    assert 400 in statuses["/v1/chat/completions"]
