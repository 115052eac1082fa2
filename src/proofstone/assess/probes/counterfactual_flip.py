"""Whether a decision changes when nothing but a protected attribute is exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.equity.people import nobody, unable
from proofstone.assess.measured import measured, scores, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import mean_interval, wilson
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

PROBE = "counterfactual_flip"
METRICS = ("counterfactual_flip_rate", "counterfactual_score_change")
_ROWS = 5_000
_VALUES = 12


def _bound(case: DecisionCase) -> int:
    """Rows that are asked at most: each once as it is, and once for each value of each column."""
    most, values = _limits(case)
    read = [name for name in case.protected if name in case.rows.frame.columns]
    kinds = [case.rows.frame[name].drop_nulls().n_unique() for name in read]
    return sum(min(len(case), most) * (1 + min(kind, values)) for kind in kinds)


def _limits(case: DecisionCase) -> tuple[int, int]:
    chosen = settings(case, PROBE)
    return int(chosen.get("rows", _ROWS)), int(chosen.get("values", _VALUES))


@probe(
    needs=Predict,
    rows=_bound,
    family="fairness",
    metrics=METRICS,
)
def counterfactual_flip(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Share of people whose decision would be another with another value of a protected column.

    Each row is asked again with each other value that the column holds, all else equal (the
    causal attribute alone is changed, as in Galhotra, Brun, Meliou 2017). Also the mean size of
    the change in score. At most 5,000 rows, drawn at random (`rows`), and the 12 most frequent
    values (`values`) are exchanged. A model that does not read the column cannot flip: that is
    said, and counts as no evidence.

    Not covered: what would follow from the attribute in the world (its effects on other inputs);
    see how well other inputs tell it (`proxies`).
    """
    if not case.protected:
        return [nobody(case, PROBE, metric) for metric in METRICS]
    read = [name for name in case.protected if name in case.rows.frame.columns]
    unread = [one for name in case.protected if name not in read for one in _unread(case, name)]
    swaps = {name: _swapped(case, name, rng) for name in read}
    kept = {name: one for name, one in swaps.items() if len(one.values) > 1 and len(one.asked)}
    flat = [one for name in read if name not in kept for one in _single(case, name)]
    if not kept:
        return unread + flat
    asks = [Ask(one, Predict()) for swap in kept.values() for one in (swap.rows, swap.asked)]
    answers = iter((yield tuple(asks)))
    findings: list[Finding] = []
    for name, swap in kept.items():
        findings += _findings(case, name, swap, next(answers), next(answers))
    return findings + unread + flat


@dataclass(frozen=True, eq=False)
class _Swap:
    """Rows, and the same with other values: `place` (m,) is the row, `to` (m,) the new value."""

    rows: Rows
    places: np.ndarray
    values: tuple[Any, ...]
    present: int
    asked: Rows
    place: np.ndarray
    to: np.ndarray


def _swapped(case: DecisionCase, name: str, rng: np.random.Generator) -> _Swap:
    most, values = _limits(case)
    places = np.arange(len(case))
    if len(case) > most:
        places = np.sort(rng.choice(len(case), most, replace=False))
    rows = case.rows.take(places)
    # The column itself may be named "rows".
    counts = case.rows.frame[name].drop_nulls().alias("value").value_counts(name="rows")
    ordered = counts.sort(["rows", "value"], descending=[True, False])["value"]
    kept = tuple(ordered[:values].to_list())
    parts, place, to = [rows.take(np.zeros(0, dtype=np.int64))], [], []
    for at, value in enumerate(kept):
        other = np.flatnonzero(rows.frame[name].ne_missing(value).to_numpy())
        moved = rows.take(other)
        parts.append(moved.replaced(name, pl.Series(name, [value]).new_from_index(0, len(other))))
        place.append(other)
        to.append(np.full(len(other), at))
    stacked = [np.concatenate(one) if one else np.zeros(0, dtype=np.int64) for one in (place, to)]
    return _Swap(rows, places, kept, len(ordered), Rows.concat(parts), stacked[0], stacked[1])


def _findings(
    case: DecisionCase, name: str, swap: _Swap, first: np.ndarray, other: np.ndarray
) -> list[Finding]:
    before, after = scores(case, first), scores(case, other)
    threshold = case.threshold[swap.places]
    change = after - before[swap.place]
    flip = (after >= threshold[swap.place]) != (before >= threshold)[swap.place]
    n = len(swap.rows)
    tried = np.bincount(swap.place, minlength=n)
    flipped = np.bincount(swap.place[flip], minlength=n)[tried > 0] > 0
    size = (np.bincount(swap.place, np.abs(change), minlength=n) / np.maximum(tried, 1))[tried > 0]
    details = {
        "values": len(swap.values),
        "present": swap.present,
        "rows": n,
        "exchanges": _pairs(swap, name, change, flip),
    }
    return [
        measured(
            case,
            PROBE,
            "counterfactual_flip_rate",
            float(flipped.mean()),
            partial(wilson, float(flipped.sum()), float(len(flipped))),
            subject=name,
            n=len(flipped),
            method=message("Wilson"),
            details=details,
        ),
        measured(
            case,
            PROBE,
            "counterfactual_score_change",
            float(size.mean()),
            lambda level: _nonnegative(size, level),
            subject=name,
            n=len(size),
            method=message("t interval of the mean"),
        ),
    ]


def _nonnegative(size: np.ndarray, level: float) -> Any:
    ends = mean_interval(size, level)
    return ends._replace(low=max(0.0, ends.low))


def _pairs(swap: _Swap, name: str, change: np.ndarray, flip: np.ndarray) -> list[dict[str, Any]]:
    """Each exchange: from which value to which, how many rows, flips, and the mean change."""
    kind = swap.rows.frame.schema[name]
    names = pl.Series(list(swap.values), dtype=kind).cast(pl.String).to_list()
    code = {text: at for at, text in enumerate(names)}
    held = swap.rows.frame[name].cast(pl.String).replace_strict(code, default=-1).to_numpy()
    pairs = held[swap.place] * len(names) + swap.to
    found = []
    for pair in np.unique(pairs[held[swap.place] >= 0]).tolist():
        inside = pairs == pair
        start, end = divmod(pair, len(names))
        found.append(
            {
                "from": names[start],
                "to": names[end],
                "n": int(inside.sum()),
                "flips": int(flip[inside].sum()),
                "score_change": float(change[inside].mean()),
            }
        )
    return found


def _unread(case: DecisionCase, name: str) -> list[Finding]:
    reason = message(
        "the model does not read {column}, so that exchanging it cannot flip a decision: this is "
        "no evidence of fairness, since other inputs may tell it"
    ).format(column=name)
    return [unable(case, PROBE, metric, name, reason) for metric in METRICS]


def _single(case: DecisionCase, name: str) -> list[Finding]:
    reason = message("{column} holds a single value, so there is nothing to exchange").format(
        column=name
    )
    return [unable(case, PROBE, metric, name, reason) for metric in METRICS]
