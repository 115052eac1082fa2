from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.inference.attributes import Knowledge, guesses, numbers


def test_columns_become_numbers_and_unknown_values_stay_unknown() -> None:
    frame = pl.DataFrame({"n": [1, 2, None], "c": ["b", None, "a"], "f": [True, False, None]})
    assert np.array_equal(
        numbers(frame), [[1, 2, 1], [2, np.nan, 0], [np.nan, 1, np.nan]], equal_nan=True
    )
    assert numbers(frame.select()).shape[1] == 0


def test_each_row_is_guessed_by_trees_that_never_saw_it() -> None:
    rng = np.random.default_rng(0)
    code = rng.integers(0, 3, 300)
    noise = rng.normal(size=(300, 2))
    found = guesses(noise, code, 1)
    assert found.shape == (300, 3)
    assert np.allclose(found.sum(axis=1), 1.0)
    # Fitted on itself noise would be told almost perfectly; held out it is a third.
    assert (found.argmax(axis=1) == code).mean() < 0.45
    again = guesses(noise, code, 1)
    assert np.array_equal(found, again)
    told = guesses(code[:, None].astype(float), code, 1)
    assert (told.argmax(axis=1) == code).all()


def test_the_score_comes_with_its_distance_to_each_supposed_one() -> None:
    known = Knowledge(np.array([[7.0]]), np.array([[0.2, 0.5]]))
    assert known.alone().tolist() == [[7.0, 0.2, 0.5]]
    assert np.allclose(known.beside(np.array([0.5])), [[7.0, 0.2, 0.5, 0.5, 0.3, 0.0]])
