"""The journey of a project: plan, run, record, report, release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofstone.core.artifact import Artifact, Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.i18n import texts_digest
from proofstone.core.project.kinds import Project
from proofstone.pipeline.champion import FindChampion, standing_champion
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.engine import LOCK, Engine, Progress, Tell, silent
from proofstone.pipeline.executor import Executor, LocalExecutor
from proofstone.pipeline.node import Node, Plan, Port
from proofstone.pipeline.plan import make_plan
from proofstone.pipeline.plans.champion import held_against
from proofstone.pipeline.record import Readings, assemble
from proofstone.pipeline.release_files import release_digests, release_files
from proofstone.registry.bundle import id_of_digests
from proofstone.registry.decisions import Decisions
from proofstone.registry.register import register
from proofstone.store.runs import RunStep
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

_RECORD = Port("record", "record")
_REPORT = Port("report.render", "report")
_RENDER = "proofstone.report.step:render_report"


@dataclass(frozen=True)
class Outcome:
    """What a run came to. `document` is what `run --json` prints."""

    record: Mapping[str, Any]
    report: Artifact
    steps: tuple[RunStep, ...]
    peak_mb: float

    @property
    def release(self) -> str:
        """The id of the release that holds the evidence, whatever its verdict."""
        return str(self.record["release"])

    def document(self, report: Path) -> dict[str, Any]:
        """The run as one JSON document; `report` is where the page was written."""
        winner = self.record["winner"]
        chosen = next(one for one in self.record["candidates"] if one["name"] == winner)
        return {
            "release": self.release,
            "verdict": self.record["verdict"],
            "findings": chosen["findings"],
            "steps": [
                {"name": one.name, "status": one.status, "seconds": one.seconds}
                for one in self.steps
            ],
            "report": str(report),
        }


class Journey:
    """Runs one project against its store; one at a time, the second waits."""

    def __init__(
        self,
        project: Project,
        directory: Path,
        store: Store,
        *,
        who: str,
        tell: Tell = silent,
        champion: FindChampion = standing_champion,
    ) -> None:
        self.project = project
        self.directory = directory
        self.store = store
        self.who = who
        self.index = CodeIndex(store.root / "cache" / "code.json")
        self.tell = tell
        self._champion = champion

    def plan(self) -> Plan:
        """Return the plan of the project as it stands, held against its champion."""
        plan = make_plan(self.project, self.directory)
        return held_against(plan, self._champion(self.store, plan, self.index))

    def run(self, key: SigningKey, *, workers: int, wait: float) -> Outcome:
        """Run what has to run, then record, report and release.

        Raises:
            Busy: another run holds the project longer than `wait` seconds.
            ProofstoneError: a step failed; what was finished stays finished.
        """
        tell = self.tell
        with (
            self.store.hold(self.who, wait=wait, tell=lambda note: tell(LOCK, note, None)),
            LocalExecutor(workers) as executor,
        ):
            return self._run(key, executor, workers)

    def _run(self, key: SigningKey, executor: Executor, workers: int) -> Outcome:
        started = _now()
        progress = Progress()
        engine = Engine(self.store, executor, self.index, self.directory, self.tell)
        came_to: dict[str, str] = {}
        try:
            plan = self.plan()
            progress.outputs |= plan.given
            engine.run(plan.nodes, progress, workers)
            outcome = self._conclude(key, engine, progress)
            came_to = {"release": outcome.release}
            return outcome
        except BaseException as raised:
            came_to = {"error": f"{type(raised).__name__}: {raised}"}
            raise
        finally:
            self.index.save()
            self.store.runs.record(
                started=started,
                finished=_now(),
                who=self.who,
                steps=list(progress.steps.values()),
                outcome=came_to,
            )

    def _conclude(self, key: SigningKey, engine: Engine, progress: Progress) -> Outcome:
        """Record, report and release what the plan measured."""
        readings = Readings(self.store, progress, self.project)
        files = release_files(readings, progress)
        name = id_of_digests(release_digests(files, readings, progress))
        standing = self.store.releases.get(name)
        whole = standing is not None and self.store.objects.has(standing.artifact)
        decided = {
            "action": "register",
            "who": standing.who if standing else self.who,
            "at": standing.created if standing else _now(),
            "why": readings.choice["rule"],
        }
        record = assemble(readings, progress, release=name, decided=decided)
        draft = Draft("record", {"record.json": canonical_json(record)})
        progress.outputs[_RECORD] = self.store.put(draft)
        node = Node("report.render", _RENDER, {"texts": texts_digest()}, {"record": _RECORD})
        engine.run([node], progress, 1)
        report = progress.outputs[_REPORT]
        if standing is not None and whole:
            Decisions(self.store.audit).enter_once(
                "register", name, who=standing.who, why=decided["why"]
            )
        else:
            page = self.store.open(report).read("report.html")
            register(self.store, files, record, page, key)
        progress.steps["release"] = RunStep("release", "restored" if whole else "ran", None, 0.0)
        return Outcome(record, report, tuple(progress.steps.values()), engine.peak_mb)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
