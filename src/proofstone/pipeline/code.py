"""Digest of a step's code: its static import closure, and the versions of what it imports."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofstone.core.canonical import digest_json
from proofstone.core.errors import InputError
from proofstone.pipeline.code_cache import CodeCache
from proofstone.pipeline.imports import ancestry
from proofstone.pipeline.modules import Modules, data_files

_OURS = "proofstone"


@dataclass(frozen=True)
class Code:
    """What a step's behaviour follows from: digest of its own sources, versions of the rest.

    `packages` gives the version of each distribution; `absent` for an import that none gives.
    """

    digest: str
    packages: Mapping[str, str]


class CodeIndex:
    """Digests of source files and of what they import, whether installed or not.

    Sources count where they belong to Proofstone, to the packages of the modules asked about, or
    to no installed distribution; of other libraries the version counts. Files beside the modules
    of a package (templates, word lists) are part of it; those at the top of Proofstone are not:
    steps that show texts have the catalogues' digest in their settings.

    Not covered: modules that are looked up by name at run time, which is why only the pipeline
    looks plug-ins up; modules changed on disk after this process imported them.
    """

    def __init__(self, cache_file: Path) -> None:
        self._cache = CodeCache(cache_file)
        self._modules = Modules()
        self._seen: dict[str, tuple[str, tuple[str, ...]]] = {}

    def of(self, modules: Iterable[str]) -> Code:
        """Return the code behind `modules` (dotted names), taken together.

        Raises:
            InputError: one of them is no file.
        """
        wanted = sorted(set(modules))
        for module in wanted:
            if self._modules.find(module) is None:
                raise InputError(
                    f"there is no module {module}",
                    hint="install the package that holds it, as files and not as an archive",
                )
        own, foreign = self._closure(wanted)
        sources = {module: self._module(module)[0] for module in sorted(own)}
        packages: dict[str, str] = {}
        for name in foreign:
            packages |= self._cache.versions.of(name) or {name: "absent"}
        return Code(digest_json(sources), dict(sorted(packages.items())))

    def save(self) -> None:
        """Keep what was learnt for the next process."""
        self._cache.save()

    def _closure(self, modules: list[str]) -> tuple[set[str], set[str]]:
        homes = {module.partition(".")[0] for module in modules} | {_OURS}
        own: set[str] = set()
        foreign: set[str] = set()
        waiting = [one for module in modules for one in ancestry(module)]
        while waiting:
            module = waiting.pop()
            top = module.partition(".")[0]
            if top in sys.stdlib_module_names or module in own:
                continue
            if top not in homes and self._cache.versions.of(top):
                foreign.add(top)
            elif self._modules.find(module) is not None:
                own.add(module)
                waiting.extend(self._module(module)[1])
            elif top not in homes and module == top:
                foreign.add(top)
        return own, foreign

    def _module(self, module: str) -> tuple[str, tuple[str, ...]]:
        """Return the digest of one module (with its package's data files) and what it imports."""
        if module not in self._seen:
            path = self._modules.find(module)
            assert path is not None
            inside = path.stem == "__init__"
            sha, imports = self._cache.file(path, module if inside else module.rpartition(".")[0])
            if inside and module != _OURS:
                data = data_files(path.parent)
                beside = {str(one.relative_to(path.parent)): self._data(one) for one in data}
                sha = digest_json([sha, beside]) if beside else sha
            self._seen[module] = (sha, imports)
        return self._seen[module]

    def _data(self, path: Path) -> str:
        return self._cache.file(path, "")[0]
