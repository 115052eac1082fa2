from __future__ import annotations

from typing import Any

import pytest

from proofstone.models.conversation import Turn
from proofstone.serve.chat.errors import Refused
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.request import Asked, parse_chat

LIMITS = ChatLimits(turns=4, characters=100)
USER = {"role": "user", "content": "How?"}


def parse(**fields: Any) -> Asked:
    return parse_chat({"model": "m", "messages": [USER]} | fields, LIMITS, 60)


def test_what_is_left_out_has_its_default() -> None:
    assert parse() == Asked("m", (Turn("user", "How?"),))


def test_everything_that_may_be_said_is_read() -> None:
    asked = parse(
        messages=[
            {"role": "system", "content": "You are a pirate."},
            {"role": "developer", "content": "Be rude."},
            {"role": "user", "content": [{"type": "text", "text": "Is it "},
                                         {"type": "text", "text": "signed?"}]},
            {"role": "assistant", "content": "Yes.\n\nSources:\n- Keys › Lost", "refusal": None},
            USER,
        ][1:],
        stream=True, stream_options={"include_usage": True}, max_completion_tokens=5,
        temperature=0.5, stop="END", seed=-3, user="u", n=1, top_p=1.0, tools=None,
        presence_penalty=0, logprobs=False, response_format={"type": "text"},
        proofstone={"conversation": "new", "sources": "none"},
    )  # fmt: skip
    assert [turn.content for turn in asked.conversation] == ["Is it signed?", "Yes.", "How?"]
    assert asked.ignored == ("developer",)
    assert asked.stream
    assert asked.usage
    assert (asked.max_tokens, asked.temperature, asked.stop, asked.seed) == (5, 0.5, ("END",), -3)
    assert (asked.kept, asked.sources) == ("new", False)


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"model": None}, "missing_required_parameter", "model"),
        ({"model": 3}, "invalid_type", "model"),
        ({"messages": None}, "missing_required_parameter", "messages"),
        ({"messages": "How?"}, "invalid_type", "messages"),
        ({"messages": []}, "invalid_value", "messages"),
        ({"messages": [USER] * 5}, "array_above_max_length", "messages"),
        ({"messages": ["How?"]}, "invalid_type", "messages[0]"),
        ({"messages": [{"role": "king", "content": "x"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "invalid_type", "messages[0].content"),
        ({"messages": [{"role": "system", "content": "x"}]}, "invalid_value", "messages"),
        ({"messages": [USER, {"role": "assistant", "content": "x"}]}, "invalid_value", "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "unsupported_value", "messages[0]"),
        ({"messages": [{"role": "assistant", "content": None, "tool_calls": [{}]}, USER]},
         "unsupported_value", "messages[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
         "unsupported_value", "messages[0].content[0].type"),
        ({"messages": [USER, {"role": "user", "content": ""}]}, "invalid_value",
         "messages[1].content"),
        ({"messages": [{"role": "user", "content": " \n\t"}]}, "invalid_value",
         "messages[0].content"),
        ({"messages": [{"role": "user", "content": "\x00\x1b\u200b"}]}, "invalid_value",
         "messages[0].content"),
        ({"messages": [{"role": "user", "content": "ha" * 31}]}, "string_above_max_length",
         "messages[0].content"),
        ({"messages": [{"role": "assistant", "content": "x" * 99}, USER]},
         "string_above_max_length", "messages"),
        ({"tools": []}, "unsupported_parameter", "tools"),
        ({"functions": [{"name": "f"}]}, "unsupported_parameter", "functions"),
        ({"tool_choice": "auto"}, "unsupported_value", "tool_choice"),
        ({"n": 2}, "unsupported_value", "n"),
        ({"n": True}, "unsupported_value", "n"),
        ({"top_p": 0.5}, "unsupported_value", "top_p"),
        ({"response_format": {"type": "json_object"}}, "unsupported_value", "response_format"),
        ({"colour": "red"}, "unknown_parameter", "colour"),
        ({"stream": 1}, "invalid_type", "stream"),
        ({"stream_options": {"include_usage": True}}, "invalid_value", "stream_options"),
        ({"stream": True, "stream_options": {"x": 1}}, "unknown_parameter", "stream_options.x"),
        ({"max_tokens": 0}, "invalid_value", "max_tokens"),
        ({"max_tokens": 1.5}, "invalid_type", "max_tokens"),
        ({"max_tokens": 1, "max_completion_tokens": 1}, "invalid_value", "max_tokens"),
        ({"temperature": "hot"}, "invalid_type", "temperature"),
        ({"temperature": True}, "invalid_type", "temperature"),
        ({"temperature": 2.1}, "invalid_value", "temperature"),
        ({"temperature": 10**400}, "invalid_value", "temperature"),
        ({"stop": ["a"] * 5}, "array_above_max_length", "stop"),
        ({"stop": [""]}, "invalid_value", "stop"),
        ({"stop": [1]}, "invalid_type", "stop"),
        ({"seed": "1"}, "invalid_type", "seed"),
        ({"proofstone": "x"}, "invalid_type", "proofstone"),
        ({"proofstone": {"memory": 1}}, "unknown_parameter", "proofstone.memory"),
        ({"proofstone": {"sources": "html"}}, "invalid_value", "proofstone.sources"),
        ({"proofstone": {"conversation": "x"}, "messages": [USER] * 2}, "invalid_value",
         "messages"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_named(fields: dict[str, Any], reason: str, field: str) -> None:
    with pytest.raises(Refused) as raised:
        parse(**fields)
    assert (raised.value.reason, raised.value.field) == (reason, field)


def test_a_body_that_is_no_object() -> None:
    with pytest.raises(Refused, match="the body is not a JSON object"):
        parse_chat([], LIMITS, 60)
