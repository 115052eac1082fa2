"""How far estimates of a number lie from it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import NumberCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.delta import skewed_mean_interval
from proofstone.measures.intervals import mean_interval
from proofstone.measures.numbers import (
    bias_by_bin,
    r_squared,
    r_squared_interval,
    root_mean_square_interval,
)
from proofstone.measures.quantiles import quantile_interval
from proofstone.models.contract import Predict

_SHARE = 0.9
_MEAN = message("t interval of the mean")
_SKEWED = message("Hall's interval of the mean, for values that lean to the right")


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=(
        "mean_absolute_error",
        "root_mean_squared_error",
        "r_squared",
        "mean_absolute_percentage_error",
        "absolute_error_quantile",
        "mean_error",
    ),
    about=NumberCase,
)
def number_error(case: NumberCase, rng: np.random.Generator) -> Probing:
    """Mean absolute, root mean squared and percentage error, R², a quantile of errors, bias.

    The mean error is estimate minus truth; its details compare both within tenths of rising
    estimate, which shows where estimates lie too high or too low. `share` (0.9) of the quantile
    is a setting. The percentage error is not defined where a true number is 0.

    Not covered: how sure the model is of an estimate; see `conformal`.
    """
    estimate = (yield Ask(case.rows, Predict()))[:, 0]
    error = estimate - case.target
    size = np.abs(error)
    value, _ = r_squared(case.target, estimate)
    square = float(np.sqrt((error**2).mean()))
    say = partial(measured, case, "number_error", n=len(case))
    return [
        say(
            "mean_absolute_error", float(size.mean()), partial(skewed_mean_interval, size),
            method=_SKEWED,
        ),
        say(
            "root_mean_squared_error", square, partial(root_mean_square_interval, error),
            method=message("Hall's interval of the mean square, for values that lean to the right"),
        ),
        say(
            "r_squared", value,
            partial(r_squared_interval, case.target, estimate),
            method=message("delta method, on the scale of log(1 - R²)"),
            absent=message("all true numbers are the same"),
        ),
        _percentage(case, size),
        _quantile(case, size),
        say(
            "mean_error", float(error.mean()), partial(mean_interval, error), method=_MEAN,
            details={"bins": _bins(case, estimate)},
        ),
    ]  # fmt: skip


def _percentage(case: NumberCase, size: np.ndarray) -> Finding:
    zeros = int((case.target == 0).sum())
    if zeros:
        reason = message("{zeros} true numbers are 0, of which there is no percentage").format(
            zeros=zeros
        )
        return Finding(
            probe="number_error", metric="mean_absolute_percentage_error", reason=reason,
            evidence=case.evidence,
        )  # fmt: skip
    share = size / np.abs(case.target)
    return measured(
        case, "number_error", "mean_absolute_percentage_error", float(share.mean()),
        partial(skewed_mean_interval, share), n=len(case), method=_SKEWED,
    )  # fmt: skip


def _quantile(case: NumberCase, size: np.ndarray) -> Finding:
    share = float(settings(case, "number_error").get("share", _SHARE))
    return measured(
        case, "number_error", "absolute_error_quantile", float(np.quantile(size, share)),
        partial(quantile_interval, size, share), n=len(case),
        method=message("two of the sorted errors, free of any distribution"),
        details={"share": share},
    )  # fmt: skip


def _bins(case: NumberCase, estimate: np.ndarray) -> list[dict[str, Any]]:
    """Mean estimate and mean truth in each tenth, and the interval of their gap."""
    bias = bias_by_bin(case.target, estimate, case.level)
    names = ("n", "estimate", "target", "low", "high")
    points = zip(*(column.tolist() for column in bias), strict=True)
    return [
        {name: None if np.isnan(value) else value for name, value in zip(names, point, strict=True)}
        for point in points
    ]
