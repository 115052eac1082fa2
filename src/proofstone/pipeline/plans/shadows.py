"""How many shadow models a candidate gets, and why it gets none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.errors import InputError
from proofstone.core.i18n import message
from proofstone.core.project.schema import Candidate, DecisionProject
from proofstone.pipeline.plugins import Plugin

READERS = frozenset({"epsilon_audit", "explanation_stability", "membership_rows"})
"""The probes that ship and say `shadows=True`."""

MANY, FEW = 64, 16
ROW_BUDGET = 1_000_000
"""Models times rows, unless the project file says how many models: some 15,000 rows get 64."""

_QUICK = frozenset({"lightgbm", "logistic", "tree"})
_DEAR = frozenset({"encoder", "tfidf"})
_SETTING = "assess.settings.membership_rows.shadows"


def row_budget(project: DecisionProject) -> int | None:
    """Return how many rows all shadow models of a candidate may take; None where it is set."""
    return None if _chosen(project) is not None else ROW_BUDGET


def shadow_count(
    project: DecisionProject, candidate: Candidate, probes: Mapping[str, Plugin]
) -> tuple[int, str]:
    """Return the number of shadow models of a candidate, and the reason where it is 0.

    What the project file sets counts for every candidate. By default 64 where a fit on two
    thousand rows takes tenths of a second (logistic, tree, lightgbm), 16 for other families and
    for constrained training, which fits a grid, and none for models of text, where one shadow
    takes many seconds.

    Raises:
        InputError: the setting is no even whole number from 0 to 1,024.
    """
    if not any(map(_reads, probes.values())):
        return 0, ""
    chosen = _chosen(project)
    if chosen is not None:
        if type(chosen) is not int or not 0 <= chosen <= 1024 or chosen % 2:
            raise InputError(
                f"{_SETTING}: {chosen!r} is no even whole number from 0 to 1,024",
                hint="64 is usual; 0 fits none",
            )
        return chosen, "" if chosen else message("the project file asks for no shadow models")
    if candidate.family in _DEAR:
        return 0, message("shadow models of this family are fitted only where the project asks")
    quick = candidate.family in _QUICK and candidate.mitigation != "grid_search"
    return MANY if quick else FEW, ""


def _reads(one: Plugin) -> bool:
    """Whether a probe reads shadow models; of those that ship it is listed: none is imported."""
    return one.name in READERS if one.ships else bool(one.load().shadows)


def _chosen(project: DecisionProject) -> Any:
    return project.assess.settings.get("membership_rows", {}).get("shadows")
