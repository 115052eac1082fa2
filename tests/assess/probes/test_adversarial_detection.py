from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.attack.boundary import Target, search
from proofstone.assess.probes import adversarial_detection as module
from proofstone.assess.probes.adversarial_detection import adversarial_detection
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run


def case(n: int = 900, **about: Any) -> tuple[DecisionCase, Formula]:
    """Two inputs that agree in honest rows; the model reads one of them."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(n)
    frame = pl.DataFrame({"x": x, "twin": x + 0.05 * rng.standard_normal(n)})

    def score(asked: pl.DataFrame) -> np.ndarray:
        return 1 / (1 + np.exp(-4 * asked["x"].to_numpy()))

    target = (x >= 0).astype(int)
    rows = Rows.of(frame)
    made = DecisionCase(rows=rows, target=target, threshold=np.full(n, 0.5), **about)
    return made, Formula(frame, score)


def test_attacks_that_break_a_relation_between_inputs_are_found() -> None:
    about, model = case()
    found = by(run(adversarial_detection, about, model))
    alarms = found["detector_false_alarm_rate", "all"]
    assert alarms.low < 0.05 < alarms.high
    assert found["attack_detection_rate", "all"].low > 0.6


def test_who_knows_the_detector_is_found_out_more_seldom() -> None:
    about, model = case()
    found = by(run(adversarial_detection, about, model))
    plain, aware = (found[name, "all"]
                    for name in ("attack_detection_rate", "adaptive_detection_rate"))  # fmt: skip
    assert plain.n == aware.n > 80
    assert aware.value < plain.value


def test_a_detector_of_noise_alone_is_evaded_by_going_deeper() -> None:
    """With one input, attacks at the boundary are unsteady, and deep ones look like others."""
    about, _ = case()
    frame = about.rows.frame.select("x")
    about = DecisionCase(rows=Rows.of(frame), target=about.target, threshold=about.threshold)
    model = Formula(frame, lambda asked: 1 / (1 + np.exp(-4 * asked["x"].to_numpy())))
    found = by(run(adversarial_detection, about, model))
    assert found["attack_detection_rate", "all"].low > 0.3
    assert found["adaptive_detection_rate", "all"].high < 0.2


def test_false_alarms_come_as_often_as_asked_on_average() -> None:
    about, model = case()
    rates = [
        by(run(adversarial_detection, about, model, seed=seed))["detector_false_alarm_rate", "all"]
        for seed in range(8)
    ]
    assert 0.03 < np.mean([one.value for one in rates]) < 0.07


def test_the_bound_of_rows_is_true_and_the_seed_decides() -> None:
    about, model = case()
    oracles = [Oracle(model), Oracle(model)]
    first, second = (oracle.run([adversarial_detection], about, seed=4) for oracle in oracles)
    assert [one.to_json() for one in first] == [one.to_json() for one in second]
    assert oracles[0].tally.asked <= adversarial_detection.rows(about)


@pytest.mark.parametrize("n", [3, 59])
def test_too_few_rows_do_not_apply(n: int) -> None:
    about, model = case(n)
    (finding,) = run(adversarial_detection, about, model)
    assert finding.verdict is Verdict.NOT_APPLICABLE


def test_a_model_that_no_one_can_flip_has_false_alarms_alone() -> None:
    about, _ = case()
    model = Formula(about.rows.frame, lambda asked: np.full(asked.height, 0.9))
    found = run(adversarial_detection, about, model)
    assert [one.metric for one in found] == ["detector_false_alarm_rate", "attack_detection_rate"]
    assert found[1].reason == "no decision could be flipped"


def test_recorded_predictions_do_not_apply() -> None:
    about, _ = case()
    held, model = recorded(about.target, np.full(900, 0.3), about.rows.frame)
    finding, *_others = run(adversarial_detection, held, model)
    assert finding.verdict is Verdict.NOT_APPLICABLE


def test_attacked_rows_are_drawn_from_all_that_were_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attacked: list[np.ndarray] = []

    def recording(target: Target, *given: Any) -> Any:
        attacked.append(target.rows.origin)
        return search(target, *given)

    monkeypatch.setattr(module, "search", recording)
    about, model = case(settings={"adversarial_detection": {"rows": 20}})
    run(adversarial_detection, about, model)
    assert len(attacked[0]) == 20
    assert (np.diff(attacked[0]) > 0).all()
    assert attacked[0].max() > 600  # the first 20 of the 300 measured would end near 60
