from __future__ import annotations

import numpy as np
import pytest

from proofstone.core.errors import InputError
from proofstone.models.runtimes.linear import Linear, load


def test_equals_the_matrix_product_and_has_the_same_bits_row_by_row() -> None:
    rng = np.random.default_rng(0)
    matrix, coef = rng.normal(size=(200, 23)), rng.normal(size=23)
    model = load(Linear(coef, 0.3).to_weights())
    margin = model.margin(matrix)
    single = np.concatenate([model.margin(matrix[row : row + 1]) for row in range(200)])
    assert margin == pytest.approx(matrix @ coef + 0.3, rel=1e-12)
    assert margin.tobytes() == single.tobytes() == model.margin(np.asfortranarray(matrix)).tobytes()
    assert model.width == 23


@pytest.mark.parametrize(
    "weights",
    [b"", b"[]", b"{}", b'{"coef":["x"],"intercept":0}', b'{"coef":[[1]],"intercept":0}',
     b'{"coef":[NaN],"intercept":0}', b'{"coef":[1],"intercept":NaN}', b"[" * 200_000,
     b'{"coef":["1"],"intercept":0}', b'{"coef":[1],"intercept":"0"}',
     b'{"coef":null,"intercept":0}'],
)  # fmt: skip
def test_damaged_weights_are_refused(weights: bytes) -> None:
    with pytest.raises(InputError, match=r"weights"):
        load(weights)
