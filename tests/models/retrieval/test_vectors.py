from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.retrieval import vectors as module
from proofstone.models.retrieval.vectors import Vectors, largest


def _units(count: int, width: int, decay: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    found = rng.normal(size=(count, width)) * decay ** np.arange(width)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


@given(st.lists(st.integers(0, 5), min_size=1), st.integers(1, 8))
def test_largest_is_the_start_of_a_stable_sort(scores: list[int], count: int) -> None:
    values = np.array(scores, dtype=np.float32)
    expected = np.argsort(-values, kind="stable")[:count]
    assert sorted(largest(values, count).tolist()) == sorted(expected.tolist())


def test_a_first_look_finds_what_brute_force_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", 2_000)
    monkeypatch.setattr(module, "_LOOK", 100)
    values = _units(4_000, 128, decay=0.98)
    looking = Vectors(values)
    assert looking._directions is not None
    exact = [set(np.argsort(-(values @ values[at]))[:10].tolist()) for at in range(50)]
    found = [set(looking.nearest(values[at], 10).tolist()) for at in range(50)]
    hits = sum(len(one & other) for one, other in zip(exact, found, strict=True))
    assert hits / 500 > 0.98


def test_few_are_searched_exactly() -> None:
    values = _units(300, 32)
    found = Vectors(values).nearest(values[7], 5)
    assert set(found.tolist()) == set(np.argsort(-(values @ values[7]))[:5].tolist())
    np.testing.assert_allclose(Vectors(values).cosines(values[7], np.array([7, 8])),
                               [1.0, values[7] @ values[8]], atol=1e-6)  # fmt: skip


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0, 3.0])
def test_a_vector_of_another_length_is_refused(wrong: float) -> None:
    values = _units(10, 8)
    Vectors(values).check("vectors.npy")
    values[3] = wrong
    with pytest.raises(InputError, match=r"vectors\.npy: vector 3 is not of length 1"):
        Vectors(values).check("vectors.npy")
