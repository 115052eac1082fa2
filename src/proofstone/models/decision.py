"""The rule, fixed at training, by which a probability becomes a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.models import fields


@dataclass(frozen=True)
class Decision:
    """Decides `positive` where the probability reaches the threshold.

    With `attribute`, the rows of each group in `thresholds` have a threshold of their own; other
    rows, and those whose group is unknown, have the common one.
    """

    rule: str
    positive: str
    threshold: float
    attribute: str | None = None
    thresholds: Mapping[str, float] | None = None

    @classmethod
    def from_json(cls, document: object, place: str = "decision") -> Decision:
        """Read back what `to_json` wrote; `place` is file and field.

        Raises:
            InputError: a field is absent, unknown or of another kind, a threshold is not a finite
                number, or groups have thresholds but no attribute; names the place.
        """
        state = fields.mapping(document, place)
        unknown = state.keys() - cls.__dataclass_fields__.keys()
        if unknown:
            raise fields.misfit(place, f"{min(unknown)[:40]!r} is not known")
        rule, positive = (
            fields.text(fields.field(state, name, place), f"{place}.{name}")
            for name in ("rule", "positive")
        )
        threshold = fields.number(fields.field(state, "threshold", place), f"{place}.threshold")
        attribute, groups = state.get("attribute"), state.get("thresholds")
        if attribute is not None:
            attribute = fields.text(attribute, f"{place}.attribute")
        if groups is not None:
            groups = fields.numbers_by_name(groups, f"{place}.thresholds")
            if attribute is None:
                raise fields.misfit(f"{place}.attribute", "thresholds of groups need one")
        return cls(rule, positive, threshold, attribute, groups)

    def to_json(self) -> dict[str, Any]:
        """The rule and its thresholds."""
        return {
            "rule": self.rule,
            "positive": self.positive,
            "threshold": self.threshold,
            "attribute": self.attribute,
            "thresholds": None if self.thresholds is None else dict(self.thresholds),
        }

    def threshold_of(self, groups: Sequence[str | None], n: int) -> np.ndarray:
        """Return the threshold of each of `n` rows, shape (n,); `groups` are the attribute's."""
        if self.thresholds is None:
            return np.full(n, self.threshold)
        known = self.thresholds
        found = [self.threshold if one is None else known.get(one, self.threshold)
                 for one in groups]  # fmt: skip
        return np.array(found, dtype=np.float64)
