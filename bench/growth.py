"""How an assessment of a predictions file grows with its rows: time, memory, and the curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench.process import Cost, proofstone
from bench.row import Row, seconds
from bench.scale import scaled

SIZES = tuple(dict.fromkeys(scaled(size, 200 * at) for at, size in enumerate(
    (1_000, 10_000, 100_000, 1_000_000), 1
)))  # fmt: skip
GROUPED = scaled(100_000, 5_000)
"""Rows in which the groups are counted whose number grows."""
MOST_MB = 2048
"""The peak memory that a million rows may take."""


def measure(folder: Path) -> list[Cost]:
    """Assess files of `SIZES` rows, each in a process of its own."""
    costs = []
    for size in SIZES:
        file = folder / f"scored-{size}.csv"
        _write(file, size)
        words = f"--predictions {file} --label y --score p --protected sex,region --json"
        costs.append(proofstone("assess", *words.split()))
        file.unlink()
    return costs


def rows(costs: list[Cost]) -> list[Row]:
    """One row a size; `ratio` is left out, as nothing stands beside it yet."""
    found, cpu = [], [cost.cpu for cost in costs]
    for place, (size, cost) in enumerate(zip(SIZES, costs, strict=True)):
        before = "" if not place else f"rows to the power {_power(SIZES, cpu, place):.2f}; "
        found.append(
            Row(
                f"`assess --predictions`, {size:,} rows of CSV",
                f"{seconds(cost.wall)}, {seconds(cost.cpu)} CPU",
                goal="linear or better; seconds, below 2 GB" if size == SIZES[-1] else "linear",
                notes=f"{before}peak {cost.peak:.0f} MB"
                f"{' (too much)' if cost.peak > MOST_MB else ''}, start included",
            )
        )
    return found


def group_rows(counts: Mapping[int, float]) -> list[Row]:
    """One row a number of groups; `counts` maps it to the seconds that their metrics took."""
    found = []
    for place, (count, took) in enumerate(counts.items()):
        before = ""
        if place:
            power = _power([*counts], [*counts.values()], place)
            before = f"groups to the power {power:.2f}; "
        found.append(
            Row(
                f"six rates, their differences and ratios with intervals: {GROUPED:,} rows, "
                f"{count:,} groups",
                seconds(took),
                goal="linear or better",
                notes=f"{before}the measures alone: a probe refuses more than 100 groups",
            )
        )
    return found


def _power(sizes: Sequence[int], costs: Sequence[float], place: int) -> float:
    """The exponent by which the cost grew since the size before."""
    grown = math.log(costs[place] / costs[place - 1])
    return grown / math.log(sizes[place] / sizes[place - 1])


def _write(file: Path, size: int) -> None:
    rng = np.random.default_rng(0)
    score = rng.beta(1.5, 4, size)
    pl.DataFrame(
        {
            "y": (rng.random(size) < score).astype(np.int64),
            "p": score.round(6),
            "sex": rng.choice(["female", "male"], size),
            "region": rng.choice([f"r{place}" for place in range(8)], size),
            "age": rng.integers(18, 90, size),
            "income": rng.lognormal(10, 0.5, size).round(2),
        }
    ).write_csv(file)


def curve(costs: list[Cost], groups: Mapping[int, float] | None = None) -> str:
    """CPU seconds and peak memory over rows, seconds over `groups`, both axes logarithmic, as SVG.

    `groups` maps the number of groups to the seconds that their metrics took.
    """
    panels = [
        _Panel("CPU seconds by rows", SIZES, [cost.cpu for cost in costs]),
        _Panel("peak memory by rows, MB", SIZES, [cost.peak for cost in costs]),
    ]
    if groups:
        panels.append(_Panel("seconds by groups", tuple(groups), list(groups.values())))
    body = "".join(panel.draw(380 * at) for at, panel in enumerate(panels))
    width = 380 * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 320" role="img" '
        'font-family="sans-serif" font-size="12"><title>What an assessment costs '
        "by rows and groups, beside linear growth (dashed)</title>"
        f'<rect width="{width}" height="320" fill="#fff"/>{body}</svg>\n'
    )


@dataclass(frozen=True)
class _Panel:
    """Values over sizes, on two logarithmic axes."""

    title: str
    sizes: Sequence[int]
    values: Sequence[float]

    def draw(self, left: float) -> str:
        """The panel as SVG, its left edge at `left`."""
        x0, x1, y0, y1 = left + 60, left + 350, 270, 40
        low = math.floor(math.log10(min(self.values)))
        high = max(math.ceil(math.log10(max(self.values))), low + 1)
        first, last = math.log10(self.sizes[0]), math.log10(self.sizes[-1])

        def at(size: float, value: float) -> str:
            x = x0 + (x1 - x0) * (math.log10(size) - first) / (last - first)
            y = y0 + (y1 - y0) * (math.log10(value) - low) / (high - low)
            return f"{x:.1f},{y:.1f}"

        parts = [f'<text x="{x0}" y="24" font-weight="bold">{self.title}</text>']
        for power in range(low, high + 1):
            place = at(self.sizes[0], 10.0**power).split(",")[1]
            parts.append(f'<path d="M{x0},{place}H{x1}" stroke="#ddd"/>')
            parts.append(f'<text x="{x0 - 8}" y="{place}" text-anchor="end">{10.0**power:g}</text>')
        for size in self.sizes:
            place = at(size, 10.0**low).split(",")[0]
            parts.append(f'<text x="{place}" y="290" text-anchor="middle">{size:,}</text>')
        top, end = self.values[-1], self.sizes[-1]
        start = max(self.sizes[0], end * 10.0**low / top)
        linear = f"{at(start, top * start / end)} {at(end, top)}"
        found = [at(size, value) for size, value in zip(self.sizes, self.values, strict=True)]
        parts.append(
            f'<polyline points="{linear}" fill="none" stroke="#888" stroke-dasharray="4"/>'
        )
        parts.append(f'<polyline points="{" ".join(found)}" fill="none" stroke="#00695c"/>')
        for point, value in zip(found, self.values, strict=True):
            x, y = point.split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="#00695c"/>')
            parts.append(
                f'<text x="{x}" y="{float(y) - 10:.1f}" text-anchor="middle">{value:.3g}</text>'
            )
        return "".join(parts)
