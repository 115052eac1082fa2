"""Reads typed fields of a model's JSON files, and refuses a value of another kind by its place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from proofstone.core.errors import InputError

if TYPE_CHECKING:
    import numpy as np


def read_object(content: bytes, file: str) -> dict[str, Any]:
    """Return the JSON object in `content`; `file` is its name in messages.

    Raises:
        InputError: it is none, or is nested deeper than the parser goes.
    """
    try:
        document = json.loads(content)
    except RecursionError as error:
        raise misfit(file, "it is nested too deeply") from error
    except ValueError as error:
        raise misfit(file, str(error)) from error
    return mapping(document, file)


def number(value: object, place: str) -> float:
    """Return a finite number.

    Raises:
        InputError: it is none; the message begins with `place`, here and below.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isfinite(found):
            return found
    raise _other(value, place, "a finite number")


def integer(value: object, place: str) -> int:
    """Return a whole number of at most 63 bits.

    Raises:
        InputError: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    raise _other(value, place, "a whole number")


def text(value: object, place: str) -> str:
    """Return a text.

    Raises:
        InputError: it is none.
    """
    if isinstance(value, str):
        return value
    raise _other(value, place, "a text")


def items(value: object, place: str) -> list[Any]:
    """Return a list of anything.

    Raises:
        InputError: it is none.
    """
    if isinstance(value, list):
        return value
    raise _other(value, place, "a list")


def texts(value: object, place: str) -> tuple[str, ...]:
    """Return a list of different texts.

    Raises:
        InputError: it is none.
    """
    found = tuple(text(one, place) for one in items(value, place))
    if len(set(found)) != len(found):
        raise _other(value, place, "a list of different texts")
    return found


def mapping(value: object, place: str) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        InputError: it is none.
    """
    if isinstance(value, dict):
        return value
    raise _other(value, place, "a JSON object")


def numbers_by_name(value: object, place: str) -> dict[str, float]:
    """Return a JSON object of finite numbers.

    Raises:
        InputError: it is none.
    """
    return {name: number(one, f"{place}.{name}") for name, one in mapping(value, place).items()}


def levels_by_name(value: object, place: str) -> dict[str, list[str | None]]:
    """Return the levels of each category: different texts, and null where missing is one.

    Raises:
        InputError: they are none.
    """
    found: dict[str, list[str | None]] = {}
    for name, levels in mapping(value, place).items():
        where = f"{place}.{name}"
        found[name] = [None if one is None else text(one, where) for one in items(levels, where)]
        if len(set(found[name])) != len(found[name]):
            raise _other(levels, where, "a list of different levels")
    return found


def numbers(value: object, place: str) -> np.ndarray:
    """Return a list of finite numbers, or lists of them of equal length, as float64.

    Raises:
        InputError: it is none.
    """
    import numpy as np

    try:
        found = np.array(items(value, place))
    except ValueError as error:
        raise misfit(place, "the lists differ in length") from error
    if found.dtype.kind not in "iuf" or not np.isfinite(found).all():
        raise _other(value, place, "a list of finite numbers")
    return found.astype(np.float64)


def integers(value: object, place: str) -> np.ndarray:
    """Return a flat list of whole numbers as int64.

    Raises:
        InputError: it is none.
    """
    import numpy as np

    found = [integer(one, place) for one in items(value, place)]
    return np.array(found, dtype=np.int64)


def field(document: Mapping[str, Any], name: str, place: str) -> Any:
    """Return the field `name` of `document`, which stands at `place`.

    Raises:
        InputError: there is none.
    """
    if name not in document:
        raise misfit(place, f"there is no {name}")
    return document[name]


def misfit(place: str, why: str) -> InputError:
    """The error for a file that does not hold together; `place` is file and field."""
    return InputError(
        f"{place}: {why}",
        hint="restore the model's files from the release, or run the training step again",
    )


def _other(value: object, place: str, wanted: str) -> InputError:
    return misfit(place, f"{type(value).__name__} {_shown(value)} is not {wanted}")


def _shown(value: object) -> str:
    if isinstance(value, list | dict):
        return f"of {len(value)}"
    if isinstance(value, int):
        return "" if abs(value) > 10**40 else str(value)
    return repr(value)[:40]
