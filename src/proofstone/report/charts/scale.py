"""Linear scales with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_GREATEST = 1e300


@dataclass(frozen=True)
class Scale:
    """A stretch of the number line drawn from left (`low`) to right (`high`)."""

    low: float
    high: float

    @classmethod
    def around(
        cls,
        values: Iterable[float | None],
        *,
        zero: bool = False,
        floor: float | None = None,
        ceiling: float | None = None,
        pad: float = 0.12,
    ) -> Scale:
        """Return a scale that holds all `values` below 1e300 with some room, within the bounds."""
        known = [value for value in values if value is not None and abs(value) < _GREATEST]
        if zero or not known:
            known.append(0.0)
        low, high = min(known), max(known)
        room = pad * (high - low) or 0.1 * abs(high) or 1.0
        low, high = (low if zero and low == 0 else low - room), high + room
        if floor is not None:
            low = max(low, floor)
        if ceiling is not None:
            high = min(high, ceiling)
        if high - low > max(1e-9, 1e-12 * max(abs(low), abs(high))):
            return cls(low, high)
        half = 0.5 * max(1.0, abs(low))
        return cls(low - half, low + half)

    def fraction(self, value: float) -> float:
        """Return where `value` lies, 0 (left) to 1 (right), clipped.

        >>> Scale(0.0, 2.0).fraction(0.5)
        0.25
        """
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def percent(self, value: float) -> str:
        """Return where `value` lies as an SVG percentage."""
        return f"{100 * self.fraction(value):.2f}".rstrip("0").rstrip(".") + "%"

    def ticks(self, about: int = 4) -> list[float]:
        """Return about `about` round values within the scale.

        >>> Scale(0.0, 0.23).ticks()
        [0.0, 0.05, 0.1, 0.15, 0.2]
        """
        rough = (self.high - self.low) / about
        power = 10.0 ** math.floor(math.log10(rough))
        step = min((1, 2, 2.5, 5, 10), key=lambda times: abs(times * power - rough)) * power
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(index * step, 12) for index in range(first, last + 1)]
