"""The same question set otherwise: letter case, width, marks, and a polite frame around it."""

from __future__ import annotations

import re
from collections.abc import Callable

_FRAMES = {
    "en": ("Hello, I have a question: {}", "{} Thanks in advance!", "Could you please tell me: {}"),
    "zh": ("你好，请教一个问题：{}", "{}谢谢！", "麻烦问一下，{}"),
}
_MARKS = re.compile(r"[,，;；:：](?=\s|[^\x00-\x7f])|[.?!。？！]+\s*$")
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


def lower(text: str, language: str) -> str:
    """Return `text` in small letters."""
    return text.lower()


def upper(text: str, language: str) -> str:
    """Return `text` in capital letters, but for options and code, which mean something else then.

    >>> upper("How do I use `run --seed`?", "en")
    'HOW DO I USE `run --seed`?'
    """
    parts = re.split(r"(`[^`]*`|--[\w-]+)", text)
    return "".join(part if at % 2 else part.upper() for at, part in enumerate(parts))


def wide(text: str, language: str) -> str:
    """Return `text` with letters, digits and marks in full width, as some input methods set them.

    >>> wide("用 CSV?", "zh")
    '用 ＣＳＶ？'
    """
    return text.translate(_WIDE)


def unmarked(text: str, language: str) -> str:
    """Return `text` without the marks between its parts and at its end.

    >>> unmarked("If it stops, what then?", "en"), unmarked("停了，怎么办？", "zh")
    ('If it stops what then', '停了 怎么办')
    """
    kept = _MARKS.sub(" " if language == "zh" else "", text)
    return kept.strip()


def framed(text: str, language: str, turn: int = 0) -> str:
    """Return `text` within one of three polite frames.

    >>> framed("When are you open?", "en")
    'Hello, I have a question: When are you open?'
    """
    return _FRAMES[language][turn % 3].format(text)


Change = Callable[[str, str], str]

CHANGES: dict[str, Change] = {
    "polite": framed,
    "lower": lower,
    "thanks": lambda text, language: framed(text, language, 1),
    "upper": upper,
    "unmarked": unmarked,
    "wide": wide,
    "please": lambda text, language: framed(text, language, 2),
}
"""Ways to set a question otherwise, in the order in which they take turns."""
