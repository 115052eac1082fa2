"""Digest of a step's code: its static import closure, and the versions of what it imports."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from proofstone.core.canonical import digest, digest_json
from proofstone.core.durable import write_file
from proofstone.core.errors import StoreError


@dataclass(frozen=True)
class Code:
    """What a step's behaviour follows from: digest of its own sources, versions of the rest."""

    digest: str
    packages: Mapping[str, str]


class CodeIndex:
    """Digests of source files, remembered by path, time and size in a cache file.

    A closure is static: it follows every import statement, also those inside functions, and
    ignores those under `TYPE_CHECKING` no more than others. Names looked up at run time are
    invisible to it, which is why only the pipeline looks plug-ins up. Non-Python files beside the
    modules of a package (templates) count as part of that package.
    """

    def __init__(self, cache_file: Path) -> None:
        self._file = cache_file
        self._known: dict[str, Any] = _load(cache_file)
        self._changed = False
        self._seen: dict[str, tuple[str, tuple[str, ...]]] = {}

    def of(self, modules: Iterable[str]) -> Code:
        """Return the code behind `modules` (dotted names), taken together."""
        own, foreign = self._closure(sorted(set(modules)))
        sources = {module: self._module(module)[0] for module in sorted(own)}
        return Code(digest_json(sources), {name: self._version(name) for name in sorted(foreign)})

    def save(self) -> None:
        """Keep what was learnt for the next process; a store that refuses costs only time."""
        if self._changed:
            try:
                write_file(self._file, json.dumps(self._known).encode())
            except StoreError:
                return

    def _closure(self, modules: list[str]) -> tuple[set[str], set[str]]:
        homes = {module.partition(".")[0] for module in modules} | {"proofstone"}
        own: set[str] = set()
        foreign: set[str] = set()
        waiting = list(modules)
        while waiting:
            module = waiting.pop()
            top = module.partition(".")[0]
            if top not in homes:
                if top not in sys.stdlib_module_names:
                    foreign.add(top)
            elif module not in own and _find(module) is not None:
                own.add(module)
                waiting.extend(self._module(module)[1])
        return own, foreign

    def _module(self, module: str) -> tuple[str, tuple[str, ...]]:
        """Return the digest of one module (with its package's data files) and what it imports."""
        if module not in self._seen:
            path = _find(module)
            assert path is not None
            sha, imports = self._file_facts(module, path)
            if path.name == "__init__.py" and "." in module:
                beside = {str(one.relative_to(path.parent)): self._data(one) for one in _data(path)}
                sha = digest_json([sha, beside]) if beside else sha
            self._seen[module] = (sha, imports)
        return self._seen[module]

    def _file_facts(self, module: str, path: Path) -> tuple[str, tuple[str, ...]]:
        stat = path.stat()
        stamp = [stat.st_mtime_ns, stat.st_size]
        known = self._known.get(str(path))
        if known is None or known["stamp"] != stamp:
            source = path.read_bytes()
            imports = sorted(set(_imports(module, path, ast.parse(source))))
            known = {"stamp": stamp, "sha": digest(source), "imports": imports}
            self._remember(str(path), known)
        return known["sha"], tuple(known["imports"])

    def _data(self, path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def _version(self, name: str) -> str:
        """Return the version of the distribution that gives the import `name`, or `absent`."""
        known = self._known.get(f"import {name}")
        if known is None:
            known = _distribution(name)
            if known:
                self._remember(f"import {name}", known)
        return _installed(known) if known else "absent"

    def _remember(self, key: str, value: Any) -> None:
        self._known[key] = value
        self._changed = True


def _load(file: Path) -> dict[str, Any]:
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


@cache
def _root(top: str) -> Path | None:
    spec = importlib.util.find_spec(top)
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


@cache
def _find(module: str) -> Path | None:
    """Return the source file of `module` without importing it, or None."""
    top, *rest = module.split(".")
    root = _root(top)
    if root is None:
        return None
    if root.is_file():
        return None if rest else root
    base = root.joinpath(*rest)
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def _data(package: Path) -> list[Path]:
    return sorted(
        path
        for folder in (package.parent, *(one for one in package.parent.iterdir() if one.is_dir()))
        if folder == package.parent or not (folder / "__init__.py").exists()
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in {".py", ".pyc"} and folder.name != "__pycache__"
    )


def _imports(module: str, path: Path, tree: ast.Module) -> Iterable[str]:
    """Yield every module that `tree` imports, and the packages that hold it."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _ancestry(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield from _ancestry(base)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _ancestry(module: str) -> Iterable[str]:
    parts = module.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _distribution(name: str) -> str | None:
    found = importlib.metadata.packages_distributions().get(name)
    return sorted(found)[0] if found else None


@cache
def _installed(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
