"""Confidence levels corrected for how many gated findings a family holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from proofstone.checks.probe import Probe
from proofstone.core.project.schema import Gate
from proofstone.measures.multiplicity import bonferroni_level


def corrected_levels(
    gates: Sequence[Gate], probes: Iterable[Probe], *, level: float, candidates: int
) -> dict[tuple[str, str], float]:
    """Return the confidence level of each gated (metric, subject).

    The winner is picked among `candidates` on the same rows, so a family counts the gates that
    it holds times the candidates (Bonferroni 1936): at most 1 - `level` of chosen models would
    pass a gate of the family that they break. Each probe says which family its metrics are of.
    """
    families = {metric: probe.family for probe in probes for metric in probe.metrics}
    members: dict[str, list[Gate]] = defaultdict(list)
    for gate in gates:
        if not gate.not_applicable:
            members[families.get(gate.metric, gate.metric)].append(gate)
    return {
        (gate.metric, gate.subject): bonferroni_level(level, len(family) * max(1, candidates))
        for family in members.values()
        for gate in family
    }
