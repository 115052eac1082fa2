"""The names that a project file may use: those of every registered plug-in."""

from __future__ import annotations

from proofstone.core.project.kinds import Project
from proofstone.core.project.known import LANGUAGE_PROBES, LISTED_PROBES, METRICS, Known
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.plugins import Plugin, plugin, plugins


def known_names() -> Known:
    """Return families, probes and the metrics that those probes measure.

    Probes that ship are not imported for it: `Known` lists their metrics, and a test holds that
    list against them.
    """
    foreign = [one.load() for one in plugins("probes").values() if not one.ships]
    metrics = frozenset(metric for probe in foreign for metric in probe.metrics)
    return Known(frozenset(plugins("families")), METRICS | metrics, frozenset(plugins("probes")))


def chosen_probes(project: Project) -> dict[str, Plugin]:
    """Return the probes that the project file names, else all that fit its kind.

    Raises:
        InputError: a probe is unknown.
    """
    if project.assess.probes:
        return {name: plugin("probes", name) for name in project.assess.probes}
    return fitting_probes(table=isinstance(project, DecisionProject))


def fitting_probes(*, table: bool) -> dict[str, Plugin]:
    """Return the probes that fit a model of a table, or an assistant.

    Of probes that ship the kind is listed, so that none is imported; others are asked.
    """
    found = {}
    for name, one in plugins("probes").items():
        about_table = _about_table(name, one)
        if name not in LISTED_PROBES and about_table == table:
            found[name] = one
    return found


def _about_table(name: str, one: Plugin) -> bool:
    return name not in LANGUAGE_PROBES if one.ships else one.load().needs.__name__ == "Predict"
