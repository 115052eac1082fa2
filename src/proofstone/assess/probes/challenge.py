"""Champion against challenger: what changes on the same rows, metric by metric."""

from __future__ import annotations

import numpy as np

from proofstone.assess.challenge.case import Answers, Challenge
from proofstone.assess.challenge.changes import METRICS, changes, unmeasured
from proofstone.assess.measured import scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.models.contract import Predict

NO_CHAMPION = message("no champion was given: `proofstone challenge` names one")


def _rows(case: DecisionCase) -> int:
    return len(case) if isinstance(case, Challenge) else 0


@probe(needs=Predict, rows=_rows, family="change", metrics=METRICS)
def challenge(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Each metric of the challenger minus that of the champion, paired by row.

    Area under the ROC curve (DeLong 1988), log loss and Brier score (paired bootstrap), accuracy
    and error rates (Newcombe 1998, method 10; McNemar's exact and mid-p test in the details), the
    share of rows decided otherwise (Wilson), and gaps between groups (posterior draws of each
    group's pairs). Where a case has no champion there is nothing to compare: a gate on a change is
    then not run, and says so.

    Not covered: rows that either model was trained on, which flatter it; other people than these;
    costs of errors.
    """
    if not isinstance(case, Challenge):
        return unmeasured(case.levels, NO_CHAMPION)
    score = scores(case, (yield Ask(case.rows, Predict())))
    return changes(case, Answers(score, case.threshold), rng)
