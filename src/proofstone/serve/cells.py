"""One cell of a file as the model's signature types it: as training read its table."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

from proofstone.models.contract import Feature

MISSING = frozenset({"", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL"})
TRUE = frozenset({"true", "t", "yes", "y", "1"})
FALSE = frozenset({"false", "f", "no", "n", "0"})

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SHOWN = 40
_WHOLE = 2.0**53


def read_cell(value: Any, feature: Feature) -> Any:
    """Return a number as float, a truth value as bool, the rest as text; None where missing.

    Raises:
        ValueError: it does not fit; the message says how.

    >>> read_cell(" 12 ", Feature("age", "number")), read_cell(3.0, Feature("code", "category"))
    (12.0, '3')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        text = value.strip()
        if text in MISSING and text not in feature.categories:
            return None
    if feature.kind == "number":
        return _number(value)
    if feature.kind == "boolean":
        return _truth(value)
    return _written(value)


def _number(value: Any) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{_shown(value)} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("is not a finite number")
    return number


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = _written(value).strip().lower()
    if text not in TRUE | FALSE:
        raise ValueError(f"{_shown(value)} is not true or false")
    return text in TRUE


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise ValueError(f"{_shown(value)} is not text")


def _shown(value: Any) -> str:
    return ascii(value)[:_SHOWN] if isinstance(value, str) else f"a {type(value).__name__}"
