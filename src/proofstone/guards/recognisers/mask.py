"""Replaces personal data by placeholders that stay the same within a conversation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from proofstone.guards.folding import folded
from proofstone.guards.recognisers.recogniser import Recognised

_GAPS = re.compile(r"[\s.()-]+")
_MOST = 200


class Masking:
    """Gives each different value of a conversation one placeholder, such as `[EMAIL_1]`.

    Numbers count up by kind in the order of first sight, so the same messages give the same
    placeholders. Two spellings of a value (case, spaces, hyphens, full width) share one. A value
    of two characters or more, once found, is masked wherever it stands as a word of its own, in
    that text and those after it. A placeholder that a text already holds is not given out.

    Not covered: beyond the first 200 values of a conversation, repetitions are masked only where
    they are recognised again.
    """

    def __init__(self, wanted: Callable[[Recognised], bool] = lambda one: True) -> None:
        self._wanted = wanted
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._values: dict[str, Recognised] = {}

    def mask(self, text: str) -> tuple[str, list[Recognised]]:
        """Return `text` with what is wanted replaced, and what that was, in order."""
        from proofstone.guards.recognisers.scan import apart, scan

        found = [one for one in scan(text) if self._wanted(one)]
        for one in found:
            if len(one.text) > 1 and len(self._values) < _MOST:
                self._values.setdefault(one.text, one)
        if self._stands_elsewhere(text, found):
            found = apart([*found, *self._again(text)])
        parts, last = [], 0
        for one in found:
            parts += [text[last : one.start], self._placeholder(one, text)]
            last = one.end
        return "".join([*parts, text[last:]]), found

    def _stands_elsewhere(self, text: str, found: Sequence[Recognised]) -> bool:
        """Whether a known value stands in `text` where it was not found as what it is known for.

        The pattern of `_again` takes longer to make than most texts take to be scanned.
        """
        places = {(one.start, one.end): (one.kind, one.confidence) for one in found}
        for value, first in self._values.items():
            at = text.find(value)
            while at >= 0:
                if places.get((at, at + len(value))) != (first.kind, first.confidence):
                    return True
                at = text.find(value, at + 1)
        return False

    def _again(self, text: str) -> list[Recognised]:
        """Where known values stand as words of their own."""
        longest = sorted(self._values, key=len, reverse=True)
        known = re.compile(
            rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, longest))})(?![0-9A-Za-z])"
            rf"|(?:{'|'.join(re.escape(one) for one in longest if not one.isascii()) or '(?!)'})"
        )
        again = []
        for found in known.finditer(text):
            first = self._values[found[0]]
            again.append(
                Recognised(first.kind, found.start(), found.end(), found[0], first.confidence)
            )
        return again

    def _placeholder(self, one: Recognised, text: str) -> str:
        key = one.kind, _GAPS.sub("", folded(one.text).text).casefold()
        if key not in self._given:
            number = 1
            while (name := f"[{one.kind}_{number}]") in self._taken or name in text:
                number += 1
            self._taken.add(name)
            self._given[key] = name
        return self._given[key]


def mask(text: str) -> tuple[str, list[Recognised]]:
    """Return `text` with all that `scan` finds replaced by placeholders, and what was found.

    >>> mask("ann@example.com or bob@example.com? ANN@example.com!")[0]
    '[EMAIL_1] or [EMAIL_2]? [EMAIL_1]!'
    """
    return Masking().mask(text)
