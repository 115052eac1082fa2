"""What happens to data on the way: slips of the keyboard, gaps, noise, wrong units, a shift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from proofstone.assess.attack.inputs import number
from proofstone.assess.attack.noise import noisy, written
from proofstone.assess.perturb.typos import with_typos
from proofstone.models.rows import Rows

UNITS = {"units_x10": 10.0, "units_x100": 100.0, "units_x0.001": 0.001}
"""By kind of corruption, what one number of each row is multiplied with."""

SHIFT = 0.5
"""How far a shifted number moves, in standard deviations."""

KINDS = ("typos", "missing", "noise", *UNITS, "swapped", "shifted", "reweighted")

_NOISE = 0.1
_COLUMNS = 8
_VARIANTS = 200


@dataclass(frozen=True, eq=False)
class Corruption:
    """One way in which the rows change: other values, or (`weight`, shape (n,)) another mixture.

    `kind` is one of `KINDS`; `column` says which column, where it is one of several, and how.
    """

    kind: str
    rows: Rows
    column: str = ""
    weight: np.ndarray | None = None


def corruptions_of(
    rows: Rows,
    spread: Mapping[str, float],
    texts: set[str],
    share: float,
    rng: np.random.Generator,
) -> list[Corruption]:
    """Every corruption that these rows can suffer; `spread` has each number's deviation.

    `texts` are columns of free text, `share` is how many cells are mistyped or lost. Mistyped are
    columns of type String, of each at most 200 distinct values.
    """
    found = [*_typos(rows, texts, share, rng), *_missing(rows, share, rng)]
    if spread:
        found.append(Corruption("noise", noisy(rows, spread, _NOISE, 1, rng)))
        found += [
            Corruption(kind, _one_of_each(rows, list(spread), factor, rng))
            for kind, factor in UNITS.items()
        ]
    found += _swapped(rows, spread, rng)
    shifted = sorted(spread)
    if len(shifted) > _COLUMNS:
        shifted = sorted(rng.permutation(shifted)[:_COLUMNS].tolist())
    for name in shifted:
        found += _shifted(rows, name, spread[name])
    return found


def most_copies(frame: pl.DataFrame) -> int:
    """The most copies of the rows that `corruptions_of` makes values for."""
    numbers = sum(kind.is_numeric() for kind in frame.schema.values())
    return len(KINDS) - 2 + 2 * min(numbers, _COLUMNS)


def _typos(
    rows: Rows, texts: set[str], share: float, rng: np.random.Generator
) -> Iterator[Corruption]:
    changed = rows
    for name in rows.frame.columns:
        series = rows.frame[name]
        if series.dtype != pl.String:
            continue
        slip = with_typos if name in texts else _mistyped
        hit = pl.Series(rng.random(len(rows)) < share) & series.is_not_null()
        values = series.filter(hit).unique(maintain_order=True).head(_VARIANTS).to_list()
        known = {value: slip(value, rng) for value in values}
        fresh = series.replace(known)
        column = pl.select(pl.when(hit).then(fresh).otherwise(series)).to_series()
        changed = Rows(changed.frame.with_columns(column.alias(name)), rows.origin)
    if changed is not rows:
        yield Corruption("typos", changed)


def _mistyped(text: str, rng: np.random.Generator) -> str:
    """The text with one letter lost, doubled, or changed places with the next."""
    if not text:
        return text
    at = int(rng.integers(len(text)))
    match int(rng.integers(3)):
        case 0 if len(text) > 1:
            return text[:at] + text[at + 1 :]
        case 1 if len(text) > 1:
            first = min(at, len(text) - 2)
            return text[:first] + text[first + 1] + text[first] + text[first + 2 :]
        case _:
            return text[: at + 1] + text[at:]


def _missing(rows: Rows, share: float, rng: np.random.Generator) -> Iterator[Corruption]:
    lost = [
        pl.select(
            pl.when(pl.Series(rng.random(len(rows)) < share)).then(None).otherwise(rows.frame[name])
        ).to_series().cast(rows.frame.schema[name]).alias(name)
        for name in rows.frame.columns
    ]  # fmt: skip
    if lost:
        yield Corruption("missing", Rows(pl.DataFrame(lost), rows.origin))


def _one_of_each(rows: Rows, names: list[str], factor: float, rng: np.random.Generator) -> Rows:
    """The rows with one number of each, drawn at random, multiplied with `factor`."""
    drawn = rng.integers(0, len(names), len(rows))
    for place, name in enumerate(names):
        values = number(rows.frame[name])
        rows = written(rows, name, np.where(drawn == place, factor * values, values))
    return rows


def _swapped(
    rows: Rows, spread: Mapping[str, float], rng: np.random.Generator
) -> Iterator[Corruption]:
    """Two numbers of like type in each other's place, one pair a row drawn at random."""
    values = {name: number(rows.frame[name]) for name in spread}
    middle = {name: np.nanquantile(one, [0.25, 0.75]) for name, one in values.items()}
    pairs = [pair for pair in combinations(spread, 2) if _alike(rows.frame, middle, *pair)]
    if not pairs:
        return
    drawn, changed = rng.integers(0, len(pairs), len(rows)), dict(values)
    for place, (one, other) in enumerate(pairs):
        here = drawn == place
        changed[one] = np.where(here, values[other], changed[one])
        changed[other] = np.where(here, values[one], changed[other])
    for name in spread:
        rows = written(rows, name, changed[name])
    yield Corruption("swapped", rows)


def _alike(frame: pl.DataFrame, middle: Mapping[str, np.ndarray], one: str, other: str) -> bool:
    """Whether two columns are both whole or both not, and their middle halves overlap."""
    if frame.schema[one].is_integer() != frame.schema[other].is_integer():
        return False
    (low, high), (least, most) = middle[one], middle[other]
    return bool(low <= most and least <= high)


def _shifted(rows: Rows, name: str, spread: float) -> Iterator[Corruption]:
    """All rows with one number moved up or down; and the same by other rows, not other values.

    Rows weigh exp(±0.5 z), z the standardised value, which moves the mean of a normal column by as
    much and leaves what the column says about the label.
    """
    values = number(rows.frame[name])
    mean = float(values[np.isfinite(values)].mean())
    z = np.nan_to_num(np.clip((values - mean) / spread, -4.0, 4.0))
    for sign, word in ((1.0, "+"), (-1.0, "-")):
        moved = written(rows, name, values + sign * SHIFT * spread)
        yield Corruption("shifted", moved, f"{name} {word}")
        yield Corruption("reweighted", rows, f"{name} {word}", np.exp(sign * SHIFT * z))
