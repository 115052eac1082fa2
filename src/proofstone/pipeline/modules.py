"""Where the code of a module lies: found by its dotted name, never imported."""

from __future__ import annotations

import importlib.util
import os
from importlib.machinery import all_suffixes
from pathlib import Path

_CODE = (".py", ".pyc")
_SUFFIXES = tuple(all_suffixes())


class Modules:
    """Files of modules by dotted name; each name is looked up, and each folder listed, once.

    Most names that sources import are no modules but what these define, so it pays to know what a
    folder holds.

    Not covered: modules in archives, and names that exist only at run time.
    """

    def __init__(self) -> None:
        self._roots: dict[str, tuple[Path | None, list[str]]] = {}
        self._found: dict[str, Path | None] = {}
        self._listed: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

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
        *above, last = rest
        for folder in folders:
            place = "/".join((folder, *above))
            files, inner = self._holds(place)
            within = self._holds(f"{place}/{last}")[0] if last in inner else ()
            for suffix in _SUFFIXES:
                if f"__init__{suffix}" in within:
                    return Path(place, last, f"__init__{suffix}")
                if f"{last}{suffix}" in files:
                    return Path(place, f"{last}{suffix}")
        return None

    def _holds(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        """The names of the files in `folder` and of the folders; none where there is no folder."""
        if folder not in self._listed:
            try:
                with os.scandir(folder) as entries:
                    known = [(one.name, one.is_dir(), one.is_file()) for one in entries]
            except OSError:
                known = []
            self._listed[folder] = (
                frozenset(name for name, _, is_file in known if is_file),
                frozenset(name for name, is_folder, _ in known if is_folder),
            )
        return self._listed[folder]

    def _root(self, top: str) -> tuple[Path | None, list[str]]:
        """The file of a top-level module, and the folders of its submodules."""
        if top not in self._roots:
            try:
                spec = importlib.util.find_spec(top)
            except ValueError:
                spec = None
            file, folders = None, []
            if spec is not None:
                folders = [*(spec.submodule_search_locations or ())]
                if spec.has_location and spec.origin and Path(spec.origin).is_file():
                    file = Path(spec.origin)
            self._roots[top] = file, folders
        return self._roots[top]


def data_files(folder: Path) -> list[Path]:
    """Return the files of the package in `folder` that are not Python, sorted.

    Folders below that are packages themselves are left out, and so is what is hidden.
    """
    found: list[str] = []
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for one in entries:
                if one.is_dir():
                    if _part_of(one):
                        waiting.append(one.path)
                elif one.name[0] != "." and not one.name.endswith(_CODE):
                    found.append(one.path)
    return sorted(map(Path, found))


def _part_of(folder: os.DirEntry[str]) -> bool:
    hidden = folder.name[0] == "." or folder.name == "__pycache__" or folder.is_symlink()
    return not hidden and not Path(folder.path, "__init__.py").exists()
