"""Which words of a text moved its score, for a few texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from proofstone.assess.measured import scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.text.explainer import text_explainer
from proofstone.explain.text.heat import Heat
from proofstone.guards.recognisers.scan import scan
from proofstone.models.contract import Predict
from proofstone.models.tabular import TabularModel

_LONGEST = 400
_BLACK = "█"


@probe(needs=Predict, rows=len, family="attribution", metrics=("local_words",))
def words(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Three texts of the released model with what each of their words added to the log-odds.

    They are the most surely positive, the most surely negative and the one closest to its
    threshold, up to 400 characters of each. Exact for bags of terms (`explain.text.terms`), by
    integrated gradients for encoders. Personal data that the guards recognise is blacked out.

    Not covered: personal data that nothing around it gives away.
    """
    score = scores(case, (yield Ask(case.rows, Predict())))
    model = case.model
    if not isinstance(model, TabularModel) or not len(case):
        return [_without(message("there is no released model to explain"))]
    if any(feature.kind != "text" for feature in model.signature.inputs):
        return []  # what other inputs add is what the probe `shapley` is for
    try:
        explain = text_explainer(model)
    except InputError as error:
        return [_without(str(error))]
    near = np.abs(score - case.threshold)
    places = dict.fromkeys([int(score.argmax()), int(score.argmin()), int(near.argmin())])
    texts = model.matrix(case.rows.take(np.array(list(places))).frame)[:, 0]
    heats = [explain(text) for text in texts]
    rows = [
        _row(int(case.rows.origin[at]), float(score[at]), heat)
        for at, heat in zip(places, heats, strict=True)
    ]
    return [
        Finding(
            probe="words",
            metric="local_words",
            subject="examples",
            n=len(rows),
            method=heats[0].method,
            evidence="bytes",
            details={"rows": rows},
        )
    ]


def _without(reason: str) -> Finding:
    return Finding(probe="words", metric="local_words", subject="examples", reason=reason)


def _row(row: int, score: float, heat: Heat) -> dict[str, Any]:
    """One text as a chart needs it; `rest` is what the parts after the cut added together."""
    shown = [part for part in heat.parts if part.end <= _LONGEST]
    rest = heat.parts[len(shown) :]
    return {
        "row": row,
        "score": score,
        "base": heat.base,
        "text": _blacked(heat.text)[:_LONGEST],
        "parts": [[part.start, part.end, round(part.value, 6)] for part in shown],
        "rest": sum(part.value for part in rest),
    }


def _blacked(text: str) -> str:
    """The text with personal data blacked out, character by character: places stay."""
    letters = list(text)
    for one in scan(text):
        letters[one.start : one.end] = _BLACK * (one.end - one.start)
    return "".join(letters)
