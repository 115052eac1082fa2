"""English texts of records, told again in the language in force."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from proofstone.core.i18n import DOMAIN, LOCALE, _, language

_FIELD = re.compile(r"\{[^{}]*\}")
_LEAST_LETTERS = 12
_LONGEST = 2000


def retell(text: str) -> str:
    """Return `text`, which was made in English from a marked message, in the language in force.

    Records and other JSON hold English only. A message with fields is found again by the words
    between them; what no message gives, such as the project's own texts, comes back unchanged.
    """
    spoken = language()
    if spoken == "en" or not text or len(text) > _LONGEST:
        return text
    if (same := _(text)) != text:
        return same
    for template, pattern in _patterns(spoken):
        if found := pattern.fullmatch(text):
            return _refilled(template, found.groups())
    return text


def _refilled(template: str, parts: Iterable[str]) -> str:
    """A message in the language in force with the fields of its English self."""
    told = (retell(part) if _wordy(part) else part for part in parts)
    fields = dict(zip(_FIELD.findall(template), told, strict=True))
    return _FIELD.sub(lambda field: fields[field[0]], _(template))


@cache
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    """The messages with fields that a text can be known by, those of most words first."""
    known = []
    for template in _messages(LOCALE / name / "LC_MESSAGES" / f"{DOMAIN}.mo"):
        words = _FIELD.split(template)
        if len(words) > 1 and _wordy("".join(words)):
            pattern = re.compile("(.+?)".join(map(re.escape, words)), re.DOTALL)
            known.append((template, pattern))
    return sorted(known, key=lambda entry: (-len(_FIELD.sub("", entry[0])), entry[0]))


def _wordy(text: str) -> bool:
    """Whether a text has letters enough to be told from a name, a value or another message."""
    return sum(map(str.isalpha, text)) >= _LEAST_LETTERS


def _messages(path: Path) -> Iterator[str]:
    """The message ids of a compiled catalogue (GNU gettext's MO format, little-endian)."""
    data = path.read_bytes()
    count, table = struct.unpack("<2I", data[8:16])
    for place in range(table, table + 8 * count, 8):
        length, start = struct.unpack("<2I", data[place : place + 8])
        yield data[start : start + length].decode()
