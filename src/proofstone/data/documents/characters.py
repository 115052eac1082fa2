"""Text without the characters that nobody sees, and with its broken lines joined."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from proofstone.models.text.language import HAN

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]"  # surrogates and private use
)
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_TOO_LARGE = re.compile(r"&#\d{8,}+;?")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_WIDE = f"{HAN}\u3001-\u303f\uff01-\uff60\u201c\u201d\u2018\u2019\u2014\u2026"
_ENDS_WIDE = re.compile(f"[{_WIDE}]$")
_BEGINS_WIDE = re.compile(f"[{_WIDE}]")
_CLOSED = tuple("。！？；：…!?;:”』」")
_LEAST_WIDTH = 30
_SLACK = 6


def clean(text: str) -> str:
    r"""Return `text` without invisible characters; every line ends in a plain line feed.

    Left out are control characters, the code points that Unicode 15.1 calls default ignorable
    (zero-width spaces, direction marks, variation selectors, tags: what hidden instructions are
    written in), halves of surrogate pairs and private use.

    Not covered: joiners are needed to draw some emoji and some Indic and Persian words; without
    them the parts stand side by side.

    >>> clean("a\u200bb\r\nc\ud800")
    'ab\nc'
    """
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))


def resolved(text: str) -> str:
    r"""Return `text` with HTML's character references resolved; U+FFFD where one means nothing.

    >>> resolved("&lt;&#31614;&#xd800;&#99999999;")
    '<签��'
    """
    return html.unescape(_TOO_LARGE.sub("\ufffd", text))


def tidy(text: str) -> str:
    r"""Return clean `text`, each run of spaces one space, and at most one blank line in a row.

    >>> tidy(" a \t b \n\n\n\n c")
    'a b\n\nc'
    """
    lines = _SPACES.sub(" ", clean(text)).split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip() for line in lines)).strip()


def joined(lines: Sequence[str]) -> str:
    """Return `lines` as one: parted by a space, but not where Chinese meets Chinese.

    >>> joined(["Sign", "it.", "它已", "签名。"])
    'Sign it. 它已签名。'
    """
    text = [line.strip() for line in lines if line.strip()]
    parts = text[:1]
    for before, line in pairwise(text):
        parts += [line] if _meets_wide(before, line) else [" ", line]
    return "".join(parts)


def unwrapped(text: str) -> str:
    """Return `text` with Chinese lines joined that only the page's width had broken.

    Such a line is long, about as wide as the widest around it, and does not end a sentence.
    Lines of other scripts keep their ends, which part words as a space does.

    Not covered: words that a hyphen divides at the end of a line.
    """
    lines = clean(text).split("\n")
    widths = [_width(line) for line in lines]
    parts = lines[:1]
    for at, line in enumerate(lines[1:], 1):
        before, width = lines[at - 1], widths[at - 1]
        widest = max(widths[max(0, at - 3) : at + 2])
        full = width >= _LEAST_WIDTH and width >= widest - _SLACK
        broken = full and not before.rstrip().endswith(_CLOSED) and _meets_wide(before, line)
        parts += [line.lstrip()] if broken else ["\n", line]
    return "".join(parts)


def _meets_wide(before: str, after: str) -> bool:
    return bool(_ENDS_WIDE.search(before.rstrip()[-1:]) and _BEGINS_WIDE.match(after.lstrip()))


def _width(line: str) -> int:
    """Columns that a line takes, a Chinese character two (Unicode's UAX 11)."""
    if line.isascii():
        return len(line.strip())
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line.strip())
