"""Taking a release in: bundled, signed, checked, stored, and entered with who and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.durable import write_file
from proofstone.registry.bundle import (
    ENVELOPE,
    FORMAT,
    RECORD,
    RELEASE,
    REPORT,
    SIGNATURE,
    UNSIGNED,
    release_id,
)
from proofstone.registry.decisions import Decisions
from proofstone.registry.evidence import read_evidence, taken_in
from proofstone.registry.verify import check
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.dsse import sign_statement
from proofstone.vault.keys import SigningKey
from proofstone.vault.manifest import read_verified
from proofstone.vault.model_signature import sign_directory


def sign_release(
    files: Mapping[str, bytes], record: Mapping[str, Any], page: bytes, key: SigningKey
) -> Draft:
    """Return the signed release as a draft of kind "release"; `meta` has its id, name and verdict.

    `files` holds model/..., project.json, provenance.json and findings.json (judged), and may
    hold cards; `page` is the report. The verdict may be any: shut gates are evidence too.

    Raises:
        InputError: a file is wanting.
        VerificationError: the files contradict each other or the record.
    """
    identity = release_id(files)
    name, verdict = record["name"], record["verdict"]
    release = {"id": identity, "name": name, "format": FORMAT, "verdict": verdict}
    contents = {
        **files,
        RECORD: canonical_json(record),
        REPORT: page,
        RELEASE: canonical_json(release),
    }
    with TemporaryDirectory(prefix="proofstone-") as folder:
        directory = Path(folder) / name
        for path, data in contents.items():
            write_file(directory / path, data)
        manifest = sign_directory(directory, key, signature=SIGNATURE, ignore=UNSIGNED)
        evidence = read_evidence(
            manifest, lambda path: read_verified(directory, manifest, path), key.public.hint
        )
        envelope = canonical_json(sign_statement(evidence.statement(), key))
        write_file(directory / ENVELOPE, envelope)
        check(directory, key.public)
        signature = (directory / SIGNATURE).read_bytes()
    signed = {**contents, ENVELOPE: envelope, SIGNATURE: signature}
    return Draft("release", signed, {"release": identity, "name": name, "verdict": verdict})


def register(
    store: Store,
    files: Mapping[str, bytes],
    record: Mapping[str, Any],
    page: bytes,
    key: SigningKey,
) -> ReleaseRow:
    """Sign a release, store it and enter it; a release that is known and whole stays as it is.

    Who and why stand in the record's decision `register`.

    Raises:
        InputError, VerificationError: as `sign_release`.
        StoreError: it cannot be stored; nothing is entered then.
    """
    draft = sign_release(files, record, page, key)
    decided = taken_in(record)
    row = ReleaseRow(
        id=draft.meta["release"],
        artifact=store.put(draft),
        name=draft.meta["name"],
        verdict=draft.meta["verdict"],
        created=decided["at"],
        who=decided["who"],
    )
    standing = store.releases.add(row)
    if not store.objects.has(standing.artifact):
        standing = store.releases.renew(row)
    Decisions(store.audit).enter_once(
        "register", standing.id, who=decided["who"], why=decided["why"]
    )
    return standing
