"""Which groups of people a case compares, and what stands for those that it cannot."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from proofstone.assess.labels import grouped
from proofstone.checks.cases import Case, RowCase
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.groups import Groups, intersect

MOST_GROUPS = 100
"""A column with more groups than this is an identifier rather than a property of people."""

_CODED: WeakKeyDictionary[Case, dict[str, Groups]] = WeakKeyDictionary()
"""The groups of each case, coded once: a million of them take seconds."""

CROSSED = " × "
"""Stands between the columns of an intersection."""


def subjects(case: RowCase, *, crossed: bool) -> dict[str, Groups]:
    """The groups of each protected column, and last those that cross all columns.

    Columns are crossed where none alone has too many groups to compare.
    """
    if case not in _CODED:
        _CODED[case] = {name: grouped(values) for name, values in case.protected.items()}
    found = dict(_CODED[case])
    most = max((len(one.labels) for one in found.values()), default=0)
    if crossed and len(found) > 1 and most <= MOST_GROUPS:
        found[CROSSED.join(found)] = intersect(list(found.values()))
    return found


def compared(case: RowCase, column: str) -> bool:
    """Whether a protected column has few enough groups to compare."""
    return len(subjects(case, crossed=False)[column].labels) <= MOST_GROUPS


def nobody(case: Case, probe: str, metric: str) -> Finding:
    """The finding of a case without protected columns."""
    return unable(case, probe, metric, "all", message("no protected column is declared"))


def unable(case: Case, probe: str, metric: str, subject: str, reason: str) -> Finding:
    """The finding of what cannot be measured on this case, whatever its rows."""
    return Finding(
        probe=probe, metric=metric, subject=subject, reason=reason, evidence=case.evidence
    )


def too_many(
    case: Case, probe: str, metric: str, subject: str, groups: int, most: int = MOST_GROUPS
) -> Finding:
    """The finding of a column that has more groups than can be compared."""
    reason = message("{groups} groups are too many to compare; at most {most} are").format(
        groups=groups, most=most
    )
    return unable(case, probe, metric, subject, reason).judged(verdict=Verdict.NOT_RUN)
