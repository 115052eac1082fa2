"""Whether a tuned model tells by its confidence which examples it was tuned on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.assess.memorised.examples import Example, read_example, rows_of_answers
from proofstone.assess.memorised.true_positives import TruePositives
from proofstone.checks.cases import Case
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.classification import roc_auc
from proofstone.measures.influence import delong_auc
from proofstone.models.contract import Logprobs

_NAME = "membership"
_METRICS = ("membership_auc", "membership_tpr_at_1_fpr")
_CONTROL = 0.999
_FALSE = 0.01
_FEWEST = 10


def _most_rows(case: Case) -> int:
    chosen = settings(case, _NAME)
    return len(chosen.get("members", ())) + len(chosen.get("held_out", ()))


@probe(needs=Logprobs, rows=_most_rows, family="privacy", metrics=_METRICS, about=Case)
def membership(case: Case, rng: np.random.Generator) -> Probing:
    """How well the mean loss of an answer's tokens tells members from others (Yeom et al. 2018).

    `members` are examples that were tuned on, `held_out` others of the same kind that were not:
    those of the candidate's own tuning, unless settings name others. `membership_auc` is the
    chance that a member has the lower loss; 0.5 says nothing leaks. `membership_tpr_at_1_fpr` is
    the share of members found where 1 % of the others are taken for members (Carlini et al.
    2022); with fewer than 100 others, where none is. Its interval allows for that threshold being
    known from these others alone.

    Two controls must find nothing, at a level of 99.9 %, or both values are withheld: members
    are not told from others by the number of their tokens alone (blind attack; Meeus et al.
    2024), and halves of the others, drawn at random, are not told apart by their loss.

    Not covered: stronger attacks, such as with reference models; what was learned before tuning.
    Members that differ from the others in more than length are told apart without any leak. Where
    early stopping chose the weights by the loss on what is held out, that loss is a little lower
    than on what nobody saw, and the attack looks a little weaker than it is.
    """
    members, others = (_examples(case, name) for name in ("members", "held_out"))
    if min(len(members), len(others)) < _FEWEST:
        return _nothing(case, len(members), len(others))
    answers = np.asarray((yield Ask(rows_of_answers([*members, *others]), Logprobs())))
    member = np.arange(len(answers)) < len(members)
    size = np.maximum(answers[:, 1], 1.0)
    score = answers[:, 0] / size
    details = _controls(member, score, size, rng)
    found = [_auc(case, member, score, details), _found(case, member, score)]
    if details["void"]:
        reason = message("a control that must find nothing found something")
        return [one.judged(value=None, low=None, high=None, reason=reason) for one in found]
    return found


def _nothing(case: Case, members: int, others: int) -> list[Finding]:
    """Why so few examples tell nothing; where none are named, the model was not tuned here."""
    verdict = Verdict.NOT_RUN
    if settings(case, _NAME).keys().isdisjoint(("members", "held_out")):
        verdict = Verdict.NOT_APPLICABLE
        reason = message("the model was not tuned here, and settings name no examples")
    elif not others:
        reason = message("no example was held out from tuning, to compare with")
    else:
        reason = message(
            "too few examples: {members} were tuned on and {others} were not; it takes {least} each"
        ).format(members=members, others=others, least=_FEWEST)
    return [
        Finding(probe=_NAME, metric=metric, verdict=verdict, reason=reason) for metric in _METRICS
    ]


def _examples(case: Case, name: str) -> list[Example]:
    place = f"assess.settings.{_NAME}.{name}"
    listed: Sequence[Any] = settings(case, _NAME).get(name, ())
    return [read_example(one, f"{place}[{at}]") for at, one in enumerate(listed)]


def _controls(
    member: np.ndarray, score: np.ndarray, size: np.ndarray, rng: np.random.Generator
) -> dict[str, Any]:
    """What the controls find, and whether one of them voids the rest."""
    apart = score[~member]
    half = np.zeros(len(apart), dtype=bool)
    half[rng.permutation(len(apart))[: len(apart) // 2]] = True
    found = {}
    for name, label, values in (("tokens", member, size), ("halves", half, apart)):
        low, high = delong_auc(label.astype(np.int64), values, _CONTROL)
        auc = float(roc_auc(label.astype(np.int64), values))
        found[name] = {"auc": auc, "low": low, "high": high}
    void = [name for name, one in found.items() if not one["low"] <= 0.5 <= one["high"]]
    return {"controls": found, "void": void}


def _auc(case: Case, member: np.ndarray, score: np.ndarray, details: dict[str, Any]) -> Finding:
    label = member.astype(np.int64)
    return measured(
        case,
        _NAME,
        "membership_auc",
        float(roc_auc(label, score)),
        partial(delong_auc, label, score),
        n=len(label),
        method=message("DeLong's variance, score interval (Newcombe)"),
        details=details,
    )


def _found(case: Case, member: np.ndarray, score: np.ndarray) -> Finding:
    found = TruePositives(score[member], score[~member], _FALSE)
    return measured(
        case,
        _NAME,
        "membership_tpr_at_1_fpr",
        found.value,
        found.interval,
        n=int(member.sum()),
        method=message("Wilson, at thresholds by order statistics"),
        details={"others": int((~member).sum())},
    )
