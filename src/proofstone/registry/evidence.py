"""What a release says about itself, read from signed files and recomputed where it can be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from proofstone.checks.gate import Opening, judge_all
from proofstone.core.errors import VerificationError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.project.kinds import read_project
from proofstone.registry.bundle import (
    FINDINGS,
    FORMAT,
    PROJECT,
    RECORD,
    RELEASE,
    REPORT,
    id_of_digests,
)
from proofstone.registry.statement import findings_statement
from proofstone.vault.manifest import Manifest
from proofstone.vault.strict_json import parse_object

Content = TypeVar("Content")

_MALFORMED = (ValueError, TypeError, LookupError, AttributeError, StopIteration, RecursionError)


@dataclass(frozen=True)
class Evidence:
    """An intact release: its id, its gates as judged anew, and who took it in.

    `verdict` follows from the findings and the limits in the project file; it was compared with
    the verdict that stands in the release. Only `pass` may be served or promoted.
    """

    release: str
    name: str
    opening: Opening
    findings: tuple[Finding, ...]
    decided: Mapping[str, Any]
    manifest: Manifest
    signer: str

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all gates."""
        return self.opening.verdict

    def shut(self) -> list[Finding]:
        """The gates that did not open."""
        open_ones = (Verdict.PASS, Verdict.NOT_APPLICABLE)
        return [finding for finding in self.opening.gates if finding.verdict not in open_ones]

    def statement(self) -> dict[str, Any]:
        """The in-toto statement that the release must carry."""
        digest = self.manifest.files[FINDINGS]
        return findings_statement(self.manifest, self.release, self.opening, digest, self.decided)

    def to_json(self) -> dict[str, Any]:
        """The evidence as `verify --json` prints it."""
        return {
            "release": self.release,
            "name": self.name,
            "verdict": str(self.verdict),
            "gates": [finding.to_json() for finding in self.opening.gates],
            "decided": dict(self.decided),
            "files": len(self.manifest.files),
            "manifest": self.manifest.root,
            "signer": self.signer,
        }


def read_evidence(manifest: Manifest, read: Callable[[str], bytes], signer: str) -> Evidence:
    """Return what the files of `manifest` say, when they agree with each other.

    `read` returns the verified bytes of a path; `signer` names the key.

    Raises:
        VerificationError: a file is wanting or unreadable, or two of them disagree; the message
            names the file.
    """
    for path in (RELEASE, RECORD, REPORT, PROJECT, FINDINGS):
        if path not in manifest.files:
            raise VerificationError(f"{path}: is wanting")
    project = _inside(PROJECT, lambda: read_project(parse_object(read(PROJECT))))
    findings = _inside(FINDINGS, lambda: _findings(read(FINDINGS)))
    record = _inside(RECORD, lambda: parse_object(read(RECORD)))
    release = _inside(RELEASE, lambda: parse_object(read(RELEASE)))
    identity = id_of_digests(manifest.files)
    opening = judge_all(findings, project.assess.gates)
    expected = {
        "format": FORMAT,
        "id": identity,
        "name": project.name,
        "verdict": str(opening.verdict),
    }
    _agree(RELEASE, release, expected)
    _agree(RECORD, record, {"release": identity, "verdict": str(opening.verdict)})
    _judged(findings, opening)
    _confident(opening, project.assess.level)
    decided = _inside(RECORD, lambda: taken_in(record))
    return Evidence(identity, project.name, opening, findings, decided, manifest, signer)


def taken_in(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record's decision to take the release in: who, when, why."""
    return next(dict(one) for one in record["decisions"] if one["action"] == "register")


def _findings(data: bytes) -> tuple[Finding, ...]:
    document = json.loads(data, parse_constant=_no_constant)
    return tuple(Finding.from_json(one) for one in document)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _inside(path: str, read: Callable[[], Content]) -> Content:
    try:
        return read()
    except VerificationError as error:
        raise VerificationError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise VerificationError(
            f"{path}: {place}: {first['msg']}",
            hint="if a newer version made this release, upgrade Proofstone",
        ) from error
    except _MALFORMED as error:
        raise VerificationError(f"{path}: does not hold what it must: {error!r}") from error


def _agree(path: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for field, value in expected.items():
        if found.get(field) != value:
            raise VerificationError(
                f"{path}: says {field} {found.get(field)!r}, and the files give {value!r}",
                hint="do not use it; obtain the directory again from who signed it",
            )


def _confident(opening: Opening, level: float) -> None:
    for gate in opening.gates:
        if gate.value is not None and gate.level < level:
            raise VerificationError(
                f"{FINDINGS}: {gate.metric} of {gate.subject} is judged at level {gate.level}, "
                f"and {PROJECT} asks for {level} at least"
            )


def _judged(findings: tuple[Finding, ...], opening: Opening) -> None:
    stated = {(one.metric, one.subject, one.direction, one.limit, one.verdict) for one in findings}
    for gate in opening.gates:
        if (gate.metric, gate.subject, gate.direction, gate.limit, gate.verdict) not in stated:
            raise VerificationError(
                f"{FINDINGS}: {gate.metric} of {gate.subject} is not judged as the limits in "
                f"{PROJECT} ask for: {gate.verdict}"
            )
