"""What it cost: steps with their time, memory, and the environment."""

from __future__ import annotations

from proofstone.core.i18n import _, message
from proofstone.report.numbers import count, duration, number
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View

STATUS = {
    "ran": message("ran"),
    "restored": message("restored"),
    "skipped": message("skipped"),
    "failed": message("failed"),
}


def view(record: Record) -> View | None:
    """Totals, steps and environment; None when none is known."""
    steps = [mapping(one) for one in listing(record.document.get("steps"))]
    cost = mapping(record.document.get("cost"))
    environment = mapping(record.document.get("environment"))
    if not steps and not cost and not environment:
        return None
    memory = number(cost.get("peak_memory_mb"))
    totals = [
        (_("Total time"), duration(cost.get("seconds")) if cost.get("seconds") is not None else ""),
        (_("Peak memory"), _("{size} MB").format(size=count(memory)) if memory else ""),
        (_("Python"), str(environment.get("python") or "")),
        (_("Platform"), str(environment.get("platform") or "")),
        (_("Seed"), str(record.document.get("seed", ""))),
    ]
    packages = environment.get("packages")
    named = packages.items() if isinstance(packages, dict) else ((p, "") for p in listing(packages))
    return {
        "totals": [(name, text) for name, text in totals if text],
        "steps": [
            {
                "name": str(one.get("name", "")),
                "status": _(STATUS.get(str(one.get("status")), str(one.get("status") or "–"))),
                "seconds": duration(one.get("seconds")),
                "key": str(one.get("key") or "")[:12],
            }
            for one in steps
        ],
        "packages": sorted((str(name), str(version)) for name, version in named),
    }
