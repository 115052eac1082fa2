"""What decisions about rows of a table withstand: damage, sought changes, attacks, and proofs."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.charts.bars import bar_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.numbers import MISSING, number, plain, share, show, span
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View

DAMAGE = {
    "typos": message("Typing errors in categories and texts"),
    "missing": message("Missing values"),
    "noise": message("Noise on all numbers"),
    "units_x10": message("One number ten times too large"),
    "units_x100": message("One number a hundred times too large"),
    "units_x0.001": message("One number a thousand times too small"),
    "swapped": message("Two like columns swapped"),
    "shifted": message("A number shifted by half a deviation"),
    "reweighted": message("Other people: a number's mean shifted by reweighting"),
}

_PARTS = {
    "cost<=": message("at a cost of at most {number}"),
    "radius=": message("within a radius of {number}"),
}
_NORMS = {
    "norm=linf": message("by the largest difference"),
    "norm=l2": message("by Euclidean distance"),
}
_DAMAGED = "corruption="


def view(record: Record) -> View | None:
    """What was measured, each kind of damage, the cheapest changes; None where nothing was."""
    findings = of_part(record, "robustness")
    if not findings:
        return None
    shown = [one for one in findings if not one.subject.startswith(_DAMAGED)]
    rows = table(record, shown)
    for row, finding in zip(rows["rows"], shown, strict=True):
        if not row["first"]:
            row["name"] = _called(finding.subject)
    return {
        "table": rows,
        "damage": _damage(record),
        "examples": _examples(record),
        "texts": [*_gradient(record), *_detector(record)],
    }


def _called(subject: str) -> str:
    for start, words in _PARTS.items():
        if subject.startswith(start):
            return _(words).format(number=subject.removeprefix(start))
    return _(_NORMS[subject]) if subject in _NORMS else subject


def _damage(record: Record) -> list[dict[str, Any]]:
    """Each kind of damage with its three changes; the worst by flipped decisions is marked."""
    found = {
        (one.metric, one.subject.removeprefix(_DAMAGED)): one
        for one in record.findings
        if one.subject.startswith(_DAMAGED) and one.value is not None
    }
    flips = [one for (metric, _kind), one in found.items() if metric == "corrupted_flip_rate"]
    worst = max(flips, key=lambda one: one.value or 0.0, default=None)
    scale = Scale.around([one.high for one in flips], zero=True, pad=0.05)
    return [
        {
            "name": _(words),
            "column": _column(found.get(("corrupted_flip_rate", kind))
                              or found.get(("corrupted_auc_drop", kind))),
            "worst": worst is not None and worst.subject == f"{_DAMAGED}{kind}",
            "area": _told(found.get(("corrupted_auc_drop", kind))),
            "loss": _told(found.get(("corrupted_log_loss_rise", kind))),
            "flips": _told(found.get(("corrupted_flip_rate", kind))),
            "chart": _chart(_(words), found.get(("corrupted_flip_rate", kind)), scale),
        }
        for kind, words in DAMAGE.items()
        if any(known == kind for _metric, known in found)
    ]  # fmt: skip


def _column(finding: Finding | None) -> str:
    return str(finding.details.get("column") or "") if finding is not None else ""


def _told(finding: Finding | None) -> dict[str, str]:
    if finding is None:
        return {"value": MISSING, "interval": ""}
    interval = span(finding.metric, finding.low, finding.high)
    return {"value": show(finding.metric, finding.value), "interval": interval}


def _chart(name: str, finding: Finding | None, scale: Scale) -> Any:
    if finding is None or finding.value is None:
        return None
    return bar_chart(
        title=name,
        description=show(finding.metric, finding.value),
        value=finding.value,
        low=finding.low,
        high=finding.high,
        scale=scale,
    )


def _examples(record: Record) -> list[dict[str, Any]]:
    """The cheapest changes that flipped a decision: row, cost, each column before and after."""
    finding = find(record.findings, "boundary_cost")
    found = listing(finding.details.get("examples")) if finding is not None else []
    examples = []
    for entry in found:
        one = mapping(entry)
        changes = [
            {"column": str(name), "before": _value(ends[0]), "after": _value(ends[1])}
            for name, ends in mapping(one.get("changes")).items()
            if isinstance(ends, list) and len(ends) == 2
        ]
        row, cost = str(one.get("row", "")), plain(number(one.get("cost")), 3)
        examples.append({"row": row, "cost": cost, "changes": changes})
    return examples


def _value(value: Any) -> str:
    known = number(value)
    return str(value) if known is None else f"{known:.6g}".replace("-", "−")


def _gradient(record: Record) -> list[str]:
    """What plain gradient descent alone would have said."""
    finding = find(record.findings, "robust_accuracy", "norm=linf")
    details = finding.details if finding is not None else {}
    alone, clean = number(details.get("pgd")), number(details.get("clean"))
    if finding is None or alone is None or clean is None:
        return []
    text = _(
        "Without an attack {clean} are right; plain gradient descent (PGD) leaves {alone}, the "
        "ensemble of attacks {all}, within {size} by the largest difference."
    )
    size = plain(number(details.get("size")), 2)
    return [
        text.format(clean=share(clean), alone=share(alone), all=share(finding.value), size=size)
    ]


def _detector(record: Record) -> list[str]:
    """Why the second rate of detection is the one to go by."""
    if find(record.findings, "adaptive_detection_rate") is None:
        return []
    return [
        _(
            "Go by the rate of detection under an attacker who knows the detector: whoever attacks "
            "on purpose will find it out."
        )
    ]
