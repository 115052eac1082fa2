from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from tests.interfaces.rest.chat.conftest import Running

from proofstone.interfaces.rest.chat.app import create_chat_app
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.server import ChatServer

load_all_checks()
# JSON Schema cannot say that the last turn is the user's and not blank, or that an answer must be
# known to be rated, so that not every request that fits the schema is taken.
LEFT_OUT = {"positive_data_acceptance"}
ALL = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


@pytest.fixture
def schema(extractive: Running) -> Any:
    """The description that a server of its own gives: trying it out ends that server."""
    server = ChatServer(extractive.server.verified, ChatLimits(slots=1))
    app = create_chat_app(server, hosts=frozenset({"testserver"}))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_door_does_what_its_description_says(schema: Any, mode: GenerationMode) -> None:
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
    assert seen == (7 if mode is GenerationMode.POSITIVE else 3)


def test_the_example_is_answered_as_described(schema: Any) -> None:
    (example,) = schema.raw_schema["components"]["schemas"]["Request"]["examples"]
    operation = schema["/v1/chat/completions"]["POST"]
    case = operation.Case(body=example, media_type="application/json")
    answer = case.call_and_validate(checks=ALL)
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["proofstone"]["outcome"] == "answered"
