"""What a family is, and the ranges that its settings are searched in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from pydantic import BaseModel, ValidationError

from proofstone.core.errors import InputError
from proofstone.models.prepare.preparation import Takes

Settings = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; `log` spreads them evenly in the logarithm.

    `points` is how many of them a grid takes.

    >>> Range(0.01, 1.0, log=True, points=3).grid()
    [0.01, 0.1, 1.0]
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False
    points: int = 4

    def grid(self) -> list[float]:
        """Evenly spread numbers, the ends among them."""
        return [self.at(place) for place in np.linspace(0, 1, self.points).tolist()]

    def at(self, place: float) -> float:
        """The number at `place`, from 0 (low) to 1 (high), rounded to 6 significant digits."""
        if self.log:
            value = math.exp(math.log(self.low) * (1 - place) + math.log(self.high) * place)
        else:
            value = self.low * (1 - place) + self.high * place
        return round(value) if self.integer else float(f"{value:.6g}")


Space = Mapping[str, Range | Sequence[Any]]
"""Settings to search by name: a range, or the values to choose among."""


@runtime_checkable
class Family(Protocol):
    """One kind of model. Equal arguments of `fit` give equal bytes."""

    @property
    def name(self) -> str:
        """Its name in the project file."""

    @property
    def runtime(self) -> str:
        """The runtime that reads its weights, one of `models.open.WEIGHTS`."""

    @property
    def takes(self) -> Takes:
        """What its matrix holds: scaled numbers and flags, numbers and codes, or text."""

    @property
    def space(self) -> Space:
        """Where its settings are searched unless the project file says so."""

    def fit(
        self,
        matrix: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        settings: Settings,
        seed: int,
        categorical_columns: Sequence[int],
    ) -> bytes:
        """Return fitted weights.

        `matrix` is float64 (n, d), finite, or for a family that takes text one text a row, object
        (n, 1); `target` is 0 or 1, both present, (n,); `weight` is positive, (n,).
        `categorical_columns` hold codes from 0, or -1 for unknown.

        Raises:
            InputError: a setting is unknown or out of range, or the fit does not converge.
        """


def parse(kind: type[Model], settings: Settings, family: str) -> Model:
    """Return `settings` as the family's own `kind`, defaults filled in.

    Raises:
        InputError: a setting is unknown or out of range; the message names each.
    """
    try:
        return kind.model_validate(dict(settings))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}"
            for one in error.errors()
        )
        raise InputError(
            f"settings of the family {family}: {wrong}",
            hint=f"known settings: {', '.join(kind.model_fields)}",
        ) from error
