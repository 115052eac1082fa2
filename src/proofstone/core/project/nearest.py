"""The nearest valid value: what a person most likely meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(given: object, known: Iterable[str]) -> str:
    """A hint that names the closest of `known`, or all of them where none is close.

    >>> nearest("famly", ["name", "family", "settings"])
    'did you mean "family"?'
    >>> nearest("q", ["low", "high"])
    'known: high, low'
    """
    names = sorted(set(known))
    if not names:
        return ""
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(given).lower(), lower, n=1)
    return f'did you mean "{lower[close[0]]}"?' if close else f"known: {', '.join(names)}"
