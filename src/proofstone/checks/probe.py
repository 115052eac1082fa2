"""Probes: generators that ask a model about rows and return findings."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from proofstone.checks.cases import Case, DecisionCase
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

    `about` is the kind of case, or the kinds, that it can assess.
    """

    name: str
    function: Callable[[Any, np.random.Generator], Probing]
    needs: type[Operation]
    rows: Callable[[Any], int]
    family: str
    metrics: tuple[str, ...]
    standards: tuple[str, ...] = ()
    about: type[Case] | tuple[type[Case], ...] = DecisionCase

    @property
    def module(self) -> str:
        """The module that defines the probe."""
        return self.function.__module__


def probe(
    *,
    needs: type[Operation],
    rows: Callable[[Any], int],
    family: str,
    metrics: tuple[str, ...],
    standards: tuple[str, ...] = (),
    about: type[Case] | tuple[type[Case], ...] = DecisionCase,
) -> Callable[[Callable[[AnyCase, np.random.Generator], Probing]], Probe]:
    """Declare the decorated generator function as a probe, named as the function is.

    `rows` is an upper bound of the rows that it will ask for; `metrics` are the names of what its
    findings measure; `family` names the family of tests whose number its gated findings are
    corrected for; `standards` are the entries of published lists that it is evidence about, such
    as `LLM01:2025` (OWASP Top 10 for LLM applications), which each of its findings carries.
    `about` is the kind of case, or the kinds, that it can assess.
    """

    def declare(function: Callable[[AnyCase, np.random.Generator], Probing]) -> Probe:
        return Probe(function.__name__, function, needs, rows, family, metrics, standards, about)

    return declare
