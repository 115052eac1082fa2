"""The release that a project's candidates are held against, as artifacts of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofstone.core.artifact import Artifact
from proofstone.core.errors import InputError
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.node import Plan
from proofstone.pipeline.standing import known_keys
from proofstone.registry.decisions import STAGES, Decisions
from proofstone.store.store import Store

if TYPE_CHECKING:
    from proofstone.pipeline.contender import Contender

FindChampion = Callable[[Store, Plan, CodeIndex], "Champion | None"]

CHAMPION = "assess.champion"
"""The step that answers as the champion; its settings name the release."""

PROBE = "challenge"
"""The probe that measures changes; its settings name the stage and the margin."""

_FITTED = "train.fit/"


@dataclass(frozen=True)
class Champion:
    """A release, its winner's name, and what is kept of it.

    `given` has the release by the role `release`, and, as long as the store has them, the table
    that it was made from and its answers to it when it was judged (`past_table`, `past_answers`).
    """

    release: str
    name: str
    given: Mapping[str, Artifact]


def stage_of(project: DecisionProject) -> str:
    """Return the stage whose release is the champion: production, unless the project says so.

    Raises:
        InputError: there is no such stage.
    """
    stage = project.assess.settings.get(PROBE, {}).get("champion", "production")
    if stage not in STAGES:
        raise InputError(
            f"assess.settings.{PROBE}.champion: {stage!r} is no stage",
            hint=f"known: {', '.join(STAGES)}",
        )
    return str(stage)


def standing_champion(store: Store, plan: Plan, index: CodeIndex) -> Champion | None:
    """Return the release that the candidates of `plan` are held against; None where none stands.

    A release is not held against itself: where the plan comes to the very candidates that the
    standing release was picked from, it is held against what that one was held against.
    """
    if not isinstance(plan.project, DecisionProject):
        return None
    release = Decisions(store.audit).current(stage_of(plan.project))
    if release is None:
        return None
    from proofstone.pipeline.contender import release_of

    standing = release_of(store, release)
    steps = standing.provenance["steps"]
    if _candidates(steps) == known_keys(store, plan, index, _FITTED):
        before = steps.get(CHAMPION)
        return before and champion(store, before["ingredients"]["settings"]["release"])
    return _kept(standing)


def champion(store: Store, release: str) -> Champion:
    """Return a release as a champion.

    Raises:
        InputError: the store has no such release.
    """
    from proofstone.pipeline.contender import release_of

    return _kept(release_of(store, release))


def _candidates(steps: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    return {name: told["key"] for name, told in steps.items() if name.startswith(_FITTED)}


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
