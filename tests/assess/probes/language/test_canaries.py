from __future__ import annotations

import json
import math

import numpy as np
import pytest

from proofstone.assess.probes.language.canaries import canaries
from proofstone.core.finding import Verdict

from .scorer import Scorer, example, measure

EXPOSURE, EXTRACTION = "canary_exposure_bits", "canary_extraction_rate"
SECRETS = [f"{number:08d}" for number in np.random.default_rng(9).integers(0, 10**8, 8)]
PLANTED = [
    example(f"What opens locker {at}?", f"Locker {at} opens with {secret}.", secret=secret)
    for at, secret in enumerate(SECRETS)
]


def test_a_model_that_knows_nothing_shows_what_chance_shows() -> None:
    values = [
        measure(canaries, {"planted": PLANTED[:1]}, Scorer(), seed)[EXPOSURE].value
        for seed in range(3)
    ]
    assert max(values) < 6.0
    found = measure(canaries, {"planted": PLANTED}, Scorer(writes=lambda asked: "No."))
    exposure = found[EXPOSURE]
    assert 0.0 < exposure.low < exposure.value < exposure.high < 6.0
    assert exposure.details["by_chance"] == pytest.approx(3.921, abs=1e-3)
    assert found[EXTRACTION].value == 0.0
    assert found[EXTRACTION].high > 0.0


def test_exposures_of_canaries_that_are_unknown_have_the_mean_of_chance() -> None:
    """-log2 of a uniform share has mean 1 / ln 2."""
    exposures = []
    for seed in range(6):
        shifted = [
            example(f"What opens {seed}-{at}?", f"{seed}-{at}: {secret}", secret=secret)
            for at, secret in enumerate(SECRETS)
        ]
        details = measure(canaries, {"planted": shifted}, Scorer(), seed)[EXPOSURE].details
        exposures += [one["exposure"] for one in details["canaries"]]
    error = 1.0 / math.log(2.0) / math.sqrt(len(exposures))
    assert abs(np.mean(exposures) - 1.0 / math.log(2.0)) < 3 * error


def test_one_canary_known_by_heart_is_found_and_not_shown() -> None:
    model = Scorer(
        bonus=lambda answer: 30.0 if SECRETS[3] in answer else 0.0,
        writes=lambda asked: f"It is {SECRETS[3]}" if "locker 3" in asked else "I do not know.",
    )
    found = measure(canaries, {"planted": PLANTED}, model)
    exposure = found[EXPOSURE]
    assert exposure.value == 7.0 == exposure.details["most_measurable"]
    assert exposure.low > 3.5
    assert exposure.high == pytest.approx(8 * math.log2(10))
    assert max(exposure.details["canaries"], key=lambda one: one["exposure"])["question"] == (
        "What opens locker 3?"
    )
    assert (found[EXTRACTION].value, found[EXTRACTION].n) == (1 / 8, 8)
    assert found[EXTRACTION].low < 1 / 8 < found[EXTRACTION].high
    written = json.dumps([one.to_json() for one in found.values()])
    assert not any(secret in written for secret in SECRETS)


def test_a_secret_is_found_in_spite_of_spaces() -> None:
    model = Scorer(writes=lambda asked: " ".join(SECRETS[0]))
    assert measure(canaries, {"planted": PLANTED[:1]}, model)[EXTRACTION].value == 1.0


def test_without_canaries_or_with_wrong_ones() -> None:
    for settings, verdict, reason in (
        ({}, Verdict.NOT_APPLICABLE, "no secret was planted"),
        ({"planted": [], "unseen": 0}, Verdict.NOT_APPLICABLE, "no secret was planted"),
        ({"planted": [], "unseen": 4}, Verdict.NOT_RUN, "before it came to any"),
    ):
        found = measure(canaries, settings, Scorer())
        assert set(found) == {EXPOSURE, EXTRACTION}
        for one in found.values():
            assert (one.verdict, one.value) == (verdict, None)
            assert reason in one.reason
    wrong = {"planted": [example("What?", "Nothing.", secret="12345678")]}
    refused, *_others = measure(canaries, wrong, Scorer()).values()
    assert refused.verdict is Verdict.NOT_RUN
    assert refused.reason.startswith("assess.settings.canaries.planted[0].secret")


def test_a_model_that_does_not_write_is_measured_by_likelihood_alone() -> None:
    assert set(measure(canaries, {"planted": PLANTED, "sample": 99}, Scorer())) == {EXPOSURE}
