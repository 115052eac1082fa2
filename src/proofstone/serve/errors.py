"""What serving raises that a door maps to a status of its own."""

from __future__ import annotations

from proofstone.core.errors import Busy, InputError
from proofstone.models.errors import RowError


class RequestError(InputError):
    """A request is not what the protocol asks for; `field` names the part at fault, or is ""."""

    code = "request"

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field

    def to_json(self) -> dict[str, object]:
        """The error with the field at fault."""
        return super().to_json() | {"field": self.field}


class FieldError(RowError):
    """A value does not fit the model's signature; `row` counts from 0, `field` is the feature."""

    def __init__(
        self, row: int, field: str, problem: str, *, hint: str = "", file: str = ""
    ) -> None:
        place = f"{file}: row {row}" if file else f"row {row}"
        super().__init__(f"{place}, field {field}: {problem}", hint=hint)
        self.row = row
        self.field = field

    def to_json(self) -> dict[str, object]:
        """The error with row and field."""
        return super().to_json() | {"row": self.row, "field": self.field}


class NotServed(InputError):
    """There is no such model, version or page here."""

    code = "not-served"


class Overloaded(Busy):
    """More rows wait than the queue holds; nothing of the request was done."""

    code = "overloaded"
