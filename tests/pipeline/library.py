"""Writes a stranger's libraries on to `sys.path`: modules, data files, installed distributions."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from proofstone.pipeline.plugins import plugins


class Library:
    """A folder on `sys.path` for one test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        monkeypatch.syspath_prepend(folder)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files by their paths below the folder."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        importlib.invalidate_caches()

    def install(
        self,
        name: str,
        version: str,
        *,
        modules: tuple[str, ...] = (),
        requires: tuple[str, ...] = (),
        entry_points: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Write the metadata of a distribution; what was installed under that name is gone."""
        stem = re.sub(r"[-_.]+", "_", name)
        for old in self.folder.glob(f"{stem}-*.dist-info"):
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
        lines = [f"Requires-Dist: {one}" for one in requires]
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]
        groups = "".join(
            f"[proofstone.{group}]\n" + "".join(f"{key} = {value}\n" for key, value in one.items())
            for group, one in (entry_points or {}).items()
        )
        self.write(
            {
                f"{stem}-{version}.dist-info/METADATA": "\n".join(head),
                f"{stem}-{version}.dist-info/top_level.txt": "\n".join(modules),
                f"{stem}-{version}.dist-info/entry_points.txt": groups,
            }
        )
        plugins.cache_clear()
