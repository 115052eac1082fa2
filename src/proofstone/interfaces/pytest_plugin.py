"""Gates as test results: the fixture `proofstone_gates`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proofstone.pipeline.assessment import Assessment

Gates = Callable[..., "Assessment"]


@pytest.fixture
def proofstone_gates(subtests: pytest.Subtests) -> Gates:
    """Assess an estimator and report each gate as a subtest; takes what `proofstone.assess` takes.

        def test_gates(proofstone_gates, model, X_test, y_test):
            proofstone_gates(model, X_test, y_test, protected=["sex"], gates=[
                {"metric": "roc_auc", "min": 0.75, "reason": "what the rules it replaces reach"},
            ])

    A gate that is inconclusive or was not run fails too: only a pass opens it.
    """
    from proofstone.pipeline.notebook import assess

    def gates(
        estimator: Any,
        X: Any,  # noqa: N803  the field's name for the inputs
        y: Any,
        *,
        gates: Sequence[Mapping[str, Any]],
        **options: Any,
    ) -> Assessment:
        assessment = assess(estimator, X, y, gates=gates, **options)
        for finding in assessment.gates:
            with subtests.test(msg=f"{finding['metric']} of {finding['subject']}"):
                assert finding["verdict"] in ("pass", "not_applicable"), _sentence(finding)
        return assessment

    return gates


def _sentence(finding: Mapping[str, Any]) -> str:
    way = {"max": "at most", "min": "at least", None: "no limit"}[finding["direction"]]
    return (
        f"{finding['verdict']}: {finding['value']} [{finding['low']}, {finding['high']}], "
        f"limit {way} {finding['limit']}; {finding['reason']}"
    )
