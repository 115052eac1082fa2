from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
import torch

from proofstone.core.errors import InputError
from proofstone.models.contract import OTHER, RIGHT, Generate, Gradient, Model, Predict
from proofstone.models.differentiable import Differentiable
from proofstone.models.errors import RowError
from proofstone.models.rows import Rows

NAMES = ["a", "b", "c"]


def network(outputs: int) -> torch.nn.Module:
    torch.manual_seed(0)
    layers = torch.nn.Linear(3, 16), torch.nn.Tanh(), torch.nn.Linear(16, outputs)
    return torch.nn.Sequential(*layers).double()


def rows(n: int = 20, **more: object) -> Rows:
    matrix = np.random.default_rng(1).standard_normal((n, 3))
    return Rows.of(pl.DataFrame(matrix, schema=NAMES).with_columns(**more))


def log_p(model: Differentiable, asked: Rows) -> np.ndarray:
    return np.log(model.answer(Predict(), asked))


@pytest.mark.parametrize(
    ("loss", "goal", "classes"),
    [*product(["margin", "cross_entropy", "ratio"], [-1, 2], [4]), ("margin", -1, 2)],
)
def test_gradients_are_those_of_differences(loss: str, goal: int, classes: int) -> None:
    model = Differentiable(network(classes), NAMES, [str(at) for at in range(classes)])
    told = rows(**{RIGHT: pl.lit(0), OTHER: pl.lit(goal)})

    def value(asked: Rows) -> np.ndarray:
        z = log_p(model, asked)
        ranked = -np.sort(-z, axis=1)
        other = z[:, 1:].max(axis=1) if goal < 0 else z[:, goal]
        if loss == "cross_entropy":
            return -z[:, 0]
        if loss == "margin":
            return other - z[:, 0]
        floor = ranked[:, 2] if goal < 0 else (ranked[:, 2] + ranked[:, 3]) / 2
        return (other - z[:, 0]) / (ranked[:, 0] - floor)

    slopes = model.answer(Gradient(loss), told)  # type: ignore[arg-type]
    step = 1e-6
    for place, name in enumerate(NAMES):
        up, down = (told.replaced(name, told.frame[name] + sign * step) for sign in (1, -1))
        assert slopes[:, place] == pytest.approx((value(up) - value(down)) / (2 * step), abs=1e-5)


def test_one_logit_is_that_of_the_second_class() -> None:
    module = network(1)
    model = Differentiable(module, NAMES, ["no", "yes"])
    asked = rows()
    with torch.no_grad():
        expected = torch.sigmoid(module(torch.tensor(asked.frame.to_numpy()))).numpy()[:, 0]
    answers = model.answer(Predict(), asked)
    assert answers[:, 1] == pytest.approx(expected)
    assert answers.sum(axis=1) == pytest.approx(1.0)
    assert isinstance(model, Model)
    assert model.signature.positive == "yes"


def test_the_id_follows_the_weights() -> None:
    one, same, other = (Differentiable(network(2), NAMES, ["0", "1"]) for _ in range(3))
    with torch.no_grad():
        next(other._module.parameters()).add_(1.0)
    assert one.id == same.id != other.id


def test_a_module_in_single_precision_answers_in_double() -> None:
    model = Differentiable(network(2).float(), NAMES, ["0", "1"])
    assert model.answer(Predict(), rows()).dtype == np.float64


def test_what_does_not_fit_is_refused() -> None:
    model = Differentiable(network(3), NAMES, ["0", "1"])
    with pytest.raises(InputError, match="shape"):
        model.answer(Predict(), rows())
    good = Differentiable(network(2), NAMES, ["0", "1"])
    gap = rows(b=pl.Series([1.0, 2.0, None] + [0.0] * 17))
    with pytest.raises(RowError, match="row 2, field b: is missing"):
        good.answer(Predict(), gap)
    with pytest.raises(RowError, match="field c"):
        good.answer(Predict(), Rows.of(rows().frame.drop("c")))
    with pytest.raises(InputError, match="does not answer Generate"):
        good.answer(Generate(), rows())
    with pytest.raises(InputError, match="classes"):
        Differentiable(network(1), NAMES, ["only"])


def test_a_module_in_bfloat16_has_an_id_and_answers() -> None:
    one = Differentiable(network(2).bfloat16(), NAMES, ["0", "1"])
    assert one.id != Differentiable(network(2), NAMES, ["0", "1"]).id
    assert one.answer(Predict(), rows()).sum(axis=1) == pytest.approx(1.0)
    told = rows(**{RIGHT: pl.lit(0), OTHER: pl.lit(-1)})
    assert np.isfinite(one.answer(Gradient("margin"), told)).all()


class Elsewhere(torch.nn.Module):
    """Parameters on another device; notes where its inputs lie, and answers nothing of interest."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(3, 2, device="meta", dtype=torch.float64))
        self.seen = ""

    def forward(self, matrix: torch.Tensor) -> torch.Tensor:
        self.seen = matrix.device.type
        return torch.zeros(len(matrix), 2)


def test_rows_go_to_the_device_of_the_parameters() -> None:
    module = Elsewhere()
    Differentiable(module, NAMES, ["0", "1"]).answer(Predict(), rows())
    assert module.seen == "meta"
