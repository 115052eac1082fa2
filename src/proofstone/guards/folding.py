"""Text folded to plain characters, with the way back to where each of them stood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_CLASS = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{_CLASS}]")
"""A control character, or one that takes no room on the screen (Unicode 15.1: categories Cc and
Cf, property Default_Ignorable_Code_Point); tab and line ends are none."""

_HIDDEN = re.compile(rf"[^\W_][{_CLASS}]+(?=[^\W_])")


@dataclass(frozen=True)
class Folded:
    """A folded text; `origin[i]` is where its character i stood (None: at i itself)."""

    text: str
    origin: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the folded characters start .. end (at least one) stood in the original."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def hidden(text: str) -> bool:
    """Return whether invisible characters stand between letters or digits, without business there.

    >>> hidden("ig\\u200bnore"), hidden("\\ufeffignore")
    (True, False)
    """
    return INVISIBLE.search(text) is not None and _HIDDEN.search(text) is not None


class _Forms(dict[int, str]):
    """The NFKC form of single characters, found when first asked for."""

    def __missing__(self, code: int) -> str:
        form = unicodedata.normalize("NFKC", chr(code))
        if code < 0x10000:
            self[code] = form
        return form


_FORMS = _Forms()


def folded(text: str) -> Folded:
    """Return `text` with each character in its NFKC form (Unicode UAX 15), invisible ones left out.

    Full-width digits, letters and signs become plain ones. Characters are folded one by one, so
    each has an origin; combining marks stay apart from their letter.

    >>> folded("ａ\\u200b１").text, folded("ａ\\u200b１").span(1, 2)
    ('a1', (2, 3))
    """
    odd = INVISIBLE.search(text)
    if odd is None:
        if text.isascii():
            return Folded(text)
        plain = text.translate(_FORMS)
        if len(plain) == len(text):
            return Folded(plain)
    parts: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        if INVISIBLE.match(character):
            continue
        form = _FORMS[ord(character)]
        parts.append(form)
        origin.extend([at] * len(form))
    return Folded("".join(parts), origin)
