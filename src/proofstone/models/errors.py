"""What models raise that a probe or a door may want to tell apart."""

from __future__ import annotations

from proofstone.core.errors import DataError, InputError


class NotRecorded(InputError):
    """A model that replays recorded answers was asked about rows that it has no answer for."""

    code = "not-recorded"


class RowError(DataError):
    """A row does not fit the model's signature; the message names row and field."""

    code = "row"
