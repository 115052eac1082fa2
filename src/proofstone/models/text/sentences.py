"""Sentences of a text in English and Chinese."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?<=[。！？；…])[”’」』）]*\s*"  # Chinese marks end a sentence, closing quotes with it
    r"|(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]*[A-Z0-9\u4e00-\u9fff`])"  # a space and a new beginning
    r"|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)"  # a paragraph or an item of a list
)
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|cf|vs|Dr|Mr|Mrs|Ms|No|Fig|al)\.$")
_LONGEST = 6
"""Characters of the longest abbreviation, and one before it."""


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, white space around them left out.

    >>> sentences("It is signed. Verify it, e.g. Offline. 它已签名。请验证！")
    ['It is signed.', 'Verify it, e.g. Offline.', '它已签名。', '请验证！']
    """
    parts: list[str] = []
    start = 0
    for found in _END.finditer(text):
        end = found.start() + len(found[0].rstrip())
        if _ABBREVIATION.search(text, max(start, end - _LONGEST), end):
            continue
        parts.append(text[start:end])
        start = found.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]
