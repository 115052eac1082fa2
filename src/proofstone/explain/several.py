"""Shapley values of rows that are each explained by an answer of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.explain.attributions import Attributions
from proofstone.explain.outputs import Output
from proofstone.explain.shapley import Explainer, Kind, explainer, most_asked
from proofstone.models.contract import Model
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Explained:
    """Shapley values of n rows: `values` and `base` + their sum is what each row's answer is.

    `values` has shape (n, features), `base` (n,). `gap` is the most by which a row's base and
    values miss its answer (efficiency axiom), `largest` the largest answer in size. `errors` are
    standard errors (n, features) where values are estimates, else None.
    """

    values: np.ndarray
    errors: np.ndarray | None
    base: np.ndarray
    features: tuple[str, ...]
    method: str
    gap: float
    largest: float


class SeveralExplainer:
    """Explains rows of one model, each by one of several outputs; an explainer for each output.

    `outputs` maps a number to what is explained of the rows that bear it: None stands for the
    log-odds of the positive class, exact where the kind of model allows.
    """

    def __init__(
        self,
        model: Model,
        background: Rows,
        outputs: Mapping[int, Output | None],
        *,
        seed: int = 0,
        kind: Kind = "interventional",
        groups: Sequence[Sequence[str]] = (),
    ) -> None:
        self._each: dict[int, Explainer] = {
            number: explainer(model, background, seed=seed, kind=kind, groups=groups, output=one)
            for number, one in outputs.items()
        }

    @property
    def features(self) -> list[str]:
        """The inputs, in the order of the values."""
        return list(next(iter(self._each.values())).features)

    @property
    def exact(self) -> bool:
        """Whether the values are exact, for every output."""
        return all(one.exact for one in self._each.values())

    def explain(self, rows: Rows, which: np.ndarray) -> Explained:
        """Explain each row by the output whose number stands in `which`, int64 (n,)."""
        first = next(iter(self._each.values()))
        values = np.zeros((len(rows), len(first.features)))
        errors = None if self.exact else np.zeros_like(values)
        base, gaps, sizes = np.zeros(len(rows)), [0.0], [0.0]
        for number in np.unique(which).tolist():
            chosen = np.flatnonzero(which == number)
            some, explain = rows.take(chosen), self._each[number]
            found: Attributions = explain.explain(some)
            margin = explain.margin(some)
            values[chosen], base[chosen] = found.values, found.base
            if errors is not None and found.errors is not None:
                errors[chosen] = found.errors
            gaps.append(found.gap(margin))
            sizes.append(float(np.abs(margin).max(initial=0.0)))
        worst = float(np.max(gaps))  # nan where an answer is none
        return Explained(
            values, errors, base, first.features, first.method, worst, float(np.max(sizes))
        )


def most_asked_of(model: Model | None, rows: int, outputs: int) -> int:
    """At most how many rows `model` itself is asked about, for `rows` rows of so many outputs."""
    return most_asked(model, rows) + max(0, min(outputs, rows) - 1) * most_asked(model, 0)
