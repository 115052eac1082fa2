from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.canonical import canonical_json
from proofstone.pipeline.why import Change, changes

SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, -0.0, 1.0, 0.5])
    | st.sampled_from(["", "1", "absent", "null", "x" * 80, "x" * 79 + "y"])
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "a.b", "[0]", ""])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.dictionaries(NAMES, JSON, max_size=4)


@given(KEYS, KEYS)
def test_nothing_changed_exactly_where_the_key_is_the_same(before: Any, after: Any) -> None:
    found = changes(before, after)
    assert (not found) == (canonical_json(before) == canonical_json(after))
    assert all(change.before != change.after for change in found)
    assert all(len(text) <= 60 for change in found for text in (change.before, change.after))


@given(KEYS)
def test_a_copy_is_no_change(ingredients: Any) -> None:
    assert changes(ingredients, copy.deepcopy(ingredients)) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ({"seed": 0}, {"seed": 1}, ["seed: 0 -> 1"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["a.b[1]: 2 -> 3"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a[1]: absent -> 2"]),
        ({"a": 1}, {}, ["a: 1 -> absent"]),
        ({"a": None}, {}, ["a: null -> absent"]),
        ({"a": {}}, {}, ["a: {} -> absent"]),
        ({"a": "1"}, {"a": 1}, ['a: "1" -> 1']),
        ({"a": True}, {"a": 1}, ["a: true -> 1"]),
        ({"a": 1}, {"a": 1.0}, ["a: 1 -> 1.0"]),
        ({"a": "absent"}, {}, ['a: "absent" -> absent']),
        ({"x": {"y": 1}, "z": 1}, {"x": {"y": 2}, "z": 2}, ["z: 1 -> 2", "x.y: 1 -> 2"]),
    ],
)
def test_each_change_is_named_by_its_place(before: Any, after: Any, says: list[str]) -> None:
    assert [str(change) for change in changes(before, after)] == says


def test_long_texts_are_cut_where_they_differ() -> None:
    (change,) = changes({"a": "x" * 100 + "old"}, {"a": "x" * 100 + "new"})
    assert change == Change("a", "…" + "x" * 20 + "old", "…" + "x" * 20 + "new")
    (change,) = changes({"a": "old" + "x" * 100}, {"a": "new" + "x" * 100})
    assert change == Change("a", "old" + "x" * 56 + "…", "new" + "x" * 56 + "…")
