"""Sets aside passages that talk to the model instead of the reader, and masks personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proofstone.core.i18n import message
from proofstone.guards.guard import GuardSettings
from proofstone.guards.passages import PassageScreen, Sifted
from proofstone.models.retrieval.passage import Passage

_SHOWN = 80
_DEFAULTS = GuardSettings()


def screen(
    passages: Sequence[Passage], settings: GuardSettings = _DEFAULTS
) -> tuple[list[Passage], list[dict[str, Any]]]:
    """Return the passages that may be used, masked, and the problems found.

    A problem for each passage that gives orders to the model, and a warning for each kind of
    personal data that was masked, with how many values that were and in which passages.

    Not covered: what `PassageScreen` does not cover.
    """
    sifted = PassageScreen(settings).sift(passages)
    aside = [_aside(at, passages[at]) for at in sifted.dropped]
    return [*sifted.kept], [*aside, *_masked(sifted)]


def _aside(at: int, passage: Passage) -> dict[str, Any]:
    return {
        "rule": "injection",
        "column": passage.id,
        "message": message("it reads like instructions to the model")
        + f": {passage.text[:_SHOWN]}",
        "count": 1,
        "rows": [at],
        "severity": "error",
    }


def _masked(sifted: Sifted) -> list[dict[str, Any]]:
    kinds = [kind for _, kind in sifted.masked]
    return [
        {
            "rule": "personal_data",
            "column": kind,
            "message": message("personal data was replaced by placeholders"),
            "count": kinds.count(kind),
            "rows": sorted({at for at, one in sifted.masked if one == kind}),
            "severity": "warning",
        }
        for kind in sorted(set(kinds))
    ]
