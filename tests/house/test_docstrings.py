"""Public names say what they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import proofstone

SOURCE = Path(__file__).parents[2] / "src" / "proofstone"

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(node: Documented, name: str) -> Iterator[tuple[str, bool]]:
    """The public name of `node` and of what it holds, and whether each has a docstring."""
    yield name, ast.get_docstring(node) is not None
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for inner in node.body:
        is_named = isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if is_named and not inner.name.startswith("_"):
            yield from public(inner, f"{name}.{inner.name}")


def test_at_least_95_percent_of_public_names_have_a_docstring() -> None:
    found: dict[str, bool] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found |= dict(public(ast.parse(path.read_text("utf-8")), module))
    silent = [name for name, documented in found.items() if not documented]
    assert len(silent) <= 0.05 * len(found), silent


def test_every_exported_member_has_a_docstring() -> None:
    exported = getattr(proofstone, "__all__", [])
    assert [name for name in exported if not getattr(proofstone, name).__doc__] == []
    assert list(exported) == sorted(exported)
