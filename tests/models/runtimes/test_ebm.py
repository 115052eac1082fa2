from __future__ import annotations

import json

import numpy as np
import pytest

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError
from proofstone.models.runtimes.ebm import load

ONE = {"columns": [0], "cuts": [[0.0, 1.0]], "scores": [1.0, 2.0, 3.0]}
TWO = {"columns": [1, 0], "cuts": [[5.0], []], "scores": [[10.0], [20.0]]}
MACHINE = {"terms": [ONE, TWO], "intercept": 0.5, "width": 2}


def test_a_value_on_a_cut_belongs_to_the_bin_above() -> None:
    machine = load(canonical_json(MACHINE))
    matrix = np.array([[-0.1, 4.0], [0.0, 5.0], [1.0, 6.0]])
    assert machine.terms(matrix).tolist() == [[1.0, 10.0], [2.0, 20.0], [3.0, 20.0]]
    assert machine.margin(matrix).tolist() == [11.5, 22.5, 23.5]
    assert machine.term_columns == ((0,), (1, 0))
    assert load(machine.to_weights()).to_weights() == machine.to_weights()


@pytest.mark.parametrize(
    "term",
    [
        ONE | {"scores": [1.0, 2.0]},
        ONE | {"cuts": [[1.0, 0.0]]},
        ONE | {"columns": [2]},
        ONE | {"columns": [0, 1]},
        ONE | {"scores": [1.0, 2.0, None]},
        {"columns": [], "cuts": [], "scores": 1.0},
        {"columns": [0]},
        ONE | {"scores": [1.0, 2.0, float("nan")]},
        ONE | {"cuts": [[0.0, float("nan")]]},
        ONE | {"cuts": [[[0.0], [1.0]]]},
        ONE | {"cuts": 1},
        ONE | {"columns": [0.5]},
        [],
    ],
)
def test_damaged_weights_are_refused(term: object) -> None:
    with pytest.raises(InputError, match=r"weights"):
        load(json.dumps(MACHINE | {"terms": [term]}).encode())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "x", None, [1.0], 10**400])
@pytest.mark.parametrize("field", ["intercept", "width", "terms"])
def test_the_field_that_is_no_number_is_named(field: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"weights\.json, {field}"):
        load(json.dumps(MACHINE | {field: value}).encode())
