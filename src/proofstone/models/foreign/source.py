"""What every model from elsewhere is, before its answers are given a meaning."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from proofstone.models.contract import Feature
from proofstone.models.rows import Rows


class Source(Protocol):
    """Something that answers rows, in whatever form its maker chose."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    @property
    def id(self) -> str:
        """Digest of everything that its answers depend on."""

    @property
    def inputs(self) -> tuple[Feature, ...]:
        """The columns that it takes."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as it names them, in the order of its answers; empty where it does not."""

    @property
    def costly(self) -> bool:
        """Whether an answer costs more than keeping it."""

    @property
    def batch_size(self) -> int:
        """The number of rows at which a call is fastest."""

    def ask(self, rows: Rows) -> np.ndarray:
        """Return numbers, shape (n,) or (n, width), or the decided labels, shape (n,)."""
