"""Versions of installed distributions, by the name that they are imported by."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from proofstone.core.canonical import digest_json

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OF_EXTRA = re.compile(r"\bextra\s*==")


class Versions:
    """Looks versions up; `known` are answers from before that still hold."""

    def __init__(self, known: Mapping[str, Mapping[str, str]]) -> None:
        self.known = dict(known)

    def of(self, name: str) -> Mapping[str, str]:
        """Return name and version of the distributions that give the import `name`.

        What these require is among them, except for their extras. Empty where nothing that is
        installed gives it.
        """
        if name not in self.known:
            self.known[name] = dict(sorted(self._needed(self._providers.get(name, []))))
        return self.known[name]

    def _needed(self, names: list[str]) -> Iterator[tuple[str, str]]:
        waiting, seen = list(names), set()
        while waiting:
            name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
            if name in seen:
                continue
            seen.add(name)
            try:
                found = distribution(name)
            except PackageNotFoundError:
                continue
            yield name, found.version
            required = [one for one in found.requires or () if not _OF_EXTRA.search(one)]
            waiting.extend(match[0] for one in required if (match := _NAME.match(one)))

    @cached_property
    def _providers(self) -> Mapping[str, list[str]]:
        return packages_distributions()


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
