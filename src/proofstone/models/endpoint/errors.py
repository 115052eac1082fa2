"""What goes wrong with a model that somebody else runs."""

from __future__ import annotations

from proofstone.core.errors import InputError


class EndpointError(InputError):
    """The endpoint cannot be reached, refuses, or does not speak the protocol.

    Every question meets the same: the next one need not be asked.
    """

    code = "endpoint"
