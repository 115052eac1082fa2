"""Reads the artifact that the step train.shadows makes."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from proofstone.checks.shadows import Shadows
from proofstone.core.artifact import Stored
from proofstone.core.errors import InputError


def read_shadows(stored: Stored, rows: np.ndarray) -> tuple[Shadows | None, dict[str, Any]]:
    """Return the shadow models of the case whose table rows are `rows` (n,), and what is to know.

    `without` says why there are none, `together` whether rows of a group share one coin.

    Raises:
        InputError: the artifact is about other rows.
    """
    about = json.loads(stored.read("shadows.json"))
    known = {"without": str(about["reason"]), "together": bool(about["together"])}
    if not about["shadows"]:
        return None, known
    if not np.array_equal(_npy(stored, "row.npy"), rows):
        raise InputError(
            "the shadow models are about other rows than the predictions",
            hint="run the project again",
        )
    member = np.unpackbits(_npy(stored, "member.npy"), axis=1, count=len(rows)).astype(bool)
    return Shadows(member, _npy(stored, "score.npy").astype(np.float64)), known


def _npy(stored: Stored, name: str) -> np.ndarray:
    return np.asarray(np.load(io.BytesIO(stored.read(name)), allow_pickle=False))
