"""The names that a project file may use: those of every registered plug-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from proofstone.core.project.kinds import Project
from proofstone.core.project.known import FITTING, LISTED_PROBES, METRICS, Kind, Known
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.plugins import Plugin, plugin, plugins

if TYPE_CHECKING:
    from proofstone.checks.cases import Case


def cases() -> dict[Kind, type[Case]]:
    """Return the kind of case that each kind of task is assessed as; imports what they hold."""
    from proofstone.checks import cases as known

    return {
        "decision": known.DecisionCase,
        "classes": known.ClassesCase,
        "labels": known.LabelsCase,
        "number": known.NumberCase,
        "ranking": known.RankingCase,
        "conversation": known.ConversationCase,
    }


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
    return fitting_probes(kind_of_task(project))


def kind_of_task(project: Project) -> Kind:
    """Return the kind of task of a project."""
    return "decision" if isinstance(project, DecisionProject) else "conversation"


def fitting_probes(kind: Kind) -> dict[str, Plugin]:
    """Return the probes that can assess this kind of task.

    Of probes that ship the kind is listed, so that none is imported; others are asked.
    """
    return {name: one for name, one in plugins("probes").items() if kind in _kinds(name, one)}


def _kinds(name: str, one: Plugin) -> set[Kind]:
    if name in LISTED_PROBES:
        return set()
    if not one.ships:
        about = one.load().about
        return {kind for kind, case in cases().items() if issubclass(case, about)}
    listed = {kind for kind in get_args(Kind) if name in FITTING.get(kind, ())}
    return listed or {"decision"}
