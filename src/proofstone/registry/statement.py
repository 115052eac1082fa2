"""The findings as an in-toto statement about the signed manifest of the release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofstone.checks.gate import Opening
from proofstone.core.errors import VerificationError
from proofstone.core.finding import Finding
from proofstone.vault.dsse import STATEMENT_TYPE
from proofstone.vault.manifest import Manifest

PREDICATE_TYPE = "https://proofstone.dev/findings/v1"
"""A name that tells kinds of statements apart; nothing is fetched from it."""

_GATE = ("metric", "subject", "limit", "direction", "verdict", "value", "low", "high", "level", "n")


def findings_statement(
    manifest: Manifest, release: str, opening: Opening, findings: str, decided: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the in-toto v1 statement (2023) that the findings belong to the signed files.

    `findings` is the SHA-256 of findings.json; `decided` says who took the release in, and when.
    """
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": manifest.name, "digest": {"sha256": manifest.root}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "release": release,
            "verdict": str(opening.verdict),
            "gates": [_gate(finding) for finding in opening.gates],
            "findings": {"sha256": findings},
            "decided": dict(decided),
        },
    }


def compare(signed: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Return when the `signed` statement says what follows from the files, `expected`.

    Raises:
        VerificationError: it is of another type, about another release, or says otherwise.
    """
    if signed.get("predicateType") != expected["predicateType"]:
        raise VerificationError(f"the statement is not of type {PREDICATE_TYPE}")
    if _subject_digest(signed) != _subject_digest(expected):
        raise VerificationError(
            "the statement is about the files of another release",
            hint="obtain the directory again from who signed it",
        )
    fields = list(_differing(signed.get("predicate"), expected["predicate"]))
    if fields or set(signed) != set(expected):
        raise VerificationError(
            f"the signed statement and the files disagree about: {', '.join(fields) or 'its form'}",
            hint="obtain the directory again from who signed it",
        )


def _gate(finding: Finding) -> dict[str, Any]:
    document = finding.to_json()
    return {name: document[name] for name in _GATE}


def _subject_digest(statement: Mapping[str, Any]) -> object:
    try:
        [subject] = statement["subject"]
        return {**subject["digest"]}
    except (KeyError, TypeError, ValueError):
        raise VerificationError("the statement has not one subject with a digest") from None


def _differing(signed: object, expected: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(signed, dict):
        yield from expected
        return
    for name in sorted({*signed, *expected}):
        if name not in signed or name not in expected or signed[name] != expected[name]:
            yield name
