"""What serving an assistant raises that its door maps to a status of its own."""

from __future__ import annotations

from typing import Literal

from proofstone.core.errors import Busy, ProofstoneError
from proofstone.serve.errors import RequestError

Reason = Literal[
    "array_above_max_length",
    "invalid_type",
    "invalid_value",
    "missing_required_parameter",
    "string_above_max_length",
    "unknown_parameter",
    "unsupported_parameter",
    "unsupported_value",
]
"""Codes of the protocol that clients tell errors apart by."""


class Refused(RequestError):
    """A request is not what the protocol asks for; `field` is the part, `reason` its code."""

    def __init__(self, reason: Reason, field: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{field}: {problem}" if field else problem, field=field, hint=hint)
        self.reason: Reason = reason


class TooSlow(Busy):
    """A turn was not answered before its deadline, and was given up."""

    code = "too-slow"


class Unrecorded(ProofstoneError):
    """The ledger did not take feedback; the log says why."""

    code = "unrecorded"
