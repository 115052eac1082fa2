"""Why a step would run, or ran: the ingredient of its key that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from proofstone.core.canonical import canonical_json
from proofstone.core.i18n import _

_SHOWN = 60
_BEFORE = 20
_ABSENT = object()


@dataclass(frozen=True)
class Change:
    """One ingredient that differs: its path, what it was, what it is."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before} -> {self.after}"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return every ingredient that differs between two action keys, by path, shallow first.

    Ingredients differ where their canonical JSON does: 1 is not 1.0, and null is not absent.

    >>> [str(one) for one in changes({"a": 1, "b": {"c": "x"}}, {"a": 1, "b": {"c": "y"}})]
    ['b.c: x -> y']
    """
    found = sorted(_walk((), before, after), key=lambda change: len(change[0]))
    return [Change(_joined(path), *_shown(old, new)) for path, old, new in found]


def _walk(path: tuple[str, ...], before: Any, after: Any) -> Iterator[tuple[Any, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
            yield from _walk((*path, name), old, new)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        for place, (old, new) in enumerate(zip_longest(before, after, fillvalue=_ABSENT)):
            yield from _walk((*path, f"[{place}]"), old, new)
    elif _json(before) != _json(after):
        yield path, before, after


def _joined(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[", "[")


def _shown(before: Any, after: Any) -> tuple[str, str]:
    """Both values as short texts, cut so that where they differ is seen."""
    old, new = _text(before), _text(after)
    if old == new:
        old, new = _json(before), _json(after)
    if old[: _SHOWN - 1] == new[: _SHOWN - 1]:
        pairs = enumerate(zip_longest(old, new))
        start = next(place for place, (a, b) in pairs if a != b) - _BEFORE
        old, new = f"…{old[start:]}", f"…{new[start:]}"
    return _cut(old), _cut(new)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return _("absent") if value is _ABSENT else canonical_json(value).decode()
