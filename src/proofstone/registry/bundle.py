"""What a release consists of, and the id that names its content."""

from __future__ import annotations

from collections.abc import Mapping

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import InputError

FORMAT = 1
MODEL = "model/"
PROJECT = "project.json"
PROVENANCE = "provenance.json"
FINDINGS = "findings.json"
RECORD = "record.json"
REPORT = "report.html"
RELEASE = "release.json"
ENVELOPE = "findings.dsse.json"
SIGNATURE = "model.sig"

UNSIGNED = (ENVELOPE,)
"""Paths beside the signature that it does not cover: the envelope names the signed manifest."""

_NAMED = frozenset({PROJECT, PROVENANCE, FINDINGS})
_REQUIRED = (f"{MODEL}model.json", PROJECT, PROVENANCE, FINDINGS)


def release_id(files: Mapping[str, bytes]) -> str:
    """Return the id of a release with these files, 64 hexadecimal digits; see `id_of_digests`."""
    return id_of_digests({path: digest(data) for path, data in files.items()})


def id_of_digests(digests: Mapping[str, str]) -> str:
    """Return the release id: the SHA-256 of the canonical JSON of {path: SHA-256}.

    It covers the model, the project file, the provenance and the findings. Signature, report and
    record (which know times and seconds) are left out: equal runs make equal releases.

    Raises:
        InputError: one of the files that make a release is wanting.
    """
    for path in _REQUIRED:
        if path not in digests:
            raise InputError(f"{path}: a release needs this file, and it is wanting")
    return digest_json(
        {path: value for path, value in digests.items() if path in _NAMED or _of_model(path)}
    )


def _of_model(path: str) -> bool:
    return path.startswith(MODEL)
