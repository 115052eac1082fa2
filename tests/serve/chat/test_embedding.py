from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from tests.serve.chat.assistants import WEIGHTS

from proofstone.models.retrieval.encoder import E5Encoder
from proofstone.serve.chat.embedding import EmbeddingAsked, embed, embeddings, parse_embedding
from proofstone.serve.chat.errors import Refused
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.slots import GivenUp

TEXTS = ("How do I verify a release?", "怎样验证发布版本？", "Apples are red.")


def parse(**fields: Any) -> EmbeddingAsked:
    return parse_embedding({"model": "m", "input": "a"} | fields, ChatLimits(texts=3), 384)


def test_vectors_are_those_of_the_encoder_as_numbers_and_as_bytes() -> None:
    encoder = E5Encoder(WEIGHTS)
    asked = parse(input=list(TEXTS))
    vectors = embed(encoder, asked, lambda: False)
    np.testing.assert_array_equal(vectors, encoder.embed(TEXTS, "query"))
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    answer = embeddings(asked, vectors, "m")
    assert [one["index"] for one in answer["data"]] == [0, 1, 2]
    packed = embeddings(parse(input=list(TEXTS), encoding_format="base64"), vectors, "m")
    for one, other in zip(answer["data"], packed["data"], strict=True):
        numbers = np.frombuffer(base64.b64decode(other["embedding"]), "<f4")
        assert numbers.tolist() == one["embedding"]
    assert answer["usage"]["total_tokens"] > 0


def test_passages_are_embedded_as_such() -> None:
    encoder = E5Encoder(WEIGHTS)
    asked = parse(input=TEXTS[0], input_type="passage")
    vectors = embed(encoder, asked, lambda: False)
    np.testing.assert_array_equal(vectors, encoder.embed(TEXTS[:1], "passage"))


def test_it_stops_when_nobody_waits() -> None:
    with pytest.raises(GivenUp):
        embed(E5Encoder(WEIGHTS), parse(), lambda: True)


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"input": None}, "missing_required_parameter", "input"),
        ({"input": []}, "invalid_value", "input"),
        ({"input": ["a"] * 4}, "array_above_max_length", "input"),
        ({"input": [1, 2]}, "unsupported_value", "input[0]"),
        ({"input": ["a", " "]}, "invalid_value", "input[1]"),
        ({"input": "a" * 8_001}, "string_above_max_length", "input"),
        ({"input": {"a": 1}}, "invalid_type", "input"),
        ({"dimensions": 100}, "unsupported_value", "dimensions"),
        ({"encoding_format": "int8"}, "invalid_value", "encoding_format"),
        ({"input_type": "poem"}, "invalid_value", "input_type"),
        ({"model": None}, "missing_required_parameter", "model"),
        ({"colour": 1}, "unknown_parameter", "colour"),
    ],
)
def test_what_cannot_be_done_is_named(fields: dict[str, Any], reason: str, field: str) -> None:
    with pytest.raises(Refused) as raised:
        parse(**fields)
    assert (raised.value.reason, raised.value.field) == (reason, field)


def test_the_dimension_that_there_is_may_be_asked_for() -> None:
    assert parse(dimensions=384).texts == ("a",)
