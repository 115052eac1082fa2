"""Releases, or the candidates of one, side by side on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from proofstone.core.i18n import _
from proofstone.interfaces.cli.show import interval, number, out, verdict_text
from proofstone.report.numbers import MISSING, count, duration
from proofstone.report.sections.responders import megabytes


def show_releases(document: Mapping[str, Any], first: str, second: str) -> None:
    """Print what `pipeline.comparison.compare` returned: findings, then the two models."""
    findings = _table(_("metric"), _("subject"), first, second, _("change"))
    for one in document["findings"]:
        findings.add_row(
            one["metric"], one["subject"], interval(one["first"]), interval(one["second"]),
            number(one["change"]),
        )  # fmt: skip
    out().print(findings)
    models = document["models"]
    facts = _table("", first, second)
    facts.add_row(_("Model"), *(one["name"] for one in models))
    for row in _facts(models):
        facts.add_row(*row)
    facts.add_row(_("Peak memory of the run"), *(_memory(one["run_memory_mb"]) for one in models))
    out().print()
    out().print(facts)


def show_candidates(document: Mapping[str, Any]) -> None:
    """Print what `pipeline.comparison.compare_candidates` returned: a column a candidate."""
    models, winner = document["models"], document["release"]["winner"]
    stars = ("★ " if one["name"] == winner else "" for one in models)
    table = _table(
        _("metric"), *(star + one["name"] for star, one in zip(stars, models, strict=True))
    )
    for one in document["findings"]:
        cells = (MISSING if value is None else interval(value) for value in one["values"])
        table.add_row(one["metric"], *cells)
    table.add_row(_("verdict"), *(verdict_text(one["verdict"]) for one in models))
    for row in _facts(models):
        table.add_row(*row)
    out().print(table)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, heading in enumerate(headings):
        table.add_column(Text(heading), overflow="fold", no_wrap=at == 0)
    return table


def _facts(models: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """What models are and cost, a row a fact that is known of any of them."""
    yield _("Family"), *(one["family"] for one in models)
    weights = [one["weights"] for one in models]
    if any(weights):
        names = ([one["address"].rpartition("/")[2] for one in held] for held in weights)
        yield _("Weights"), *(", ".join(held) or MISSING for held in names)
        yield _("Licences of the weights"), *map(_licences, weights)
        sizes = (sum(one["size"] for one in held) if held else None for held in weights)
        yield _("Size of all weights"), *map(megabytes, sizes)
    yield _("Time to make and to measure it"), *(duration(one["seconds"]) for one in models)
    if any(one["seconds_per_reply"] is not None for one in models):
        yield _("Time of a reply"), *(duration(one["seconds_per_reply"]) for one in models)
    if any(one["memory_mb"] is not None for one in models):
        yield _("Peak memory"), *(_memory(one["memory_mb"]) for one in models)


def _memory(size: float | None) -> str:
    return MISSING if size is None else _("{size} MB").format(size=count(size))


def _licences(weights: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(one["licence"] or _("not known") for one in weights)) or MISSING
