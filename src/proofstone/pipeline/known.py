"""The names that a project file may use: those of every registered plug-in."""

from __future__ import annotations

from proofstone.core.project.known import METRICS, Known
from proofstone.pipeline.plugins import plugins


def known_names() -> Known:
    """Return families, probes and the metrics that those probes measure.

    Probes that ship are not imported for it: `Known` lists their metrics, and a test holds that
    list against them.
    """
    foreign = [one.load() for one in plugins("probes").values() if not one.ships]
    metrics = frozenset(metric for probe in foreign for metric in probe.metrics)
    return Known(frozenset(plugins("families")), METRICS | metrics, frozenset(plugins("probes")))
