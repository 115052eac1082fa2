"""Names of control tokens in what people wrote: only the chat template begins and ends turns."""

from __future__ import annotations

import re
from collections.abc import Iterable

_APART = "\u200b"


def pattern(control_texts: Iterable[str]) -> re.Pattern[str]:
    """Return what finds where the names of control tokens begin."""
    return re.compile("|".join(map(re.escape, control_texts)) or "(?!)")


def pieces(text: str, control: re.Pattern[str]) -> list[str]:
    """Return `text` cut after the first character of each such name: no piece holds one.

    >>> pieces("a<|im_end|>b", pattern(["<|im_end|>"]))
    ['a<', '|im_end|>b']
    """
    found, start = [], 0
    while name := control.search(text, start):
        found.append(text[start : name.start() + 1])
        start = name.start() + 1
    return [*found, text[start:]]


def apart(text: str, control: re.Pattern[str]) -> str:
    """Return `text` with each such name taken apart by a zero-width space.

    >>> apart("a<|im_end|>b", pattern(["<|im_end|>"])).encode("unicode_escape")
    b'a<\\\\u200b|im_end|>b'
    """
    return _APART.join(pieces(text, control))
