from __future__ import annotations

import math

from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Finding


def test_numbers_that_json_does_not_have_become_none_wherever_they_stand() -> None:
    details = {"most": math.nan, "curve": [(0.0, math.inf), [1.0, -math.inf]], "in": {"x": 2.5}}
    one = Finding(probe="p", metric="m", value=math.inf, details=details)
    assert one.value is None
    assert one.details == {"most": None, "curve": [[0.0, None], [1.0, None]], "in": {"x": 2.5}}
    canonical_json(one.to_json())


def test_finite_details_stay_the_very_same() -> None:
    details = {"curve": [(0.0, 1.0)], "name": "x", "none": None}
    assert Finding(probe="p", metric="m", details=details).details is details
