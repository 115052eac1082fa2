"""JSON as signed documents need it: one reading only, or none."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from proofstone.core.errors import VerificationError


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data` (RFC 8259, UTF-8 without BOM).

    A key given twice, NaN and infinities are refused: two readers could see two documents.

    Raises:
        VerificationError: `data` is not such an object; the message says why.

    >>> parse_object(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ...
    proofstone.core.errors.VerificationError: the key 'a' is given twice
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not a JSON document: {error}") from error
    if not isinstance(value, dict):
        raise VerificationError("not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise VerificationError(f"the key {key!a} is given twice")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise VerificationError(f"{name} is not a JSON number")
