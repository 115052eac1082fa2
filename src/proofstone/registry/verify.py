"""Verification of release directories, and the only maker of a `VerifiedModel`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, final

from proofstone.core.errors import GateShut, InputError, VerificationError
from proofstone.core.finding import Finding, Verdict
from proofstone.registry.bundle import ENVELOPE, MODEL, SIGNATURE, UNSIGNED
from proofstone.registry.evidence import Evidence, read_evidence
from proofstone.registry.statement import compare
from proofstone.vault.directory import read_once
from proofstone.vault.dsse import verify_envelope
from proofstone.vault.keys import PublicKey
from proofstone.vault.manifest import read_verified
from proofstone.vault.model_signature import verify_directory
from proofstone.vault.strict_json import parse_object

if TYPE_CHECKING:
    from proofstone.guards.guarded import GuardedAssistant
    from proofstone.models.tabular import TabularModel

_MAKER = object()

ASSISTANT = "assistant"
"""The runtime that an assistant's model.json names."""


@final
class VerifiedModel:
    """A model whose release was intact and whose gates were all open when `verify` made this.

    It holds the very bytes whose digests were checked; the directory is not read again.

    Not covered: code that reaches into this process's memory or calls private names on purpose;
    changes to the directory afterwards, which do not reach these bytes.
    """

    __slots__ = ("_evidence", "_files", "_model")

    _evidence: Evidence
    _files: Mapping[str, bytes]
    _model: TabularModel | GuardedAssistant | None

    def __init__(self, maker: object, evidence: Evidence, files: Mapping[str, bytes]) -> None:
        if maker is not _MAKER or evidence.verdict is not Verdict.PASS:
            raise VerificationError(
                "only registry.verify makes a VerifiedModel",
                hint="call proofstone.registry.verify.verify(directory, public)",
            )
        object.__setattr__(self, "_evidence", evidence)
        object.__setattr__(self, "_files", MappingProxyType(dict(files)))
        object.__setattr__(self, "_model", None)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a VerifiedModel does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a VerifiedModel does not change")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a VerifiedModel is neither pickled nor copied: verify the release again")

    def __repr__(self) -> str:
        return f"VerifiedModel({self.name} {self.release[:12]})"

    @property
    def release(self) -> str:
        """The release id."""
        return self._evidence.release

    @property
    def name(self) -> str:
        """The project's name, under which the model is served."""
        return self._evidence.name

    @property
    def evidence(self) -> Evidence:
        """Gates, findings, who took the release in, and the signed manifest."""
        return self._evidence

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every judged finding."""
        return self._evidence.findings

    @property
    def files(self) -> Mapping[str, bytes]:
        """The model's files, by their path below `model/`."""
        return self._files

    @property
    def document(self) -> dict[str, Any]:
        """The model's own description, model.json."""
        document: dict[str, Any] = json.loads(self._files["model.json"])
        return document

    @property
    def answers(self) -> bool:
        """Whether it is an assistant, which answers in text; else it decides about rows."""
        return bool(self.document.get("runtime") == ASSISTANT)

    @property
    def model(self) -> TabularModel:
        """The opened model of a table; it is opened once, when first asked for.

        Raises:
            InputError: it is an assistant.
            MissingExtra: its runtime is not installed.
        """
        if self.answers:
            raise InputError(
                f"{self.name} is an assistant: it answers conversations, not rows of a table",
                hint="`proofstone serve` serves it",
            )
        from proofstone.models.open import open_model

        model: TabularModel = self._opened(open_model)
        return model

    @property
    def assistant(self) -> GuardedAssistant:
        """The opened assistant behind its guards; it is opened once, when first asked for.

        Raises:
            InputError: it decides about rows of a table.
            MissingExtra: its runtime is not installed.
        """
        self._require_assistant()
        from proofstone.guards.guarded import open_guarded

        assistant: GuardedAssistant = self._opened(open_guarded)
        return assistant

    def open_assistant(self, *, parallel: int = 1) -> GuardedAssistant:
        """Open the assistant anew, to word `parallel` answers side by side.

        Raises:
            InputError, MissingExtra: as `assistant`.
        """
        self._require_assistant()
        from proofstone.guards.guarded import open_guarded

        return open_guarded(self._files, parallel=parallel)

    def _require_assistant(self) -> None:
        if not self.answers:
            raise InputError(f"{self.name} decides about rows of a table, and answers no questions")

    def _opened(self, opener: Callable[[Mapping[str, bytes]], Any]) -> Any:
        if self._model is None:
            object.__setattr__(self, "_model", opener(self._files))
        return self._model


def check(directory: Path, public: PublicKey) -> Evidence:
    """Return the evidence in `directory` when it is intact, whatever the verdict of its gates.

    Everything is recomputed that can be: digests, the release id, the verdict of each gate from
    the findings and the limits. Needs no network and no extra.

    Raises:
        InputError: there is no such directory.
        VerificationError: a file was changed, added, removed, renamed or linked, a signature does
            not hold under `public`, or two files disagree; the message names the file.

    Not covered: whether the findings were honestly measured (`reproduce` recomputes them); who
    holds the key and when it signed; an older release shown in the place of a newer one.
    """
    manifest = verify_directory(directory, public, SIGNATURE, ignore=UNSIGNED)
    try:
        evidence = read_evidence(
            manifest, lambda path: read_verified(directory, manifest, path), public.hint
        )
        compare(_signed_statement(directory, public), evidence.statement())
    except VerificationError as error:
        raise VerificationError(f"{directory}: {error}", hint=error.hint) from error
    return evidence


def verify(directory: Path, public: PublicKey) -> VerifiedModel:
    """Return the model in `directory`, fit to be served: intact, and every gate open.

    Raises:
        VerificationError: as `check`.
        GateShut: it is intact, but a gate did not open; the message names each.
    """
    evidence = check(directory, public)
    _require_open(evidence)
    files = {
        path.removeprefix(MODEL): read_verified(directory, evidence.manifest, path)
        for path in evidence.manifest.files
        if path.startswith(MODEL)
    }
    return VerifiedModel(_MAKER, evidence, files)


def _require_open(evidence: Evidence) -> None:
    if evidence.opening.open:
        return
    lines = [f"{one.metric} of {one.subject}: {one.verdict}" for one in evidence.shut()]
    what = "\n  ".join(lines) if lines else "no gate is declared"
    raise GateShut(
        f"release {evidence.release[:12]} is intact, but its gates are shut\n  {what}",
        hint="its report says what would open them; nothing is served or promoted past a gate",
    )


def _signed_statement(directory: Path, public: PublicKey) -> dict[str, Any]:
    try:
        return verify_envelope(parse_object(read_once(directory, ENVELOPE)), public)
    except OSError as error:
        raise VerificationError(f"{ENVELOPE}: cannot be read: {error.strerror}") from error
    except VerificationError as error:
        raise VerificationError(f"{ENVELOPE}: {error}", hint=error.hint) from error
