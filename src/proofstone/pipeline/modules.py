"""Where the code of a module lies: found by its dotted name, never imported."""

from __future__ import annotations

import importlib.util
import os
from importlib.machinery import all_suffixes
from pathlib import Path

_CODE = (".py", ".pyc")


class Modules:
    """Files of modules by dotted name; each name is looked up once.

    Not covered: modules in archives, and names that exist only at run time.
    """

    def __init__(self) -> None:
        self._roots: dict[str, tuple[Path | None, list[Path]]] = {}
        self._found: dict[str, Path | None] = {}

    def find(self, module: str) -> Path | None:
        """Return the file of `module`; None for a built-in, a namespace, or no module at all."""
        if module not in self._found:
            self._found[module] = self._search(module)
        return self._found[module]

    def _search(self, module: str) -> Path | None:
        top, *rest = module.split(".")
        file, folders = self._root(top)
        if not rest:
            return file
        for folder in folders:
            base = folder.joinpath(*rest)
            for suffix in all_suffixes():
                for path in (base / f"__init__{suffix}", base.with_name(base.name + suffix)):
                    if path.is_file():
                        return path
        return None

    def _root(self, top: str) -> tuple[Path | None, list[Path]]:
        """The file of a top-level module, and the folders of its submodules."""
        if top not in self._roots:
            try:
                spec = importlib.util.find_spec(top)
            except ValueError:
                spec = None
            file, folders = None, []
            if spec is not None:
                folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
                if spec.has_location and spec.origin and Path(spec.origin).is_file():
                    file = Path(spec.origin)
            self._roots[top] = file, folders
        return self._roots[top]


def data_files(folder: Path) -> list[Path]:
    """Return the files of the package in `folder` that are not Python, sorted.

    Folders below that are packages themselves are left out, and so is what is hidden.
    """
    found = []
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = [one for one in folders if _part_of(here / one)]
        found += [here / one for one in names if one[0] != "." and Path(one).suffix not in _CODE]
    return sorted(found)


def _part_of(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name == "__pycache__"
    return not hidden and not (folder / "__init__.py").exists()
