"""Workspace: a project folder, and the namespaces of what can be done with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofstone.api.keys import KeyRing
from proofstone.api.models import ModelDesk
from proofstone.api.releases import ReleaseDesk
from proofstone.core.errors import InputError
from proofstone.core.settings import Settings, settings

if TYPE_CHECKING:
    from proofstone.core.project.kinds import Project
    from proofstone.pipeline.engine import Tell
    from proofstone.pipeline.journey import Journey
    from proofstone.registry.verify import VerifiedModel
    from proofstone.store.outcomes import Outcomes
    from proofstone.store.store import Store

FILE = "proofstone.yaml"


def silent(node: str, event: str, seconds: float | None) -> None:
    """Tell nobody."""


class Workspace:
    """A project folder: its file, its store, its releases.

    Methods return JSON documents, the same that the command line prints with `--json`. `tell` is
    called with the progress of long work.
    """

    def __init__(self, directory: str | os.PathLike[str] = ".", tell: Tell = silent) -> None:
        self.directory = Path(directory).resolve()
        self.tell = tell

    @cached_property
    def settings(self) -> Settings:
        """The settings in force, from PROOFSTONE_* variables."""
        return settings()

    @cached_property
    def project(self) -> Project:
        """The project file; raises `ProjectFileError` with every problem at once."""
        from proofstone.core.project.load import load_project
        from proofstone.pipeline.known import known_names

        return load_project(self.directory / FILE, known_names())

    @cached_property
    def store(self) -> Store:
        """The project's store, made when first used."""
        if not (self.directory / FILE).is_file():
            raise InputError(
                f"{self.directory}: there is no {FILE}",
                hint="run `proofstone init`, or name the project's folder with --project",
            )
        return self.open_store()

    @cached_property
    def releases(self) -> ReleaseDesk:
        """What can be done with releases."""
        return ReleaseDesk(self)

    @cached_property
    def models(self) -> ModelDesk:
        """What can be done with models from elsewhere."""
        return ModelDesk(self)

    @cached_property
    def keys(self) -> KeyRing:
        """The project's signing key and its public half."""
        return KeyRing(self.directory / self.settings.home / "keys")

    def init(
        self,
        *,
        template: str = "credit",
        source: Path | None = None,
        label: str | None = None,
        encoding: str | None = None,
    ) -> dict[str, Any]:
        """Create the project from a template, or from a stranger's table with `source`."""
        from proofstone.pipeline.create import create_from_table, create_from_template

        if source is None:
            return create_from_template(self.directory, template)
        if label is None:
            raise InputError("--label is wanting", hint="name the column to predict: --label L")
        return create_from_table(self.directory, source, label, encoding)

    def check(self) -> dict[str, Any]:
        """Every problem of the project file with line, field and what would be right.

        Where the file itself holds, so are documents, questions and guards that it names.
        """
        from proofstone.core.project.load import check_project
        from proofstone.pipeline.known import known_names
        from proofstone.pipeline.sources import source_problems

        file = self.directory / FILE
        problems = check_project(file, known_names()) or source_problems(self.project, file)
        return {"file": str(file), "problems": [vars(problem) for problem in problems]}

    def plan(self) -> dict[str, Any]:
        """The steps in order, whether each would run, and how long it took last."""
        from proofstone.pipeline.forecast import forecast

        return {"steps": forecast(self._journey())}

    def run(self, *, workers: int | None = None) -> dict[str, Any]:
        """Run what has to run; return release, verdict, findings, steps and the report's path.

        `ways` are what would open a shut gate, what each buys and what it costs.
        """
        journey = self._journey()
        outcome = journey.run(
            self.keys.signing(),
            workers=workers or self.settings.workers,
            wait=self.settings.lock_wait,
        )
        page = self.directory / "report.html"
        self._write(page, self.store.open(outcome.report).read("report.html"))
        return outcome.document(page) | {"ways": _ways(outcome.record)}

    def assess(
        self, *, plan: bool = False, sarif: Path | None = None, junit: Path | None = None
    ) -> dict[str, Any]:
        """Assess the project's candidates (training what has to be) and return the winner's.

        With `plan` nothing is trained or assessed: what each candidate would be asked is returned.
        """
        if plan:
            from proofstone.pipeline.outlook import outlook

            return outlook(self._journey())
        from proofstone.pipeline.assessment import exported

        document = self.run()
        record = self.record(document["release"])
        exported(record, sarif=sarif, junit=junit)
        return {
            "threshold": self._threshold(document["release"]),
            "findings": document["findings"],
            "ways": document["ways"],
            "report": document["report"],
        }

    def why(self, step: str) -> dict[str, Any]:
        """Name the inputs of `step` that changed since it last ran."""
        from proofstone.pipeline.forecast import why

        return why(self._journey(), step)

    def record(self, release: str = "latest") -> dict[str, Any]:
        """The record of a release: all that its report is made from."""
        import json

        from proofstone.registry.shelf import stored

        _row, files = stored(self.store, release)
        record: dict[str, Any] = json.loads(files.read("record.json"))
        return record

    def report(
        self, *, release: str = "latest", output: Path = Path("report.html"), cards: bool = False
    ) -> dict[str, Any]:
        """Write a release's report (and, with `cards`, its model and data card as Markdown)."""
        from proofstone.pipeline.assessment import card_files
        from proofstone.registry.shelf import stored

        row, held = stored(self.store, release)
        self._write(output, held.read("report.html"))
        files = [str(output)]
        for name, text in card_files(self.record(row.id)).items() if cards else ():
            self._write(output.parent / name, text.encode())
            files.append(str(output.parent / name))
        return {"release": row.id, "files": files}

    def explain(self, rows: Path, *, release: str = "latest", limit: int = 5) -> dict[str, Any]:
        """Why a release decides or answers as it does, for the first `limit` rows of a file."""
        from proofstone.serve.why import explain_any

        return explain_any(self.verified(release), rows, limit=limit)

    def predict(
        self, rows: Path, output: Path, *, release: str = "production", key: Path | None = None
    ) -> dict[str, Any]:
        """Predict every row of a file; return how many."""
        from proofstone.serve.predict import predict_file

        return {"rows": predict_file(self.verified(release, key), rows, output)}

    def serve(self, release: str = "production", *, key: Path | None = None) -> VerifiedModel:
        """The verified model that the server loads; raises when a gate is shut."""
        return self.verified(release, key)

    def outcomes(self, verified: VerifiedModel) -> Outcomes | None:
        """Where a served release's outcomes are taken down: this project's ledger, if it is its."""
        here = (self.directory / FILE).is_file()
        return self.store.outcomes if here and self.store.releases.get(verified.release) else None

    def doctor(self, *, repair: bool = False) -> dict[str, Any]:
        """Look at Python, extras, settings, keys, store, ledger and audit trail."""
        from proofstone.pipeline.health import examine

        if repair:
            with self.store.hold(self.settings.user, wait=self.settings.lock_wait):
                self.store.repair()
        store = self.store if (self.directory / FILE).is_file() else None
        return {"checks": examine(store, self.keys.path, self.settings)}

    def verified(self, release: str, key: Path | None = None) -> VerifiedModel:
        """A release as a verified model: by id, stage or `latest`, or the folder of an export.

        A stage or a known id is never looked for among folders.
        """
        from proofstone.registry.shelf import known, open_release
        from proofstone.registry.verify import verify

        here = os.sep not in release and (self.directory / FILE).is_file()
        if here and (known(self.store, release) or not Path(release).is_dir()):
            return open_release(self.store, release, self.keys.public())
        return verify(Path(release), self.keys.trusted(Path(release), key))

    def _journey(self) -> Journey:
        from proofstone.pipeline.journey import Journey

        who = self.settings.user
        return Journey(self.project, self.directory, self.store, who=who, tell=self.tell)

    def open_store(self) -> Store:
        """Open the store, also where there is no project; whoever opens it closes it."""
        from proofstone.store.store import Store

        address = self.settings.ledger
        store = Store(self.directory / self.settings.home, address.reveal() if address else None)
        if address is not None and (self.directory / FILE).is_file():
            store.ledger.claim(self.project.name)
        return store

    def _threshold(self, release: str) -> float:
        """The decision threshold of a release's model; where groups have their own, the others'."""
        import json

        from proofstone.registry.shelf import find

        row = find(self.store, release)
        model = json.loads(self.store.open(row.artifact).read("model/model.json"))
        return float(model["decision"]["threshold"])

    def _write(self, path: Path, data: bytes) -> None:
        from proofstone.core.durable import write_file

        if not path.exists() or path.read_bytes() != data:
            write_file(path, data)


def _ways(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The measured ways to open shut gates; an open one needs none, nor the code of the report."""
    if record["verdict"] == "pass":
        return []
    from proofstone.report.ways import measured_ways

    return measured_ways(record)
