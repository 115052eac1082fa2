from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from proofstone.guards.fit import fit_weights
from proofstone.guards.labelled import Labelled


def row(text: str, *, attack: bool) -> Labelled:
    return Labelled(text, attack, "fit", "en", "kind")


def test_the_fit_is_the_optimum_that_scikit_learn_finds() -> None:
    rng = np.random.default_rng(7)
    texts = ["".join(sign for sign in "abc" if rng.random() < 0.4) for _ in range(300)]
    rows = [row(text, attack=bool(rng.random() < 0.2 + 0.25 * len(text))) for text in texts]
    found = fit_weights(rows, "abc", set, "digest")
    peer = LogisticRegression(C=1 / 0.3, tol=1e-10, max_iter=10_000)
    peer.fit([[sign in text for sign in "abc"] for text in texts], [one.attack for one in rows])
    assert np.allclose([*found.weights.values()], peer.coef_[0], atol=1e-3)
    assert found.bias == pytest.approx(peer.intercept_[0], abs=1e-3)


@pytest.mark.parametrize(
    ("benign", "odd", "stopped"), [(99, 1, False), (100, 1, True), (199, 2, False), (200, 2, True)]
)
def test_one_in_a_hundred_is_not_a_little_more(
    benign: int,
    odd: int,
    stopped: bool,
) -> None:
    rows = [row("ab", attack=True)] * 150 + [row("ab", attack=False)] * odd
    rows += [row("", attack=False)] * (benign - odd)
    found = fit_weights(rows, "ab", set, "digest")
    assert (found.score("ab") >= found.threshold) == stopped


def test_the_threshold_allows_one_false_alarm_in_a_hundred_benign_texts() -> None:
    attacks = [row("ab", attack=True)] * 150
    odd = row("ab", attack=False)
    calm = [row("", attack=False)] * 150
    one = fit_weights([*attacks, odd, *calm], "ab", set, "digest")
    assert one.score("ab") >= one.threshold > one.score("")
    two = fit_weights([*attacks, odd, odd, *calm], "ab", set, "digest")
    assert two.score("ab") < two.threshold
