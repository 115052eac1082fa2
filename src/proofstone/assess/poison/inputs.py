"""The rows that are searched, and their inputs as numbers that a regression can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from proofstone.assess.equity.design import design
from proofstone.assess.poison.patterns import FEWEST
from proofstone.checks.cases import DecisionCase
from proofstone.measures.components import components
from proofstone.models.text.words import words

_WORDS = 2_000
_DIRECTIONS = 50


def some_rows(case: DecisionCase, most: int, rng: np.random.Generator) -> DecisionCase:
    """The case, or `most` of its rows drawn at random, without groups."""
    if len(case) <= most:
        return case
    places = np.sort(rng.choice(len(case), most, replace=False))
    return replace(
        case,
        rows=case.rows.take(places),
        target=case.target[places],
        threshold=case.threshold[places],
        protected={},
    )


def text_columns(case: DecisionCase) -> tuple[str, ...]:
    """The inputs that are texts; without a model, those of which nearly every value differs."""
    frame = case.rows.frame
    kinds = {one.name: one.kind for one in case.model.signature.inputs} if case.model else {}
    return tuple(
        name
        for name, kind in frame.schema.items()
        if kind == pl.String and (kinds[name] == "text" if name in kinds else _wordy(frame[name]))
    )


def readable(frame: pl.DataFrame, texts: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Columns of like scale (n, d): those of a table as `design` codes them, texts by their words.

    Of a text, the 2,000 words that most rows have count by log frequency times inverse document
    frequency, and of them the 50 directions along which rows differ most.
    """
    table = design(frame.drop(*texts)).values
    return np.hstack([table, *(_read(frame[name], rng) for name in texts)])


def _read(series: pl.Series, rng: np.random.Generator) -> np.ndarray:
    counts = [Counter(words(text or "")) for text in series.to_list()]
    rows_with: Counter[str] = Counter()
    for one in counts:
        rows_with.update(one.keys())
    listed = [(word, rows) for word, rows in rows_with.most_common(_WORDS) if rows >= FEWEST]
    place = {word: at for at, (word, _) in enumerate(listed)}
    idf = np.log((1 + len(counts)) / (1 + np.array([rows for _, rows in listed]))) + 1
    weight = np.zeros((len(counts), len(listed)))
    for row, one in enumerate(counts):
        known = [(place[word], times) for word, times in one.items() if word in place]
        for at, times in known:
            weight[row, at] = (1.0 + np.log(times)) * idf[at]
    weight /= np.maximum(np.linalg.norm(weight, axis=1, keepdims=True), 1e-12)
    found = weight @ components(weight, _DIRECTIONS, rng)
    spread = found.std(axis=0)
    return np.asarray((found - found.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _wordy(series: pl.Series) -> bool:
    """Whether values are long and nearly all different."""
    lengths = series.str.len_chars().drop_nulls().to_numpy()
    long = bool(len(lengths)) and float(lengths.mean()) > 2 * FEWEST
    return long and series.n_unique() > max(FEWEST, len(series) // 2)
