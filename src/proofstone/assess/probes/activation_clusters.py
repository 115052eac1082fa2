"""Whether some rows of a class look to the model like a group apart, with labels of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, scores, settings
from proofstone.assess.poison.inputs import readable, some_rows, text_columns
from proofstone.assess.poison.marks import Marks
from proofstone.assess.poison.patterns import PURE
from proofstone.assess.poison.regions import Judged, Method, Region, judged, regions
from proofstone.assess.poison.stated import Stated
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.explain.activations import activations, shows_activations
from proofstone.measures.arrays import evenly
from proofstone.measures.intervals import wilson
from proofstone.measures.multiplicity import holm
from proofstone.measures.partition import silhouette
from proofstone.models.contract import Predict
from proofstone.models.runtimes.encoder import Encoder
from proofstone.models.runtimes.tfidf import Tfidf
from proofstone.models.tabular import TabularModel

PROBE = "activation_clusters"
METRICS: dict[str, Method] = {
    "suspected_cluster_rows": "clusters",
    "spectral_signature_rows": "spectral",
}
STATED = {"clusters": Stated(0.03, 0.6, 0.2), "spectral": Stated(0.03, 0.5, 0.2)}
"""What the tests hold of boosted trees, with one odd value planted for the rarer class."""

_TABLE, _TEXTS, _ENCODER = 5_000, 1_000, 500
_FEWEST = 20
_COMPARED = 1_000
_SHOWN = 5


def _limit(case: DecisionCase) -> int:
    most = settings(case, PROBE).get("rows", _usual(case))
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise InputError(
            f"assess.settings.{PROBE}.rows: {str(most)[:40]!r} is no whole number above 0",
            hint="it is at most how many rows are looked at, such as 5000",
        )
    return most


def _usual(case: DecisionCase) -> int:
    runtime = case.model.runtime if isinstance(case.model, TabularModel) else None
    return {Encoder: _ENCODER, Tfidf: _TEXTS}.get(type(runtime), _TABLE)


def _most(case: DecisionCase) -> int:
    return 0 if _absent(case) else min(len(case), _limit(case))


def _absent(case: DecisionCase) -> str:
    if case.model is None:
        return message("there is no released model whose activations could be searched")
    if not shows_activations(case.model):
        return message("the model shows no activations: only built-in families do")
    if len(np.unique(case.target)) < 2:
        return message("all rows have one label")
    return ""


@probe(needs=Predict, rows=_most, family="poison", metrics=tuple(METRICS))
def activation_clusters(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Search each class, as the released model sees it, for a group that was put there.

    A row's activations are the parts that the model adds up to its log-odds: columns times
    coefficients, terms of an EBM, leaf values of each tree, terms of a bag, the states that an
    encoder's head reads. `suspected_cluster_rows`: activation clustering (Chen et al. 2018), by
    k-means into 2, 4, 8 and 12 parts. `spectral_signature_rows`: the ends of a class's first
    singular direction (Tran, Li and Madry 2018). Either is the share of rows that lie in a
    suspected part with its label. A part is suspected where at least ten and at most a tenth of
    all rows lie, 98 % of them with one label, and where a regression fitted on all other rows
    (exclusionary reclassification) does not account for that: it makes the label at most 1.25
    times as likely as among all rows, the labels are beyond chance (binomial; Holm over all parts
    that were looked at), and either the odds by the model, which has seen others like them, are at
    least four times as high, or 95 % of them share a value or word that at most 2 % of others
    have, and 98 % of all rows with it have the label.

    At most 5,000 rows are looked at, of texts 1,000, of an encoder 500 (`rows`), drawn at random.

    Not covered: models that are not built in, which show no activations; triggers on few rows, or
    that the model hardly learnt; poison whose labels are right. An honest cause that only few rows
    show, and that makes them all of one class against what the rest says, looks the same. Scores
    have to be of rows that the model never saw.
    """
    reason = _absent(case)
    if reason:
        yield ()
        return [_without(case, metric, reason) for metric in METRICS]
    case = some_rows(case, _limit(case), rng)
    model = case.model
    assert isinstance(model, TabularModel)
    score = scores(case, (yield Ask(case.rows, Predict())))
    texts = text_columns(case)
    marks = Marks(case.rows.frame, texts)
    states = activations(model, case.rows)
    found = judged(
        [one for label in (True, False) for one in _regions(case, states, label, rng)],
        readable(case.rows.frame, texts, rng),
        case.target,
        score,
    )
    suspected = _suspected(case, found, marks)
    return [_told(case, metric, states, marks, found, suspected) for metric in METRICS]


