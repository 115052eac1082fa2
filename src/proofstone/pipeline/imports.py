"""Which modules a source file imports, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def imports_of(source: bytes, package: str) -> list[str]:
    """Return the modules that `source`, a module of `package`, may import, sorted.

    Statements inside functions count, and both branches of a condition, but not those under
    `TYPE_CHECKING`, which never run. `from a import b` gives `a` and `a.b`, whatever `b` is; the
    packages above a module count, for importing it runs them. Source that Python cannot parse
    imports nothing, as it cannot run.

    >>> imports_of(b"from . import shape; import a.b as c", "drawing")
    ['a', 'a.b', 'drawing', 'drawing.shape']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    return sorted({name for node in _statements(tree) for name in _names(node, package)})


def _statements(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and _for_types(node.test):
            waiting.extend(node.orelse)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _names(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _ancestry(alias.name)
        return
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1]
        base = ".".join([*above, base] if base else above)
    yield from _ancestry(base)
    yield from (f"{base}.{alias.name}" for alias in node.names)


def _ancestry(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))
