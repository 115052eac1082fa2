"""Where a killed run goes on: everything that later steps depend on, in one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from proofstone.core.canonical import canonical_json
from proofstone.core.durable import sweep, write_file
from proofstone.core.errors import DataError
from proofstone.core.extras import need

_FIELD = "proofstone"
_HINT = "delete the file to begin anew"


@dataclass
class Progress:
    """How far a run has come: see `Account` for what the numbers are."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    held_out: list[tuple[int, float]] = field(default_factory=list)
    tokens: int = 0
    seconds: float = 0.0

    @property
    def best(self) -> int:
        """Steps behind the least held-out loss, the earliest of equals; all where none is held."""
        if not self.held_out:
            return self.step
        return min(self.held_out, key=lambda one: (one[1], one[0]))[0]

    def stale(self, patience: int) -> bool:
        """Whether the last `patience` measurements all failed to lower the held-out loss."""
        later = [step for step, _ in self.held_out if step > self.best]
        return len(later) >= patience


def save_checkpoint(path: Path, key: str, progress: Progress, tensors: Mapping[str, Any]) -> None:
    """Write torch tensors and progress aside, to the disk, then under their name.

    `key` names the run: the digest of all that it depends on.

    Raises:
        StoreError: the disk is full or read-only; the checkpoint before is still whole.
    """
    state = canonical_json({"key": key, "progress": asdict(progress)}).decode()
    plain = {name: one.detach().cpu().contiguous() for name, one in tensors.items()}
    write_file(path, need("safetensors.torch", "tune").save(plain, metadata={_FIELD: state}))


def load_checkpoint(path: Path, key: str) -> tuple[Progress, dict[str, Any]] | None:
    """Return progress and tensors of the run `key`, or None where there is no checkpoint.

    Raises:
        DataError: the file is damaged or is another run's.
    """
    sweep(path)
    if not path.exists():
        return None
    library = need("safetensors", "tune")
    try:
        with library.safe_open(path, "pt") as file:
            state = json.loads((file.metadata() or {})[_FIELD])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        document = state["progress"]
        document["held_out"] = [(step, loss) for step, loss in document["held_out"]]
        progress, found = Progress(**document), state["key"]
    except (library.SafetensorError, OSError, LookupError, TypeError, ValueError) as error:
        raise DataError(f"{path}: is no checkpoint, or is damaged", hint=_HINT) from error
    if found != key:
        raise DataError(
            f"{path}: is the checkpoint of another run: base model, examples, settings or seed "
            "differ",
            hint=_HINT,
        )
    return progress, tensors
