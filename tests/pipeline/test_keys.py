from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.library import Library

from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.keys import action_key, ingredients
from proofstone.pipeline.node import Node
from proofstone.pipeline.plugins import plugin

NODE = Node("a", "tests.pipeline.toy_steps:numbers", {"count": 4}, seed=7)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "code.json"


def parts_of(node: Node, cache: Path, **inputs: str) -> dict[str, Any]:
    return ingredients(node, inputs, CodeIndex(cache))


def test_the_ingredients_are_json_and_their_digest_is_the_key(cache: Path) -> None:
    parts = parts_of(NODE, cache, table="abc")
    assert json.loads(json.dumps(parts)) == parts
    assert action_key(parts) == action_key(dict(reversed(parts.items())))
    assert len(action_key(parts)) == 64
    assert (parts["python"], parts["threads"]) == (platform.python_version(), 1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"settings": {"count": 5}}, {"settings"}),
        ({"settings": {"count": 4.0}}, {"settings"}),
        ({"seed": 8}, {"seed"}),
        ({"step": "tests.pipeline.toy_steps:parity"}, {"step"}),
        ({"step": "tests.pipeline.parts:square"}, {"step", "code"}),
        ({"plugins": {"probe": plugin("probes", "shapley")}}, {"plugins", "code", "packages"}),
    ],
)
def test_each_change_of_a_node_changes_its_key(
    change: dict[str, Any], named: set[str], cache: Path
) -> None:
    before, after = parts_of(NODE, cache), parts_of(replace(NODE, **change), cache)
    different = {name for name in before if json.dumps(before[name]) != json.dumps(after[name])}
    assert different == named
    assert action_key(before) != action_key(after)


def test_inputs_count_by_role_and_id(cache: Path) -> None:
    given = [{}, {"table": "abc"}, {"table": "abd"}, {"split": "abc"}]
    keys = {action_key(parts_of(NODE, cache, **inputs)) for inputs in given}
    assert len(keys) == len(given)


def test_the_name_of_a_node_does_not_count(cache: Path) -> None:
    assert parts_of(replace(NODE, name="b"), cache) == parts_of(NODE, cache)


def test_the_version_of_a_library_counts(library: Library, cache: Path) -> None:
    library.write({"acme.py": "import kit"})
    library.install("kit", "1.0", modules=("kit",))
    node = Node("a", "acme:step", {"x": 1})
    before = ingredients(node, {"in": "abc"}, CodeIndex(cache))
    library.install("kit", "1.1", modules=("kit",))
    after = ingredients(node, {"in": "abc"}, CodeIndex(cache))
    assert before["packages"] == {"kit": "1.0"}
    assert {name for name in before if before[name] != after[name]} == {"packages"}
    assert action_key(before) != action_key(after)
