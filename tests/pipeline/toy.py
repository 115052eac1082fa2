"""A toy plan of four steps, small enough to be killed at each write."""

from __future__ import annotations

from pathlib import Path

from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.engine import Engine, Progress
from proofstone.pipeline.executor import LocalExecutor
from proofstone.pipeline.node import Node, Port
from proofstone.store.store import Store


def node(name: str, reads: str | None = None, **settings: object) -> Node:
    """A node that runs the toy step of its name on the output of the node `reads`."""
    inputs = {} if reads is None else {reads: Port(reads, reads)}
    return Node(name, f"tests.pipeline.toy_steps:{name}", settings, inputs)


def nodes(count: int, *, spread: bool = False) -> list[Node]:
    plan = [node("numbers", count=count), node("parity", "numbers"), node("shout", "parity")]
    return [*plan, node("doubled", "numbers")] if spread else plan


def run(root: Path, plan: list[Node], workers: int = 2) -> Progress:
    """Run `plan` in the store at `root`; the progress so far is returned, errors are raised."""
    store = Store(root)
    progress = Progress()
    try:
        with LocalExecutor(workers) as executor:
            index = CodeIndex(root / "cache" / "code.json")
            Engine(store, executor, index, root).run(plan, progress, 1)
    finally:
        store.close()
    return progress
