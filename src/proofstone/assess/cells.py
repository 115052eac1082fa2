"""Cells of a table as JSON has them."""

from __future__ import annotations

import math
from typing import Any


def plain(value: Any) -> Any:
    """A cell as JSON has it: NaN and infinities are null, what is no scalar is text.

    >>> plain(float("nan")), plain(3), plain([1])
    (None, 3, '[1]')
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
