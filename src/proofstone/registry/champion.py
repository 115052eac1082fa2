"""Whom a release was held against, as its own signed files say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.errors import GateShut, InputError
from proofstone.core.project.known import CHANGES
from proofstone.registry.decisions import STAGES

STEP = "assess.champion"
"""The step that answers as the champion; its settings name the release."""

PROBE = "challenge"
"""The probe that measures changes; its settings name the stage and the margin."""


def champion_stage(project: Mapping[str, Any]) -> str:
    """Return the stage whose release is the champion: production, unless the project says so.

    Raises:
        InputError: there is no such stage.
    """
    stage = project["assess"]["settings"].get(PROBE, {}).get("champion", "production")
    if stage not in STAGES:
        raise InputError(
            f"assess.settings.{PROBE}.champion: {stage!r} is no stage",
            hint=f"known: {', '.join(STAGES)}",
        )
    return str(stage)


def champion_of(provenance: Mapping[str, Any]) -> str | None:
    """Return the id of the release that a run held its candidates against; None of a first one."""
    step = provenance.get("steps", {}).get(STEP)
    return None if step is None else str(step["ingredients"]["settings"]["release"])


def refuse_another(
    project: Mapping[str, Any], provenance: Mapping[str, Any], stage: str, standing: str | None
) -> None:
    """Raise where gates on changes were judged against another release than the `standing` one.

    Nothing is asked of a project without such gates, or in another stage than its champion's.

    Raises:
        GateShut: it was held against another release, or against none.
    """
    asked = any(
        gate["metric"] in CHANGES and not gate["not_applicable"]
        for gate in project["assess"]["gates"]
    )
    held = champion_of(provenance)
    if not asked or stage != champion_stage(project) or held == standing:
        return
    names = [one[:12] if one else "none" for one in (held, standing)]
    raise GateShut(
        f"it has to be no worse than what stands in {stage}: it was held against {names[0]}, and "
        f"{names[1]} stands there",
        hint="`proofstone run` holds it against what stands now",
    )
