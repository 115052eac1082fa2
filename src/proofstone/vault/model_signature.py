"""Directories signed in the OpenSSF Model Signing format v1.0, key mode.

`DIR/model.sig` is a Sigstore bundle v0.3: a DSSE envelope around an in-toto statement that
lists every file with its SHA-256. The stock `model_signing verify key` program reads it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from proofstone.core.canonical import canonical_json
from proofstone.core.durable import sweep, write_file
from proofstone.core.errors import InputError, VerificationError
from proofstone.vault.directory import (
    checked_names,
    hash_directory,
    in_order,
    name_fault,
    read_once,
    shown,
    survey,
)
from proofstone.vault.dsse import STATEMENT_TYPE, sign_statement, verify_envelope
from proofstone.vault.keys import PublicKey, SigningKey
from proofstone.vault.manifest import Manifest, differences
from proofstone.vault.strict_json import parse_object

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
SIGNATURE = "model.sig"

_SHA256 = re.compile(r"[0-9a-f]{64}")


def sign_directory(
    directory: Path,
    key: SigningKey,
    *,
    signature: str = SIGNATURE,
    ignore: Collection[str] = (),
) -> Manifest:
    """Sign every file below `directory`, write the file `signature` there, return what it covers.

    `ignore` names paths that stay outside (the signature always does); they are part of what
    is signed, and `verify_directory` must be told the same ones. Same files and key, same
    bytes.

    Raises:
        InputError: nothing to sign, or links, devices and the like, each named.
        StoreError: the signature cannot be written.

    Not covered: as `hash_directory`; and who holds the key, and when it signed.
    """
    ignored = checked_names({signature, *checked_names(ignore)})
    sweep(directory / signature)
    manifest = Manifest(directory.resolve().name, hash_directory(directory, ignored))
    if not manifest.files:
        raise InputError(f"{directory}: holds no file to sign")
    bundle = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": key.public.hint}, "tlogEntries": []},
        "dsseEnvelope": sign_statement(_statement(manifest, ignored), key),
    }
    write_file(directory / signature, canonical_json(bundle))
    return manifest


def verify_directory(
    directory: Path,
    public: PublicKey,
    signature: str = SIGNATURE,
    *,
    ignore: Collection[str] = (),
) -> Manifest:
    """Return what `DIR/signature` covers when it holds under `public` and the files are those.

    `ignore` is the exact set of paths, beside the signature, that may lie outside. A signature
    that ignores others is refused: its list could hide files.

    Raises:
        InputError: no such directory.
        VerificationError: no signature, one that does not hold, or files that differ; every
            changed, added, removed, renamed or linked file is named, hidden ones and `.git*`
            too.

    Not covered: as `sign_directory`; and changes after this returned: load the files through
    `read_verified`. The bytes of the signature file itself (white space, an equivalent ECDSA
    signature) may vary: identify a release by `Manifest.root`.
    """
    ignored = checked_names({signature, *checked_names(ignore)})
    place = f"{directory}/{signature}"
    found = survey(directory, ignored)
    try:
        data = read_once(directory, signature)
    except OSError as error:
        raise VerificationError(
            f"{place}: no signature that can be read: {error.strerror}",
            hint="an unsigned directory is not used; obtain it again from who signed it",
        ) from error
    try:
        signed = _open_bundle(data, public, ignored)
    except VerificationError as error:
        raise VerificationError(f"{place}: {error}", hint=error.hint) from error
    if differing := differences(signed.files, found):
        lines = differing.lines()
        raise VerificationError(
            f"{directory}: {len(lines)} files are not as signed\n  " + "\n  ".join(lines),
            hint="obtain the directory again from who signed it",
        )
    return signed


def _statement(manifest: Manifest, ignored: Collection[str]) -> dict[str, Any]:
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": manifest.name, "digest": {"sha256": manifest.root}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": sorted(ignored),
            },
            "resources": [
                {"name": name, "algorithm": "sha256", "digest": value}
                for name, value in manifest.files.items()
            ],
        },
    }


def _open_bundle(data: bytes, public: PublicKey, ignored: frozenset[str]) -> Manifest:
    bundle = parse_object(data)
    _check(
        set(bundle) == {"mediaType", "verificationMaterial", "dsseEnvelope"}
        and bundle["mediaType"] == MEDIA_TYPE,
        f"not a bundle of type {MEDIA_TYPE}",
    )
    # Writers of protobuf JSON leave an empty list out.
    material = bundle["verificationMaterial"]
    _check(
        isinstance(material, dict)
        and set(material) <= {"publicKey", "tlogEntries"}
        and material.get("tlogEntries", []) == []
        and isinstance(material.get("publicKey"), dict)
        and set(material["publicKey"]) == {"hint"},
        "not signed in key mode",
    )
    hint = material["publicKey"]["hint"]
    _check(hint == public.hint, f"signed with another key ({shown(str(hint)[:16])})")
    statement = verify_envelope(bundle["dsseEnvelope"], public)
    keyid = bundle["dsseEnvelope"]["signatures"][0].get("keyid", "")
    _check(keyid in ("", public.hint), "the signature names another key")
    return _read_statement(statement, ignored)


def _read_statement(statement: Mapping[str, Any], ignored: frozenset[str]) -> Manifest:
    _check(statement.get("predicateType") == PREDICATE_TYPE, f"not of type {PREDICATE_TYPE}")
    try:
        [subject] = statement["subject"]
        name, root = subject["name"], subject["digest"]["sha256"]
        method = {**statement["predicate"]["serialization"]}
        resources = [
            (item["name"], item["algorithm"], item["digest"])
            for item in statement["predicate"]["resources"]
        ]
        signed_ignore = method.pop("ignore_paths", [])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise VerificationError("the statement lacks what the format asks for") from None
    _check(isinstance(name, str), "the subject has no name")
    _check(
        method == {"method": "files", "hash_type": "sha256", "allow_symlinks": False}
        and method["allow_symlinks"] is False,
        "files were not hashed one by one with SHA-256 and without links",
    )
    _check(
        isinstance(signed_ignore, list)
        and all(isinstance(path, str) for path in signed_ignore)
        and sorted(signed_ignore) == sorted(ignored),
        f"the signature ignores {signed_ignore!a}, expected {sorted(ignored)!a}",
    )
    manifest = Manifest(name, _read_resources(resources))
    _check(manifest.root == root, "the subject's digest is not that of the listed files")
    return manifest


def _read_resources(resources: list[tuple[Any, Any, Any]]) -> dict[str, str]:
    files: dict[str, str] = {}
    for name, algorithm, value in resources:
        _check(isinstance(name, str) and isinstance(value, str), "a listed file has no name")
        fault = name_fault(name)
        _check(fault is None, f"the list holds {shown(name)}: {fault}")
        _check(name not in files, f"the list holds {shown(name)} twice")
        _check(
            algorithm == "sha256" and _SHA256.fullmatch(value) is not None,
            f"{shown(name)} has no SHA-256",
        )
        files[name] = value
    _check(bool(files), "the signature covers no file")
    _check(list(in_order(files)) == list(files), "the listed files are not in order")
    return files


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise VerificationError(problem)