def _without(case: DecisionCase, metric: str, reason: str) -> Finding:
    verdict = Verdict.NOT_APPLICABLE
    return Finding(
        probe=PROBE, metric=metric, verdict=verdict, reason=reason, evidence=case.evidence
    )


def _regions(
    case: DecisionCase, states: np.ndarray, positive: bool, rng: np.random.Generator
) -> Sequence[Region]:
    """The parts of a class; of fewer than 20 rows there are none."""
    if int((case.target == positive).sum()) < _FEWEST:
        return ()
    return tuple(regions(states, case.target, positive, rng))


def _suspected(case: DecisionCase, found: Sequence[Judged], marks: Marks) -> list[Judged]:
    usual = float(case.target.mean())
    adjusted = holm(np.array([one.pvalue for one in found]))
    return [
        one
        for one, p in zip(found, adjusted, strict=True)
        if p <= 1.0 - case.level
        and one.strange(usual if one.region.positive else 1.0 - usual)
        and (one.learnt or _signed(case, one, marks))
    ]


def _signed(case: DecisionCase, one: Judged, marks: Marks) -> bool:
    """Whether the part's rows share a sign, and whoever else has it is labelled as they are."""
    carried = marks.sign(_own(case, one))
    if carried is None:
        return False
    return bool((case.target[carried] == one.region.positive).mean() >= PURE)


def _own(case: DecisionCase, one: Judged) -> np.ndarray:
    """The rows of a part that have its label."""
    return np.asarray(one.region.rows & (case.target == one.region.positive))


def _told(
    case: DecisionCase,
    metric: str,
    states: np.ndarray,
    marks: Marks,
    found: Sequence[Judged],
    suspected: Sequence[Judged],
) -> Finding:
    method = METRICS[metric]
    suspected = [one for one in suspected if one.region.method == method]
    carried = np.zeros(len(case), dtype=bool)
    shown: list[dict[str, Any]] = []
    for one in sorted(suspected, key=lambda one: (one.pvalue, -one.rows)):
        own = _own(case, one)
        if len(shown) < _SHOWN and not carried[own].all():
            shown.append(_shown(case, one, own, states, marks))
        carried |= own
    share = int(carried.sum())
    return measured(
        case, PROBE, metric, share / len(case), partial(wilson, share, len(case)), n=len(case),
        method=message("Wilson"),
        details={
            "tried": sum(one.region.method == method for one in found),
            "suspected": shown,
            "stated": STATED[method].to_json(),
        },
    )  # fmt: skip


def _shown(
    case: DecisionCase, one: Judged, own: np.ndarray, states: np.ndarray, marks: Marks
) -> dict[str, Any]:
    """A suspected part, as the report tells it."""
    kin = np.flatnonzero(case.target == one.region.positive)
    kin = kin[evenly(len(kin), _COMPARED)]
    near = silhouette(states[kin], own[kin])
    return {
        "part": one.region.name,
        "positive": one.region.positive,
        "rows": one.rows,
        "pure": one.pure,
        "said": one.said,
        "expected": one.expected,
        "pvalue": one.pvalue,
        "silhouette": near if np.isfinite(near) else None,
        "learnt": one.learnt,
        "cells": marks.of(own),
    }
