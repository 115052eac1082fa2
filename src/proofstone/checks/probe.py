"""Probes: generators that ask a model about rows and return findings."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from proofstone.checks.cases import Case, DecisionCase
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.models.contract import Operation
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Ask:
    """A question to the model: these rows, this operation.

    `draw > 0` asks the same again on purpose. `keep=False` says that the answers need not be
    remembered after this turn.
    """

    rows: Rows
    operation: Operation
    draw: int = 0
    keep: bool = True


Questions = Ask | tuple[Ask, ...]
Probing = Generator[Any, Any, list[Finding]]
"""Yields an `Ask` (is sent one array of answers) or a tuple of them (is sent a tuple of arrays)."""


AnyCase = TypeVar("AnyCase", bound=Case)


@dataclass(frozen=True)
class Probe:
    """A declared probe: a generator function, the operation that it needs, its bound of rows.

    `about` is the kind of case, or the kinds, that it can assess; `shadows` says whether it reads
    shadow models.
    """

    name: str
    function: Callable[[Any, np.random.Generator], Probing]
    needs: type[Operation]
    rows: Callable[[Any], int]
    family: str
    metrics: tuple[str, ...]
    standards: tuple[str, ...] = ()
    about: type[Case] | tuple[type[Case], ...] = DecisionCase
    shadows: bool = False

    @property
    def module(self) -> str:
        """The module that defines the probe."""
        return self.function.__module__

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        """Another process finds the probe where it is declared: by module and name.

        Raises:
            InputError: it is not what stands there.
        """
        place = self.module, self.function.__qualname__
        if _declared(*place) is not self:
            raise InputError(
                f"the probe {self.name} is not what {self.module} has under the name {place[1]}",
                hint="declare it at the top of its module, with `@probe` above the function",
            )
        return _declared, place


def _declared(module: str, name: str) -> Any:
    """What stands under `name` in a module; None where nothing does."""
    return getattr(import_module(module), name, None)


def probe(
    *,
    needs: type[Operation],
    rows: Callable[[Any], int],
    family: str,
    metrics: tuple[str, ...],
    standards: tuple[str, ...] = (),
    about: type[Case] | tuple[type[Case], ...] = DecisionCase,
    shadows: bool = False,
) -> Callable[[Callable[[AnyCase, np.random.Generator], Probing]], Probe]:
    """Declare the decorated generator function as a probe, named as the function is.

    `rows` is an upper bound of the rows that it will ask for; `metrics` are the names of what its
    findings measure; `family` names the family of tests whose number its gated findings are
    corrected for; `standards` are the entries of published lists that it is evidence about, such
    as `LLM01:2025` (OWASP Top 10 for LLM applications), which each of its findings carries.
    `about` is the kind of case, or the kinds, that it can assess; with `shadows` a run fits
    shadow models for it, which its case then holds.
    """

    def declare(function: Callable[[AnyCase, np.random.Generator], Probing]) -> Probe:
        return Probe(
            function.__name__, function, needs, rows, family, metrics, standards, about, shadows
        )

    return declare
