"""What a candidate's tuning says of itself, beside what the project file says of probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_learned(
    settings: Mapping[str, Any], learned: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the settings of probes with what tuning left, by probe, added.

    Where the project file names any of it itself, such as `members`, only the file's count for that
    probe: lists of two origins must not be held against each other.

    >>> with_learned({"canaries": {"sample": 63}}, {"canaries": {"planted": []}})
    {'canaries': {'sample': 63, 'planted': []}}
    >>> with_learned({"canaries": {"planted": [1]}}, {"canaries": {"planted": [], "unseen": 2}})
    {'canaries': {'planted': [1]}}
    """
    merged = dict(settings)
    for probe, known in learned.items():
        said = dict(settings.get(probe, {}))
        if said.keys().isdisjoint(known):
            merged[probe] = {**said, **known}
    return merged
