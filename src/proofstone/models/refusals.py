"""Why a model does not answer an operation."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.models.contract import Model, Operation


def why_not(model: Model, operation: type[Operation]) -> str:
    """What the model says itself, by operation in its `refusals`, else only that it does not."""
    said: str | None = getattr(model, "refusals", {}).get(operation)
    return said or message("the model does not answer {operation}").format(
        operation=operation.__name__
    )
