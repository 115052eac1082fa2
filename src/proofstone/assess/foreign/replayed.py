"""Probes over recorded answers: what cannot be answered is refused before the model is asked."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from proofstone.checks.cases import Case
from proofstone.checks.probe import Ask, Probe, Probing
from proofstone.core.errors import InputError
from proofstone.models.predictions import Recorded


def replayed(probe: Probe, model: Recorded) -> Probe:
    """Return `probe` with its questions about changed rows refused before they are merged.

    The probe is told `NotRecorded`, as by the model itself; but one such question among those of
    a turn would make the oracle put each probe's questions on their own.
    """

    def function(case: Case, rng: np.random.Generator) -> Probing:
        return _guarded(probe.function(case, rng), model)

    return replace(probe, function=function)


def _guarded(probing: Probing, model: Recorded) -> Generator[Any, Any, Any]:
    try:
        question = next(probing)
        while True:
            refusal = _refusal(question, model)
            if refusal is not None:
                question = probing.throw(refusal)
                continue
            try:
                answers = yield question
            except Exception as error:  # the oracle says so; the probe may know what to do
                question = probing.throw(error)
            else:
                question = probing.send(answers)
    except StopIteration as stop:
        return stop.value


def _refusal(question: Any, model: Recorded) -> InputError | None:
    """Why the model cannot answer; what is no question at all is left to the oracle."""
    asks = question if isinstance(question, tuple) else (question,)
    try:
        for ask in asks:
            if isinstance(ask, Ask):
                model.check(ask.operation, ask.rows, ask.draw)
    except InputError as error:
        return error
    return None
