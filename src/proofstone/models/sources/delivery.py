"""What a source brings: files, and what it says about them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

_LONGEST = 120

Keep = Callable[[str], bool]
"""Whether a file of this name is wanted from a folder."""

Tell = Callable[[str], None]
"""Takes a sentence about the progress of long work."""


@dataclass(frozen=True)
class Delivery:
    """The files at an address, by relative name, before anything about them is believed.

    `whole` is True where the address names a folder; `left` are then the names of the files that
    were not wanted from it. `stated` holds the SHA-256 that the source gives for files, by name;
    `remedy` is what to do when one does not hold. `licence` and `origin` are as the source states
    them, and empty where it does not.
    """

    files: Mapping[str, Path]
    whole: bool
    licence: str = ""
    origin: str = ""
    left: Collection[str] = ()
    stated: Mapping[str, str] = field(default_factory=dict)
    remedy: str = "fetch it again"

    @property
    def root(self) -> Path:
        """The one file, or the folder that the names start from."""
        name, path = next(iter(self.files.items()))
        return path.parents[name.count("/")] if self.whole else path

    def brought_into(self, work: Path) -> Delivery:
        """The same with every file below `work`, copied there where it lies elsewhere."""
        files = {}
        for name, path in self.files.items():
            files[name] = path if work in path.parents else work / "copied" / name
            if files[name] != path:
                files[name].parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, files[name])
        return replace(self, files=files)


def choose(names: Collection[str], path: str, keep: Keep) -> tuple[dict[str, str], bool, list[str]]:
    """What `path` means among `names`: wanted names by their name from there, and what is left.

    The second value says whether `path` is a folder. Where nothing matches, nothing is wanted.

    >>> choose(["m/a.json", "m/b.py", "c"], "m", lambda name: name.endswith(".json"))
    ({'a.json': 'm/a.json'}, True, ['b.py'])
    >>> choose(["m/a.json"], "m/a.json", bool)
    ({'a.json': 'm/a.json'}, False, [])
    """
    if path in names:
        return {path.rpartition("/")[2]: path}, False, []
    start = f"{path}/" if path else ""
    below = {name.removeprefix(start): name for name in names if name.startswith(start)}
    wanted = {short: name for short, name in below.items() if keep(short)}
    return wanted, True, sorted(below.keys() - wanted.keys())


def one_line(value: object) -> str:
    """What a stranger's file says, fit to be shown: a short line without control characters.

    >>> one_line("MIT\\x1b[31m\\n"), one_line(None)
    ('MIT?[31m?', '')
    """
    text = value if isinstance(value, str) else ""
    return "".join(char if char.isprintable() else "?" for char in text[:_LONGEST])
