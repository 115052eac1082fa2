"""The release that a project's candidates are held against, as artifacts of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofstone.core.artifact import Artifact
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.node import Plan
from proofstone.pipeline.standing import known_keys
from proofstone.registry.champion import champion_of, champion_stage
from proofstone.registry.decisions import Decisions
from proofstone.store.store import Store

if TYPE_CHECKING:
    from proofstone.pipeline.contender import Contender

FindChampion = Callable[[Store, Plan, CodeIndex], "Champion | None"]

_FITTED = "train.fit/"
_PICKED = (_FITTED, "assess.candidate/")


@dataclass(frozen=True)
class Champion:
    """A release, its winner's name, and what is kept of it.

    `given` has the release by the role `release`, and, as long as the store has them, the table
    that it was made from and its answers to it when it was judged (`past_table`, `past_answers`).
    """

    release: str
    name: str
    given: Mapping[str, Artifact]


def standing_champion(store: Store, plan: Plan, index: CodeIndex) -> Champion | None:
    """Return the release that the candidates of `plan` are held against; None where none stands.

    A release is not held against itself: where nothing has changed since the standing release was
    picked, neither the project file nor what its candidates and their findings follow from, it is
    held against what that one was held against.
    """
    if not isinstance(plan.project, DecisionProject):
        return None
    project = plan.project.model_dump(mode="json")
    release = Decisions(store.audit).current(champion_stage(project))
    if release is None:
        return None
    from proofstone.pipeline.contender import release_of

    standing = release_of(store, release)
    steps = standing.provenance["steps"]
    same = standing.project == project and _keys(steps) == known_keys(store, plan, index, _PICKED)
    if not same:
        return _kept(standing)
    before = champion_of(standing.provenance)
    return None if before is None else champion(store, before)


def champion(store: Store, release: str) -> Champion:
    """Return a release as a champion.

    Raises:
        InputError: the store has no such release.
    """
    from proofstone.pipeline.contender import release_of

    return _kept(release_of(store, release))


def _keys(steps: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    return {name: told["key"] for name, told in steps.items() if name.startswith(_PICKED)}


def _kept(side: Contender) -> Champion:
    outputs = {
        "past_table": side.output("data.check", "table"),
        "past_answers": side.output(f"{_FITTED}{side.name}", "predictions"),
    }
    kept = {
        role: artifact
        for role, artifact in outputs.items()
        if artifact is not None and side.store.objects.has(artifact)
    }
    return Champion(side.release, side.name, {"release": side.held.artifact} | kept)
