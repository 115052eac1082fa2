"""Steps: functions from artifacts to artifacts, declared beside their code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from proofstone.core.artifact import Draft, Stored

Part = TypeVar("Part")
Result = TypeVar("Result")


class Recall(Protocol):
    """Keeps dear answers between runs."""

    def get(self, keys: Sequence[str]) -> Mapping[str, Any]:
        """Return the answers known among `keys`."""

    def put(self, answers: Mapping[str, Any]) -> None:
        """Keep `answers` by key."""


class Context(Protocol):
    """What a running step sees of the world: nothing else may influence its output."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Rendered settings of this step, JSON only; part of its action key."""

    @property
    def inputs(self) -> Mapping[str, Stored]:
        """Input artifacts by role; their ids are part of the action key."""

    @property
    def plugins(self) -> Mapping[str, Any]:
        """Plug-ins that the plan chose for this step, by role; their code is in the key."""

    @property
    def directory(self) -> Path:
        """The project's folder, for sources alone: what they read there is fingerprinted."""

    @property
    def scratch(self) -> Path:
        """A folder of this very action, which a run that is killed leaves to the next one.

        It may not exist yet, and is gone once the step is committed: for checkpoints alone.
        """

    @property
    def recall(self) -> Recall:
        """Keeps dear answers of models, so that a step that was stopped does not ask again."""

    @property
    def seed(self) -> int:
        """Seed derived from the project's seed and the step's name."""

    def cancelled(self) -> bool:
        """Whether the run is being stopped: what is not finished then is not kept."""

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
        """Apply a module-level `function` to each part where the executor has room, in order."""

    def progress(self, note: str) -> None:
        """Tell a person what is going on."""


StepFunction = Callable[[Context], Mapping[str, Draft]]


@dataclass(frozen=True)
class Step:
    """A declared step: its name, its code, and the roles of the artifacts that it returns."""

    name: str
    function: StepFunction
    outputs: tuple[str, ...]
    deterministic: bool = True


def step(
    name: str, *, outputs: tuple[str, ...], deterministic: bool = True
) -> Callable[[StepFunction], Step]:
    """Declare the decorated function as the step `name`, returning artifacts in `outputs`."""

    def declare(function: StepFunction) -> Step:
        return Step(name, function, outputs, deterministic)

    return declare
