"""Nodes: the steps of a plan, with where their inputs come from."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from proofstone.core.artifact import Artifact
from proofstone.core.canonical import digest
from proofstone.core.project.kinds import Project
from proofstone.core.step import Step
from proofstone.pipeline.plugins import Plugin


class Port(NamedTuple):
    """One output of one node."""

    node: str
    role: str


@dataclass(frozen=True)
class Node:
    """One step of the plan with its settings, where its inputs come from, and its plug-ins.

    `step` names the declared step as `module:attribute`; it is imported when it has to run, so
    that a plan of which everything is known loads no stage.
    """

    name: str
    step: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, Port] = field(default_factory=dict)
    plugins: Mapping[str, Plugin] = field(default_factory=dict)
    seed: int = 0

    @property
    def modules(self) -> list[str]:
        """The modules whose import closure is the code of this node."""
        module = self.step.partition(":")[0]
        return [module, *(plugin.module for plugin in self.plugins.values())]

    def seeded(self, seed: int) -> Node:
        """Return the node with a seed that follows from the project's `seed` and its own name."""
        return replace(self, seed=int(digest(f"{seed}/{self.name}".encode())[:8], 16))

    def load(self) -> Step:
        """Import and return the declared step."""
        module, _, attribute = self.step.partition(":")
        step: Step = getattr(importlib.import_module(module), attribute)
        return step


@dataclass(frozen=True)
class Plan:
    """Nodes in an order in which each comes after what it reads.

    `given` are artifacts of the store that nodes read and that no node of the plan makes.
    """

    project: Project
    nodes: tuple[Node, ...]
    given: Mapping[Port, Artifact] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def node(self, name: str) -> Node:
        """Return the node named `name`."""
        return next(node for node in self.nodes if node.name == name)
