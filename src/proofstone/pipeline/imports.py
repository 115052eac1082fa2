"""Which modules a source file imports, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_BY_NAME = frozenset({"need", "import_module"})


def imports_of(source: bytes, package: str) -> list[str]:
    """Return the modules that `source`, a module of `package`, may import, sorted.

    Statements inside functions count, and both branches of a condition, but not those under
    `TYPE_CHECKING`, which never run. So do calls of `need` and `import_module` with a literal
    name. `from a import b` gives `a` and `a.b`, whatever `b` is; the packages above a module
    count, for importing it runs them. Source that Python cannot parse imports nothing, as it
    cannot run.

    >>> imports_of(b"from . import shape; import a.b as c", "drawing")
    ['a', 'a.b', 'drawing', 'drawing.shape']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    return sorted({name for node in _running(tree) for name in _names(node, package)})


def ancestry(module: str) -> list[str]:
    """Return `module` and the packages above it, the outermost first.

    >>> ancestry("a.b.c")
    ['a', 'a.b', 'a.b.c']
    """
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _running(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that may run."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _names(node: ast.AST, package: str) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from ancestry(alias.name)
        case ast.ImportFrom(module=module, names=names, level=level):
            base = _absolute(module or "", level, package)
            yield from ancestry(base)
            yield from (f"{base}.{alias.name}" for alias in names)
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
            if _name(func) in _BY_NAME:
                yield from ancestry(name)


def _absolute(module: str, level: int, package: str) -> str:
    if not level:
        return module
    parts = package.split(".")
    above = parts[: len(parts) - level + 1]
    return ".".join([*above, module] if module else above)


def _name(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
