"""Whose items rankings put where they are seen."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.equity.people import MOST_GROUPS, nobody, subjects, too_many
from proofstone.assess.measured import measured
from proofstone.checks.cases import RankingCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.exposure import (
    Exposure,
    exposure_ratios,
    least_exposure_interval,
)
from proofstone.measures.exposure import exposure as exposed
from proofstone.measures.groups import Groups
from proofstone.models.contract import Predict

_PROBE = "exposure"
_METRICS = ("exposure_ratio", "exposure_per_relevance_ratio")
_METHOD = message("delta method over queries, logarithmic scale, Bonferroni over groups")


@probe(needs=Predict, rows=len, family="fairness", metrics=_METRICS, about=RankingCase)
def exposure(case: RankingCase, rng: np.random.Generator) -> Probing:
    """Attention that items of each group get, as ratio to all others; the least ratio of a group.

    Attention falls as 1 / log2(place + 1), and is taken as a share of its query's (Singh and
    Joachims 2018). `exposure_ratio` compares it with the share of items (1: as a random order
    would give), `exposure_per_relevance_ratio` with the share of relevance (1: as is deserved).
    Queries with items of one group alone say nothing and are left out.

    Not covered: how readers really look; attention over time to one item (Biega et al. 2018);
    whether the relevance that is given is itself fair.
    """
    score = (yield Ask(case.rows, Predict()))[:, 0]
    findings: list[Finding] = []
    for subject, groups in subjects(case, crossed=True).items():
        if len(groups.labels) > MOST_GROUPS:
            size = len(groups.labels)
            findings += [too_many(case, _PROBE, metric, subject, size) for metric in _METRICS]
        else:
            size = len(groups.labels)
            found = exposed(case.target, score, case.query, groups.codes, size)
            findings += _subject(case, subject, groups, found)
    return findings or [nobody(case, _PROBE, metric) for metric in _METRICS]


def _subject(case: RankingCase, subject: str, groups: Groups, found: Exposure) -> list[Finding]:
    findings = []
    for metric, due in zip(_METRICS, (found.items, found.relevance), strict=True):
        ratios = exposure_ratios(found.attention, due)
        known = ratios[~np.isnan(ratios)]
        findings.append(
            measured(
                case, _PROBE, metric,
                float(known.min()) if len(known) > 1 else np.nan,
                partial(least_exposure_interval, found.attention, due),
                subject=subject, n=int((~np.isnan(due).any(axis=1)).sum()), method=_METHOD,
                absent=message("no query has items of two groups to compare"),
                details=_details(groups, ratios, found),
            )
        )  # fmt: skip
    return findings


def _details(groups: Groups, ratios: np.ndarray, found: Exposure) -> dict[str, Any]:
    known = ~np.isnan(ratios)
    return {
        "least": groups.labels[int(np.nanargmin(ratios))] if known.any() else None,
        "groups": [
            {
                "group": label,
                "value": float(ratio) if not np.isnan(ratio) else None,
                "n": int(n),
            }
            for label, ratio, n in zip(
                groups.labels, ratios, (found.items > 0).sum(axis=0), strict=True
            )
        ],
    }
