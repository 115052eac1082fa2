"""Models on this machine, by path."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from proofstone.core.errors import DataError
from proofstone.models.sources.address import LocalPath
from proofstone.models.sources.delivery import Delivery, Keep, choose


def from_disk(place: LocalPath, keep: Keep) -> Delivery:
    """Return the file at a path, or the wanted files of a folder, where they lie.

    Raises:
        DataError: there is nothing, or nothing that can be read; the hint names the nearest.
    """
    path = place.path
    if path.is_file():
        return Delivery({path.name: path}, whole=False, origin=str(place))
    if not path.is_dir():
        raise DataError(f"{path}: there is no such file or folder", hint=_nearest(path))
    names = [
        (Path(top) / name).relative_to(path).as_posix()
        for top, _folders, files in os.walk(path)
        for name in files
        if (Path(top) / name).is_file()
    ]
    wanted, _, left = choose(names, "", keep)
    files = {short: path / name for short, name in wanted.items()}
    return Delivery(files, whole=True, origin=str(place), left=left)


def _nearest(path: Path) -> str:
    try:
        beside = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        beside = []
    near = difflib.get_close_matches(path.name, beside, n=1)
    return f"did you mean {near[0]}?" if near else "check the path"
