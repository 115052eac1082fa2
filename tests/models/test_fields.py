from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models import fields

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
READERS = [
    fields.number,
    fields.integer,
    fields.text,
    fields.items,
    fields.texts,
    fields.mapping,
    fields.numbers_by_name,
    fields.levels_by_name,
    fields.numbers,
    fields.integers,
]


@given(VALUES, st.sampled_from(READERS))
def test_a_value_is_read_as_it_is_or_refused_by_its_place(value: object, read: object) -> None:
    assert callable(read)
    try:
        found = read(value, "model.json, here")
    except InputError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert str(refusal).startswith("model.json, here")
        assert refusal.hint
        return
    found = found.tolist() if isinstance(found, np.ndarray) else found
    assert (list(found) if isinstance(found, tuple) else found) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, True, "1", None, [1]])
def test_a_number_is_finite(value: object) -> None:
    with pytest.raises(InputError, match=r"^f\.json, a: .* is not a finite number$"):
        fields.number(value, "f.json, a")


def test_bounds_of_what_is_read() -> None:
    assert fields.number(3, "a") == 3.0
    assert fields.integer(2**63 - 1, "a") == 2**63 - 1
    assert fields.numbers([[1, 2.5], [3, 4]], "a").tolist() == [[1.0, 2.5], [3.0, 4.0]]
    with pytest.raises(InputError, match="a whole number"):
        fields.integers([2**63], "a")
    with pytest.raises(InputError, match="differ in length"):
        fields.numbers([[1.0], [1.0, 2.0]], "a")
    with pytest.raises(InputError, match="different texts"):
        fields.texts(["x", "x"], "a")
    with pytest.raises(InputError, match="a: there is no b"):
        fields.field({}, "b", "a")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"1" * 5000, b"[" * 200_000])
def test_what_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^f\.json: "):
        fields.read_object(content, "f.json")
    assert fields.read_object(json.dumps({"a": 1}).encode(), "f.json") == {"a": 1}
