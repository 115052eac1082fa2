"""A score from the signs that a text shows: their weights, and the threshold."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from proofstone.models import fields


@dataclass(frozen=True)
class SignWeights:
    """Log-odds of an attack: `bias` and one weight a sign; from `threshold` on it is called one.

    `fitted_on` is the SHA-256 of the labelled file.
    """

    bias: float
    weights: Mapping[str, float]
    threshold: float
    fitted_on: str

    @classmethod
    def from_json(cls, document: object, place: str, signs: Collection[str]) -> SignWeights:
        """Read back what `to_json` wrote; `place` is its file, `signs` are those it must weigh.

        Raises:
            InputError: a field is absent or of another kind, or the weights are of other signs.
        """
        state = fields.mapping(document, place)
        weights = fields.numbers_by_name(fields.field(state, "weights", place), f"{place}.weights")
        if weights.keys() != set(signs):
            raise fields.misfit(f"{place}.weights", "they are not those of the signs")
        bias, threshold = (
            fields.number(fields.field(state, name, place), f"{place}.{name}")
            for name in ("bias", "threshold")
        )
        fitted_on = fields.text(fields.field(state, "fitted_on", place), f"{place}.fitted_on")
        return cls(bias, weights, threshold, fitted_on)

    def to_json(self) -> dict[str, object]:
        """The weights as a JSON document."""
        return {
            "bias": self.bias,
            "weights": dict(self.weights),
            "threshold": self.threshold,
            "fitted_on": self.fitted_on,
        }

    def score(self, found: Iterable[str]) -> float:
        """Return the logistic function of the bias and the weights of the signs `found`.

        Their order does not count, not even in the last digit.
        """
        total = math.fsum([self.bias, *(self.weights[name] for name in found)])
        return 0.5 * (1.0 + math.tanh(total / 2.0))
