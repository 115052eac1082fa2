"""Versions of installed libraries, by the name that they are imported by."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Mapping
from functools import cached_property

from proofstone.core.canonical import digest_json


class Versions:
    """Looks versions up; `known` are answers from before that still hold."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = dict(known)

    def of(self, name: str) -> str:
        """Return the version of what gives the import `name`; empty where nothing installed does.

        A name that several distributions share (a namespace) has the versions of all of them.
        """
        if name not in self.known:
            found = sorted(set(self._providers.get(name, ())))
            versions = [importlib.metadata.version(one) for one in found]
            alone = len(found) == 1
            pairs = zip(found, versions, strict=True)
            self.known[name] = versions[0] if alone else ", ".join(" ".join(pair) for pair in pairs)
        return self.known[name]

    @cached_property
    def _providers(self) -> Mapping[str, list[str]]:
        return importlib.metadata.packages_distributions()


def installation() -> str:
    """Return a digest that changes whenever a distribution comes, goes or changes its version."""
    names = []
    for folder in sys.path:
        try:
            listed = os.listdir(folder or ".")
        except OSError:
            continue
        names.append(sorted(one for one in listed if one.endswith((".dist-info", ".egg-info"))))
    return digest_json(names)
