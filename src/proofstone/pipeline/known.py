"""The names that a project file may use: those of every registered plug-in."""

from __future__ import annotations

from proofstone.core.project.known import Known
from proofstone.pipeline.plugins import plugins


def known_names() -> Known:
    """Return families, probes and the metrics that those probes measure."""
    probes = {name: found.load() for name, found in plugins("probes").items()}
    metrics = frozenset(metric for probe in probes.values() for metric in probe.metrics)
    return Known(frozenset(plugins("families")), metrics, frozenset(probes))
