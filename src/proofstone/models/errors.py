"""What models raise that a probe or a door may want to tell apart."""

from __future__ import annotations

import numpy as np

from proofstone.core.errors import DataError, InputError


class NotRecorded(InputError):
    """A model that replays recorded answers was asked about rows that it has no answer for."""

    code = "not-recorded"


class RowError(DataError):
    """A row does not fit the model's signature; the message names row and field.

    `at` is the row's place among those that were asked, where the message names that.
    """

    code = "row"

    def __init__(self, message: str, *, hint: str = "", at: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.at = at

    def placed(self, origin: np.ndarray) -> RowError:
        """The same with the row's own number, which `origin`, int64 (n,), has for each place."""
        if self.at is None:
            return self
        rest = str(self).removeprefix(f"row {self.at}")
        return RowError(f"row {origin[self.at]}{rest}", hint=self.hint)
