"""Workspace: the one object that every door calls. Heavy parts load when they are first needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofstone.core.errors import InputError
from proofstone.core.settings import Settings, settings

if TYPE_CHECKING:
    from proofstone.core.project.kinds import Project
    from proofstone.pipeline.engine import Tell
    from proofstone.pipeline.journey import Journey
    from proofstone.registry.verify import VerifiedModel
    from proofstone.store.outcomes import Outcomes
    from proofstone.store.store import Store
    from proofstone.vault.keys import PublicKey, SigningKey

FILE = "proofstone.yaml"
_KEY_WAIT = 10.0


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
        """Run what has to run; return release, verdict, findings, steps and the report's path."""
        journey = self._journey()
        outcome = journey.run(
            self.keys.signing(),
            workers=workers or self.settings.workers,
            wait=self.settings.lock_wait,
        )
        page = self.directory / "report.html"
        self._write(page, self.store.open(outcome.report).read("report.html"))
        return outcome.document(page)

    def assess(self, *, sarif: Path | None = None, junit: Path | None = None) -> dict[str, Any]:
        """Assess the project's candidates (training what has to be) and return the winner's."""
        from proofstone.pipeline.assessment import exported

        document = self.run()
        record = self.record(document["release"])
        exported(record, sarif=sarif, junit=junit)
        return {
            "threshold": self._threshold(document["release"]),
            "findings": document["findings"],
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


class KeyRing:
    """The keys of a project: `signer.pem`, private, and `signer.pub` beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "signer.pem"

    def signing(self) -> SigningKey:
        """The signing key, made when first needed."""
        from proofstone.vault.keys import SigningKey

        if not (self.path.exists() and self.path.with_suffix(".pub").exists()):
            self._make()
        return SigningKey.load(self.path)

    def public(self) -> PublicKey:
        """The public key that this project's own releases are verified with."""
        return self.signing().public

    def trusted(self, directory: Path, key: Path | None) -> PublicKey:
        """The public key that the exported release in `directory` is verified with."""
        from proofstone.registry.trust import trusted_key

        return trusted_key(directory, key, [self.path.with_suffix(".pub")]).public

    def _make(self) -> None:
        """Make what is wanting, one process at a time: two first runs must share one key."""
        from proofstone.store.lock import hold
        from proofstone.vault.keys import SigningKey

        with hold(self.path.with_suffix(".lock"), "the making of a key", wait=_KEY_WAIT):
            if not self.path.exists():
                SigningKey.generate().save(self.path)
            SigningKey.load(self.path).public.save(self.path.with_suffix(".pub"))


class ReleaseDesk:
    """What can be done with releases; `RELEASE` is an id, its beginning, a stage, or `latest`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def list(self) -> dict[str, Any]:
        """Every release, the newest first, with its verdict and the stages it stands in."""
        from proofstone.registry.shelf import releases

        return {"releases": [one.to_json() for one in releases(self._workspace.store)]}

    def compare(self, first: str, second: str | None = None) -> dict[str, Any]:
        """Findings, weights and cost of two releases side by side, or of one's candidates."""
        from proofstone.pipeline.comparison import compare, compare_candidates

        if second is None:
            return compare_candidates(self._workspace.record(first))
        return compare(self._workspace.record(first), self._workspace.record(second))

    def promote(self, release: str, *, stage: str, why: str) -> dict[str, Any]:
        """Put a release whose gates are open into a stage."""
        from proofstone.registry.promote import promote

        space = self._workspace
        decision = promote(
            space.store, release, stage, space.keys.public(), who=space.settings.user, why=why
        )
        return decision.to_json()

    def rollback(self, *, stage: str, why: str) -> dict[str, Any]:
        """Return a stage to the release that stood there before."""
        from proofstone.registry.promote import rollback

        space = self._workspace
        decision = rollback(
            space.store, stage, space.keys.public(), who=space.settings.user, why=why
        )
        return decision.to_json()

    def export(self, release: str, directory: Path) -> dict[str, Any]:
        """Write a release as a directory that stands alone; the public key goes beside it."""
        from proofstone.registry.export import export
        from proofstone.registry.shelf import find

        space = self._workspace
        row = find(space.store, release)
        export(space.store.open(row.artifact), directory)
        key = directory.with_name(f"{directory.name}.pub")
        space.keys.public().save(key)
        line = f"proofstone verify {directory} --key {key}"
        return {"release": row.id, "directory": str(directory), "key": str(key), "verify": line}

    def feedback(self, release: str = "production") -> dict[str, Any]:
        """Satisfaction, resolution, hand-over and response of a served release, by language."""
        from proofstone.registry.shelf import find
        from proofstone.serve.chat.feedback import feedback_summary

        store = self._workspace.store
        return feedback_summary(store.outcomes, find(store, release).id)

    def verify(self, directory: Path, *, key: Path | None = None) -> dict[str, Any]:
        """Verify an exported release offline: files, signature, evidence, and gates anew."""
        from proofstone.registry.verify import check

        evidence = check(directory, self._workspace.keys.trusted(directory, key))
        return evidence.to_json()

    def reproduce(self, release: str) -> dict[str, Any]:
        """Recompute a release from its sources in a store of its own, and compare."""
        from proofstone.pipeline.reproduce import reproduce

        space = self._workspace
        return reproduce(
            space.record(release),
            space.directory,
            workers=space.settings.workers,
            tell=space.tell,
        )


class ModelDesk:
    """What can be done with models from elsewhere, kept in the folder that a setting names."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def list(self) -> dict[str, Any]:
        """The models that are known and those that are kept here."""
        from proofstone.pipeline.models import list_models

        return list_models(self._workspace.settings.models)

    def pull(self, address: str, *, sha256: str | None = None) -> dict[str, Any]:
        """Fetch a model by address, or by the name of a known one; return its card."""
        from proofstone.pipeline.models import pull_model

        space = self._workspace
        return pull_model(address, space.settings.models, sha256=sha256, tell=space.tell)

    def show(self, model: str) -> dict[str, Any]:
        """The card of a model that is here, by address or by the name of a known one."""
        from proofstone.pipeline.models import show_model

        return show_model(model, self._workspace.settings.models)

    def ask(self, model: Path, questions: Path, *, report: Path | None = None) -> dict[str, Any]:
        """Assess a chat model (GGUF) on a list of questions; answers are kept in the ledger."""
        from proofstone.pipeline.questions import assess_questions

        store = self._workspace.open_store()
        try:
            return assess_questions(model, questions, store, report=report)
        finally:
            store.close()

    def ask_endpoint(self, url: str, model: str, **options: Any) -> dict[str, Any]:
        """Assess a chat model behind an OpenAI-compatible endpoint; see `assess_endpoint`."""
        from proofstone.pipeline.endpoint import assess_endpoint

        store = self._workspace.open_store()
        try:
            return assess_endpoint(url, model, store, **options)
        finally:
            store.close()


def assess_file(
    path: Path, *, label: str, score: str, protected: Sequence[str], **options: Any
) -> dict[str, Any]:
    """Assess a predictions file without a project; see `pipeline.assessment.assess_file`."""
    from proofstone.pipeline.assessment import assess_file as assess

    return assess(path, label=label, score=score, protected=protected, **options)
