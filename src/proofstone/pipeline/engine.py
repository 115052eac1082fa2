"""Runs a plan: restores what is known, runs the rest, commits each step once."""

from __future__ import annotations

import contextvars
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from proofstone.core.artifact import Artifact, Stored
from proofstone.core.step import Recall
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.executor import Executor
from proofstone.pipeline.keys import action_key, ingredients
from proofstone.pipeline.node import Node, Port
from proofstone.store.actions import Action
from proofstone.store.runs import RunStep
from proofstone.store.store import Store

Part = TypeVar("Part")
Result = TypeVar("Result")
Tell = Callable[[str, str, float | None], None]
"""Called with a node's name, `start|ran|restored|skipped` or a note, and seconds when over."""

LOCK = "lock"
"""The name under which a run tells that it waits for another."""


def silent(node: str, event: str, seconds: float | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class StepContext:
    """What a running step sees; see `core.step.Context`."""

    settings: Mapping[str, Any]
    inputs: Mapping[str, Stored]
    plugins: Mapping[str, Any]
    directory: Path
    scratch: Path
    recall: Recall
    seed: int
    executor: Executor
    tell: Callable[[str], None]
    stop: Event = field(default_factory=Event)

    def cancelled(self) -> bool:
        """Whether the run is being stopped."""
        return self.stop.is_set()

    def map(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
        """Apply `function` to each part where the executor has room, in order."""
        return self.executor.map(function, parts)

    def progress(self, note: str) -> None:
        """Tell a person what is going on."""
        self.tell(note)


@dataclass
class Progress:
    """How far a run is: outputs by port, committed actions by node, and each step's fate."""

    outputs: dict[Port, Artifact] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    steps: dict[str, RunStep] = field(default_factory=dict)


class Engine:
    """Runs nodes against a store. Nodes that do not wait for each other run side by side."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        index: CodeIndex,
        directory: Path,
        tell: Tell = silent,
    ) -> None:
        self._store = store
        self._directory = directory
        self._executor = executor
        self._index = index
        self._tell = tell
        self._stop = Event()

    def run(self, nodes: Sequence[Node], progress: Progress, workers: int) -> None:
        """Run `nodes`, entering results in `progress`.

        The first error is raised after the steps that were under way have ended; what they
        finished is committed, and steps that waited for the failed one are marked `skipped`.
        An interrupt (Ctrl-C) tells steps under way to stop where they can.
        """
        waiting = list(nodes)
        running: dict[Future[Action], Node] = {}
        error: BaseException | None = None
        with ThreadPoolExecutor(max(1, workers)) as threads:
            try:
                while running or (waiting and error is None):
                    if error is None:
                        waiting = self._start_ready(waiting, running, progress, threads)
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        node = running.pop(future)
                        failure = future.exception()
                        if failure is None:
                            self._finish(node, future.result(), "ran", progress)
                        else:
                            waiting.append(node)
                            error = error or failure
            except BaseException:
                self._stop.set()
                raise
            finally:
                for node in waiting:
                    self._note(RunStep(node.name, "skipped", None, 0.0), progress)
        if error is not None:
            raise error

    @property
    def peak_mb(self) -> float:
        """The largest resident size so far of this process, its children or workers, in MB."""
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        own = max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024
        return max(own, self._executor.peak_mb)

    def key_of(self, node: Node, progress: Progress) -> dict[str, Any]:
        """Return the ingredients of a node's action key; its inputs must be there."""
        inputs = {role: progress.outputs[port].id for role, port in node.inputs.items()}
        return ingredients(node, inputs, self._index)

    def _start_ready(
        self,
        waiting: list[Node],
        running: dict[Future[Action], Node],
        progress: Progress,
        threads: ThreadPoolExecutor,
    ) -> list[Node]:
        """Restore or start every node whose inputs are there; return those still waiting."""
        left = waiting
        while True:
            ready = [node for node in left if set(node.inputs.values()) <= set(progress.outputs)]
            left = [node for node in left if node not in ready]
            restored = False
            for node in ready:
                parts = self.key_of(node, progress)
                action = self._known(action_key(parts))
                if action is not None:
                    self._finish(node, action, "restored", progress)
                    restored = True
                    continue
                context = contextvars.copy_context()
                future = threads.submit(context.run, self._execute, node, parts, progress)
                running[future] = node
            if not (restored and left):
                return left

    def _known(self, key: str) -> Action | None:
        """Return the committed action; one whose outputs are gone is forgotten."""
        action = self._store.actions.get(key)
        if action is None:
            return None
        for artifact in action.outputs.values():
            if not self._store.objects.has(artifact):
                self._store.actions.forget(artifact.id)
                return None
        return action

    def _execute(self, node: Node, parts: Mapping[str, Any], progress: Progress) -> Action:
        self._tell(node.name, "start", None)
        started = time.perf_counter()
        key = action_key(parts)
        scratch = self._store.root / "cache" / "steps" / key
        context = StepContext(
            settings=node.settings,
            inputs={
                role: self._store.open(progress.outputs[port]) for role, port in node.inputs.items()
            },
            plugins={role: plugin.load() for role, plugin in node.plugins.items()},
            directory=self._directory,
            scratch=scratch,
            recall=self._store.answers,
            seed=node.seed,
            executor=self._executor,
            tell=lambda note: self._tell(node.name, note, None),
            stop=self._stop,
        )
        step = node.load()
        drafts = step.function(context)
        outputs = {role: self._store.put(drafts[role]) for role in step.outputs}
        action = self._store.actions.commit(
            Action(
                key=key,
                step=node.name,
                ingredients=parts,
                outputs=outputs,
                seconds=round(time.perf_counter() - started, 3),
                peak_mb=round(self.peak_mb, 1),
                committed=datetime.now(UTC).isoformat(timespec="microseconds"),
                deterministic=step.deterministic,
            )
        )
        shutil.rmtree(scratch, ignore_errors=True)
        return action

    def _finish(self, node: Node, action: Action, status: str, progress: Progress) -> None:
        for role, artifact in action.outputs.items():
            progress.outputs[Port(node.name, role)] = artifact
        progress.actions[node.name] = action
        seconds = action.seconds if status == "ran" else 0.0
        self._note(RunStep(node.name, status, action.key, seconds), progress)

    def _note(self, step: RunStep, progress: Progress) -> None:
        progress.steps[step.name] = step
        self._tell(step.name, step.status, step.seconds)
