"""Words of a text, for matching: Latin words as they are, Han characters as overlapping pairs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from proofstone.models.text.language import HAN

_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[.'’_-][^\W_{HAN}]+)*")
_HAN = re.compile(f"[{HAN}]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]"
)


def normalised(text: str) -> str:
    """Return `text` in Unicode's NFKC form, control and invisible characters left out.

    >>> normalised("Ｐｒｏｏｆ\\u200bstone")
    'Proofstone'
    """
    return _CONTROL.sub("", unicodedata.normalize("NFKC", text))


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case.

    Chinese has no spaces: each pair of neighbouring Han characters is a word, and a Han character
    that stands alone is one (as in Lucene's CJK analyzer).

    >>> words("Run proofstone verify 验证签名")
    ['run', 'proofstone', 'verify', '验证', '证签', '签名']
    """
    return list(_words(normalised(text).lower()))


def _words(text: str) -> Iterator[str]:
    for found in _RUN.finditer(text):
        run = found[0]
        if not _HAN.match(run) or len(run) == 1:
            yield run
        else:
            yield from (run[at : at + 2] for at in range(len(run) - 1))
