from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from proofstone.assess.memorised.canary import Exposure, read_canary
from proofstone.core.errors import InputError


def planted(secret: str = "4071-kQ", answer: str = "The code is 4071-kQ.") -> dict[str, Any]:
    messages = [
        {"role": "user", "content": "What is the code?"},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": messages, "secret": secret}


def test_others_have_the_form_and_are_different() -> None:
    canary = read_canary(planted(), "here")
    assert canary.space == 10**4 * 26 * 26
    others = [one.answer for one in canary.others(500, np.random.default_rng(0))]
    assert len(set(others)) == 500
    assert canary.example.answer not in others
    assert all(re.fullmatch(r"The code is \d{4}-[a-z][A-Z]\.", one) for one in others)
    assert all(len({one[place] for one in others}) >= 10 for place in (12, 13, 14, 15, 17, 18))


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (planted(secret="9999-aB"), "here.secret"),
        (planted(secret="4071"), "here.secret"),
        ({"messages": planted()["messages"]}, "here"),
        ({"secret": "12345", "messages": [{"role": "user", "content": "x"}]}, "here.messages"),
        (
            {"secret": "12345", "messages": [{"role": "cat", "content": "x"}]},
            "here.messages[0].role",
        ),
    ],
)
def test_what_is_no_canary_is_refused_by_its_place(document: object, place: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(place)}"):
        read_canary(document, "here")


def test_exposure_of_a_true_rank_is_covered() -> None:
    rng = np.random.default_rng(5)
    share, hits = 0.02, 0
    for ahead in rng.binomial(255, share, size=300).tolist():
        low, high = Exposure.of(ahead, 255, 1e6, 0.95).interval
        hits += low <= -math.log2(share) <= high
    assert hits / 300 >= 0.94


def test_exposure_is_bounded_by_the_space() -> None:
    least = Exposure.of(255, 255, 1e6, 0.95)
    assert (least.value, least.interval.low) == (0.0, 0.0)
    assert Exposure.of(0, 255, 1e6, 0.95).interval.high == pytest.approx(math.log2(1e6))
