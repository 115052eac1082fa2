"""Action keys: the digest of everything that a step's output follows from."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from proofstone.core.canonical import digest_json
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.node import Node

_THREADS = 1


def ingredients(node: Node, inputs: Mapping[str, str], index: CodeIndex) -> dict[str, Any]:
    """Return what the action key of `node` is the digest of; `inputs` are artifact ids by role."""
    code = index.of(node.modules)
    return {
        "step": node.step,
        "code": code.digest,
        "packages": dict(code.packages),
        "settings": dict(node.settings),
        "plugins": {role: f"{one.entry.value}" for role, one in node.plugins.items()},
        "inputs": dict(inputs),
        "python": platform.python_version(),
        "device": f"cpu/{platform.machine()}",
        "threads": _THREADS,
        "seed": node.seed,
    }


def action_key(parts: Mapping[str, Any]) -> str:
    """Return the key: SHA-256 of the canonical JSON of the ingredients."""
    return digest_json(dict(parts))
