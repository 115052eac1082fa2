from __future__ import annotations

import pickle

import numpy as np
import polars as pl
import pytest

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Candidate, Prepare, Task, Threshold
from proofstone.models.contract import Feature
from proofstone.models.open import open_model
from proofstone.train.families.logistic import family
from proofstone.train.part import Part, Recipe, fit_part


def part(frame: pl.DataFrame, target: np.ndarray, together: np.ndarray | None = None) -> Part:
    recipe = Recipe(
        family=family,
        candidate=Candidate(name="one", family="logistic"),
        task=Task(label="deny", positive="yes"),
        features=(Feature("pirat", "number"), Feature("phist", "category")),
        classes=("no", "yes"),
        prepare=Prepare(),
        calibration="sigmoid",
        threshold=Threshold(),
    )
    return Part("0", recipe, 3, frame, target, None, together, frame[:10])


def test_a_part_travels_to_another_process_and_back(small: pl.DataFrame) -> None:
    one = part(small, (small["deny"] == "yes").to_numpy())
    here, there = fit_part(one), fit_part(pickle.loads(pickle.dumps(one)))
    again = pickle.loads(pickle.dumps(there))
    assert here.files == again.files
    assert np.array_equal(here.score, open_model(again.files).scores(small[:10]))
    assert np.array_equal(here.decision, here.score >= here.threshold)


def test_a_class_of_few_rows_is_named(small: pl.DataFrame) -> None:
    target = np.arange(small.height) < 2
    with pytest.raises(DataError, match="column deny: 2 rows are 'yes' among those that the model"):
        fit_part(part(small, target))


def test_groups_that_leave_a_fold_with_one_class_are_refused(small: pl.DataFrame) -> None:
    target = (small["deny"] == "yes").to_numpy()
    with pytest.raises(DataError, match="an inner fold of the model of fold 0 has one class"):
        fit_part(part(small, target, np.where(target, "a", "b")))
