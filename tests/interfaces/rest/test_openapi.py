from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from proofstone.interfaces.rest.app import create_app
from proofstone.interfaces.rest.page import STYLE_POLICY
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.server import ModelServer

load_all_checks()
# JSON Schema cannot say that the tensors of a request agree in their number of rows, so that not
# every request that fits the schema is taken.
LEFT_OUT = {"positive_data_acceptance"}
ALL = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_door_does_what_its_description_says(
    verified: VerifiedModel, mode: GenerationMode
) -> None:
    app = create_app(ModelServer(verified), hosts=frozenset({"testserver"}))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.method == "get":
            continue

        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def obeys(case: Any) -> None:
            case.call_and_validate(checks=ALL)

        obeys()
        seen += 1
    assert seen == (11 if mode is GenerationMode.POSITIVE else 4)


def test_the_example_in_the_description_is_answered_as_described(verified: VerifiedModel) -> None:
    app = create_app(ModelServer(verified), hosts=frozenset({"testserver"}))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    assert schema.raw_schema["openapi"] == "3.1.0"
    [example] = schema.raw_schema["components"]["schemas"]["Request"]["examples"]
    for found in schema.get_all_operations():
        operation = found.ok()
        more = {"body": example | {"id": "7"}, "media_type": "application/json"}
        case = operation.Case(**(more if operation.method == "post" else {}))
        assert case.call_and_validate(checks=ALL).status_code == 200


def test_the_page_stands_alone(client: Any) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == STYLE_POLICY
    text = answer.text
    assert "POST /v2/models/loans/infer" in text
    assert "income" in text
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
