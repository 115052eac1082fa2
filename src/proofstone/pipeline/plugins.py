"""Looks plug-ins up by name: built-ins and a stranger's package come through the same door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from proofstone.core.errors import InputError, MissingExtra, ProofstoneError
from proofstone.core.project.nearest import nearest

_KINDS = {"sources": "source", "families": "family", "probes": "probe", "guards": "guard"}


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
            MissingExtra: it ships, but needs an optional library that is absent.
            InputError: a stranger's package does not hold what it registered.
        """
        try:
            return self.entry.load()
        except ProofstoneError:
            raise
        except Exception as error:
            if not self.ships:
                raise InputError(
                    f"the plug-in {self.name} ({self.entry.value}) cannot be loaded: {error}",
                    hint=f"mend or uninstall {_package(self.entry)}, which registers it",
                ) from error
            absent = error.name if isinstance(error, ModuleNotFoundError) else None
            if absent is None or absent.startswith("proofstone") or not self.entry.extras:
                raise
            raise MissingExtra(absent, self.entry.extras[0]) from error


@cache
def plugins(group: str) -> dict[str, Plugin]:
    """Return the plug-ins of `group` (sources, families, probes or guards) by name, alphabetically.

    Raises:
        InputError: two packages register the same name.
    """
    found: dict[str, Plugin] = {}
    for entry in sorted(entry_points(group=f"proofstone.{group}"), key=lambda one: one.name):
        known = found.setdefault(entry.name, Plugin(entry.name, entry))
        if known.entry.value != entry.value:
            raise InputError(
                f"the {_KINDS[group]} {entry.name!r} is registered twice: "
                f"{known.entry.value} and {entry.value}",
                hint=f"uninstall {_package(known.entry)} or {_package(entry)}",
            )
    return found


def plugin(group: str, name: str) -> Plugin:
    """Return one plug-in.

    Raises:
        InputError: none has that name; the hint names the nearest.
    """
    known = plugins(group)
    if name not in known:
        raise InputError(f"there is no {_KINDS[group]} named {name!r}", hint=nearest(name, known))
    return known[name]


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module
