"""Looks plug-ins up by name: built-ins and a stranger's package come through the same door."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from proofstone.core.errors import InputError, MissingExtra

GROUPS = ("sources", "families", "probes", "compressors", "guards")


@dataclass(frozen=True)
class Plugin:
    """A registered object: its name, where its code is, and how to load it."""

    name: str
    entry: EntryPoint

    @property
    def module(self) -> str:
        """The module that holds it; its import closure goes into action keys."""
        return self.entry.module

    @property
    def ships(self) -> bool:
        """Whether it comes with Proofstone itself."""
        return self.module.partition(".")[0] == "proofstone"

    def load(self) -> Any:
        """Import and return the object.

        Raises:
            MissingExtra: it needs an optional library that is absent.
        """
        try:
            return self.entry.load()
        except ModuleNotFoundError as error:
            if not self.ships or (error.name or "").startswith("proofstone"):
                raise
            extra = self.entry.extras[0] if self.entry.extras else "all"
            raise MissingExtra(error.name or self.module, extra) from error


@cache
def plugins(group: str) -> dict[str, Plugin]:
    """Return the plug-ins of `group` by name, in alphabetical order."""
    entries = entry_points(group=f"proofstone.{group}")
    return {
        entry.name: Plugin(entry.name, entry) for entry in sorted(entries, key=lambda e: e.name)
    }


def plugin(group: str, name: str) -> Plugin:
    """Return one plug-in.

    Raises:
        InputError: none has that name; the hint names the nearest.
    """
    known = plugins(group)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            f"there is no {group.rstrip('s')} named {name!r}",
            hint=f"{meant}known: {', '.join(known)}",
        )
    return known[name]
