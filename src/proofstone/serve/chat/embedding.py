"""Requests for embeddings, and their answers."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.models.retrieval.encoder import Encoder, Kind, Vectors
from proofstone.models.text.words import words
from proofstone.serve.chat.errors import Refused
from proofstone.serve.chat.limits import ChatLimits
from proofstone.serve.chat.request import mapping, required, text, unknown
from proofstone.serve.chat.slots import GivenUp

_KNOWN = frozenset(
    {"model", "input", "encoding_format", "dimensions", "user", "input_type"}
)  # fmt: skip
_LONGEST = 8_000
_AT_ONCE = 8


@dataclass(frozen=True)
class EmbeddingAsked:
    """Texts to embed: as questions or as passages, as numbers or as base64 of float32."""

    model: str
    texts: tuple[str, ...]
    base64: bool = False
    kind: Kind = "query"


def parse_embedding(document: object, limits: ChatLimits, dimension: int) -> EmbeddingAsked:
    """Return what the body `document` asks for.

    Raises:
        Refused: it is not what the protocol asks for; names the field.
    """
    state = mapping(document, "")
    unknown(state, _KNOWN)
    given = required(state, "input")
    found = given if isinstance(given, list) else [given]
    if len(found) > limits.texts:
        problem = f"has {len(found)} texts, and {limits.texts} are the most"
        raise Refused("array_above_max_length", "input", problem)
    texts = tuple(_text(one, at, isinstance(given, list)) for at, one in enumerate(found))
    if not texts:
        raise Refused("invalid_value", "input", "is empty")
    wanted = state.get("dimensions")
    if wanted is not None and (type(wanted) is not int or wanted != dimension):
        problem = f"the vectors here have {dimension}"
        raise Refused("unsupported_value", "dimensions", problem)
    form = state.get("encoding_format")
    if form not in (None, "float", "base64"):
        raise Refused("invalid_value", "encoding_format", "is neither float nor base64")
    return EmbeddingAsked(
        text(required(state, "model"), "model"), texts, form == "base64", _kind(state)
    )


def embed(encoder: Encoder, asked: EmbeddingAsked, cancelled: Callable[[], bool]) -> Vectors:
    """Return unit vectors (n, dimension) of the texts.

    Raises:
        GivenUp: `cancelled` turned true.
    """
    parts = []
    for start in range(0, len(asked.texts), _AT_ONCE):
        if cancelled():
            raise GivenUp
        parts.append(encoder.embed(asked.texts[start : start + _AT_ONCE], asked.kind))
    return np.concatenate(parts)


def embeddings(asked: EmbeddingAsked, vectors: Vectors, model: str) -> dict[str, Any]:
    """Return the answer; tokens are counted as words, which the encoder does not tell."""
    count = sum(len(words(one)) for one in asked.texts)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": at, "embedding": _written(row, asked.base64)}
            for at, row in enumerate(vectors)
        ],
        "model": model,
        "usage": {"prompt_tokens": count, "total_tokens": count},
    }


def _written(row: Vectors, as_base64: bool) -> str | Sequence[float]:
    if as_base64:
        return base64.b64encode(row.astype("<f4").tobytes()).decode()
    numbers: list[float] = row.tolist()
    return numbers


def _text(value: object, at: int, several: bool) -> str:
    field = f"input[{at}]" if several else "input"
    if isinstance(value, int | list):
        raise Refused("unsupported_value", field, "tokens are not read", hint="send texts")
    said = text(value, field)
    if not said.strip():
        raise Refused("invalid_value", field, "is empty")
    if len(said) > _LONGEST:
        problem = f"has {len(said)} characters, and {_LONGEST} are the most"
        raise Refused("string_above_max_length", field, problem)
    return said


def _kind(state: Any) -> Kind:
    value = state.get("input_type")
    if value in (None, "query"):
        return "query"
    if value == "passage":
        return "passage"
    raise Refused("invalid_value", "input_type", "is neither query nor passage")
