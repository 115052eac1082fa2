"""Files, functions and classes stay small enough to read in one go."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "proofstone"
VAGUE = {"utils", "util", "common", "helpers", "helper", "misc"}


@cache
def trees() -> dict[str, tuple[int, ast.Module]]:
    """Number of lines and syntax tree of each source file."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        found[str(path.relative_to(SOURCE))] = (text.count("\n"), ast.parse(text))
    return found


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for name, (_, tree) in trees().items():
        yield from ((name, node) for node in ast.walk(tree) if isinstance(node, kinds))


def test_files_are_short() -> None:
    lines = {name: count for name, (count, _) in trees().items()}
    assert {name: count for name, count in lines.items() if count > 600} == {}
    assert statistics.median(lines.values()) <= 150
    assert statistics.quantiles(lines.values(), n=10)[-1] <= 400


def test_functions_are_short() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= 60
    ]
    assert long == []


def test_classes_offer_few_methods() -> None:
    wide = []
    for name, node in nodes(ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        public = [
            method.name
            for method in node.body
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
            and not method.name.startswith("_")
            and not any("property" in ast.unparse(mark) for mark in method.decorator_list)
        ]
        if len(public) > 15:
            wide.append(f"{name} {node.name}: {len(public)}")
    assert wide == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [name for name in trees() if VAGUE & {*Path(name).with_suffix("").parts}]
    assert vague == []
