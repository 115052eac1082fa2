"""Champion against challenger on the same rows, and whether the challenger is no worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from proofstone.assess.challenge.case import Duel, recorded_duel
from proofstone.assess.challenge.changes import MARGIN
from proofstone.assess.predictions import Threshold
from proofstone.assess.probes.challenge import challenge as probe
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle
from proofstone.core.durable import write_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import message
from proofstone.core.project.schema import Gate
from proofstone.data.sources.opening import read_file
from proofstone.models.contract import Model
from proofstone.pipeline.contenders import Contest, contest
from proofstone.pipeline.gates import read_gates
from proofstone.pipeline.record import record_of
from proofstone.report.render import render
from proofstone.store.store import Store

_NO_WORSE = message("No worse than the champion by more than the margin that was declared.")


def challenge(
    store: Store,
    challenger: str | Path | Model,
    *,
    champion: str = "production",
    data: Path | None = None,
    threshold: float | None = None,
    margin: float = MARGIN,
    level: float = 0.95,
    gates: Path | None = None,
    report: Path = Path("challenge-report.html"),
) -> dict[str, Any]:
    """Put `challenger` against a release on the same rows; write a report, return the findings.

    `challenger` is a release (id, its beginning, stage, `latest`), a candidate of the last run, an
    ONNX file that takes the champion's columns, or any model; `threshold` is of one that brings
    none, 0.5 unless given. Rows are those that the project judges on,
    each answered by a model that never saw it, or those of the file `data`, which has the label.
    Without `gates` (a file), the challenger must be no worse by more than `margin` in AUC, log
    loss and accuracy.

    Raises:
        InputError: no such release or candidate, a gate or margin that cannot stand, or rows that
            the two do not share.
        DataError: `data` lacks a column, a value does not fit, or the file is no ONNX model.
        RowError: a model refuses a row.
        MissingExtra: a model's runtime is not installed.
    """
    met = contest(store, challenger, champion=champion, data=data, threshold=threshold)
    return _document(met, margin=margin, level=level, gates=gates, report=report)


def challenge_file(
    path: Path,
    *,
    label: str,
    champion: str,
    challenger: str,
    protected: Sequence[str] = (),
    positive: str | None = None,
    threshold: Threshold = None,
    margin: float = MARGIN,
    level: float = 0.95,
    gates: Path | None = None,
    report: Path | None = None,
) -> dict[str, Any]:
    """Put two score columns of a predictions file against each other; see `challenge`.

    Raises:
        DataError: a column is wanting, no row can be used (the message names column and row),
            the label has one class.
        InputError: a gate or margin that cannot stand; a threshold that is none.
    """
    duel = recorded_duel(
        read_file(path), label=label, champion=champion, challenger=challenger,
        protected=protected, positive=positive, threshold=threshold,
    )  # fmt: skip
    first, second = ({"kind": "column", "name": name} for name in (champion, challenger))
    met = Contest(duel, first, second, label)
    page = report or path.with_name(f"{path.stem}-challenge.html")
    return _document(met, margin=margin, level=level, gates=gates, report=page)


def no_worse(margin: float) -> list[Gate]:
    """Return the gates of a challenger that is no worse by more than `margin`.

    Raises:
        InputError: the margin is not from 0 up to 1.
    """
    if not 0 <= margin < 1:
        raise InputError(
            f"the margin {margin} is not from 0 up to 1", hint="give a share such as 0.01"
        )
    return [
        Gate(metric="roc_auc_change", min=-margin, reason=_NO_WORSE),
        Gate(metric="log_loss_change", max=margin, reason=_NO_WORSE),
        Gate(metric="accuracy_change", min=-margin, reason=_NO_WORSE),
    ]


def challenge_record(
    met: Contest, *, margin: float, level: float, gates: Sequence[Gate]
) -> dict[str, Any]:
    """Return the record of a challenge: its findings, gates judged, and who stood against whom."""
    duel: Duel = met.duel
    levels = corrected_levels(gates, [probe], level=level, candidates=1)
    case = duel.at(level, levels, margin)
    findings = duel.told(Oracle(duel.model).run([probe], case))
    named = f"{_called(met.challenger)} × {_called(met.champion)}"
    return record_of(
        named,
        findings,
        gates,
        task={"label": met.label, "positive": duel.positive, "protected": list(case.protected)},
        challenge={
            "champion": dict(met.champion),
            "challenger": dict(met.challenger),
            "rows": len(case),
            "seen": dict(met.seen),
            "margin": margin,
            "level": level,
        },
    )


def _document(
    met: Contest, *, margin: float, level: float, gates: Path | None, report: Path
) -> dict[str, Any]:
    implied = no_worse(margin)
    declared = read_gates(gates).gates if gates else implied
    record = challenge_record(met, margin=margin, level=level, gates=declared)
    write_file(report, render(record).encode())
    return {
        **record["challenge"],
        "verdict": record["verdict"],
        "gates": record["gates"],
        "findings": record["candidates"][0]["findings"],
        "report": str(report),
    }


def _called(side: Mapping[str, Any]) -> str:
    release, name = str(side.get("release") or "")[:12], str(side["name"])
    return f"{name} ({release})" if release else name
