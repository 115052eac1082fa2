"""JSON Lines: one object a line, each key a column."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from proofstone.core.errors import DataError

Values = list[Any]


def parse_lines(text: str, place: str) -> pl.DataFrame:
    """Return the table in `text`; columns in the order in which their keys are first met.

    A column is boolean or number where every value is; a mixture becomes text. A key that a line
    lacks is a missing value. Whole numbers beyond 2**53 become text, so that no digit is lost.

    Raises:
        DataError: a line is not JSON, not an object, repeats a key or holds lists or objects; the
            text has no line at all.

    >>> parse_lines('{"a": 1}\\n{"a": null, "b": "x"}', "t.jsonl").to_dict(as_series=False)
    {'a': [1.0, None], 'b': [None, 'x']}
    """
    columns: dict[str, Values] = {}
    rows = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        for key, value in _object(line, f"{place}, line {number}").items():
            columns.setdefault(key, [None] * rows).append(value)
        rows += 1
        for values in columns.values():
            if len(values) < rows:
                values.append(None)
    if not rows:
        raise DataError(f"{place}: the file is empty", hint="name a file with an object a line")
    if not columns:
        raise DataError(f"{place}: no object has a key", hint="name a file that has columns")
    return pl.DataFrame([_series(name, values) for name, values in columns.items()])


def _object(line: str, place: str) -> dict[str, Any]:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                raise DataError(f'{place}: the key "{key}" stands twice', hint="remove one of them")
            found[key] = value
        return found

    try:
        value = json.loads(line, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{place}, character {error.colno}: not JSON: {error.msg}",
            hint="each line must be one JSON object",
        ) from error
    if not isinstance(value, dict):
        raise DataError(f"{place}: not a JSON object", hint="each line must be one JSON object")
    for key, one in value.items():
        if isinstance(one, list | dict):
            raise DataError(
                f'{place}: "{key}" holds a {"list" if isinstance(one, list) else "nested object"}',
                hint="give each part a key of its own",
            )
    return value


def _series(name: str, values: Values) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    exact = all(abs(value) <= 2**53 for value in values if type(value) is int)
    if kinds <= {int, float} and kinds and exact:
        numbers = [None if value is None else float(value) for value in values]
        return pl.Series(name, numbers, dtype=pl.Float64)
    return pl.Series(name, [_text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
