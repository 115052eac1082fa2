"""Regular expressions of signs in English and Chinese, looked for in a folded text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property

from proofstone.models.text.language import HAN

_CAPITAL = re.compile(r"(\\.)|([A-Z])")
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[a-z]{2}|[<#-]{2}")


class Patterns:
    """What shows a sign, by its name: English patterns where Latin words occur, Chinese with Han.

    Texts are looked at in lower case: three times as fast as ignoring case. Patterns are compiled
    when they are first looked for, as whoever only plans a run looks for none.
    """

    def __init__(self, english: Mapping[str, str], chinese: Mapping[str, str]) -> None:
        self._in_english, self._in_chinese = english, chinese

    def prepare(self) -> None:
        """Compile the patterns now, for whoever looks for them while somebody waits."""
        _ = self._english, self._chinese

    def spoken(self, text: str, names: Collection[str]) -> set[str]:
        """Return which of the signs `names` the folded `text` shows."""
        text = text.lower()
        return {
            name
            for patterns in self._of(text)
            for name, pattern in patterns.items()
            if name in names and pattern.search(text)
        }

    def places(self, text: str) -> list[tuple[int, str]]:
        """Return where signs begin in the folded `text`, and which, in order."""
        text = text.lower()
        return sorted(
            (found.start(), name)
            for patterns in self._of(text)
            for name, pattern in patterns.items()
            for found in pattern.finditer(text)
        )

    @cached_property
    def _english(self) -> dict[str, re.Pattern[str]]:
        return {name: _lowered(pattern) for name, pattern in self._in_english.items()}

    @cached_property
    def _chinese(self) -> dict[str, re.Pattern[str]]:
        return {name: _lowered(pattern) for name, pattern in self._in_chinese.items()}

    def _of(self, text: str) -> list[dict[str, re.Pattern[str]]]:
        found = [self._english] if _LATIN.search(text) else []
        return [*found, self._chinese] if _HAN.search(text) else found


def _lowered(pattern: str) -> re.Pattern[str]:
    plain = _CAPITAL.sub(lambda found: found[1] or found[2].lower(), pattern)
    return re.compile(plain, re.MULTILINE)
