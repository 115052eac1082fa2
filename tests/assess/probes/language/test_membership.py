from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from proofstone.assess.probes.language.membership import membership
from proofstone.core.finding import Verdict

from .scorer import Scorer, listed, measure, noise

AUC, FOUND = "membership_auc", "membership_tpr_at_1_fpr"
MEMBERS = listed(150, "Answer {:04d}, of the first kind.")
OTHERS = listed(200, "Answer {:04d}, of the other kind.")
SETTINGS = {"members": MEMBERS, "held_out": OTHERS}


def test_a_model_that_forgot_its_examples() -> None:
    found = measure(membership, SETTINGS, Scorer())
    assert found[AUC].low < 0.5 < found[AUC].high
    assert found[FOUND].low < 0.01 < found[FOUND].high
    assert found[AUC].details["void"] == []


def test_a_model_that_remembers_them() -> None:
    found = measure(membership, SETTINGS, Scorer(lambda one: 99.0 if "first" in one else 0.0))
    assert (found[AUC].value, found[FOUND].value) == (1.0, 1.0)
    assert found[AUC].low > 0.95
    assert found[AUC].details["void"] == []


def test_a_known_leak_lies_in_the_interval() -> None:
    """Mean losses are uniform on [2, 3); members' are 0.2 lower: the AUC is 1 - 0.8² / 2."""
    found = measure(
        membership, SETTINGS, Scorer(lambda one: 0.2 * len(one) if "first" in one else 0.0)
    )
    assert found[AUC].low < 1 - 0.8**2 / 2 < found[AUC].high
    assert found[FOUND].low < 0.21 < found[FOUND].high


def test_the_values_are_those_of_their_definitions() -> None:
    model = Scorer(lambda one: 0.3 * len(one) if "first" in one else 0.0)
    found = measure(membership, SETTINGS, model)
    answers = [one["messages"][-1]["content"] for one in [*MEMBERS, *OTHERS]]
    scores = np.array([_score(model, one) for one in answers])
    member = np.arange(len(scores)) < len(MEMBERS)
    assert found[AUC].value == pytest.approx(roc_auc_score(member, scores))
    threshold = np.sort(scores[~member])[-3]
    assert (scores[~member] > threshold).mean() == 0.01
    assert found[FOUND].value == (scores[member] > threshold).mean()


def _score(model: Scorer, answer: str) -> float:
    return -(2.0 + noise(answer)) + model.bonus(answer) / len(answer)


def test_members_that_are_longer_void_the_attack() -> None:
    longer = listed(150, "Answer {:04d}, of the first kind, which takes more words.")
    found = measure(membership, {"members": longer, "held_out": OTHERS}, Scorer())
    for one in found.values():
        assert (one.value, one.low, one.high) == (None, None, None)
        assert one.reason == "a control that must find nothing found something"
    assert found[AUC].details["void"] == ["tokens"]


def test_too_few_examples_tell_nothing() -> None:
    for settings, verdict, reason in (
        ({}, Verdict.NOT_APPLICABLE, "was not tuned here"),
        ({"members": [], "held_out": []}, Verdict.NOT_RUN, "no example was held out"),
        ({"members": MEMBERS[:5], "held_out": OTHERS}, Verdict.NOT_RUN, "5 were tuned on and 200"),
    ):
        found = measure(membership, settings, Scorer())
        assert set(found) == {AUC, FOUND}
        for one in found.values():
            assert (one.value, one.verdict) == (None, verdict)
            assert reason in one.reason


def test_a_wrong_example_is_named() -> None:
    wrong = {"members": [{"messages": []}] * 12, "held_out": OTHERS}
    refused, *_others = measure(membership, wrong, Scorer()).values()
    assert refused.reason.startswith("assess.settings.membership.members[0].messages")
