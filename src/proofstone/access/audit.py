"""The audit trail: entries that are only ever appended, under signed tree heads."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from proofstone.access.merkle import leaf_hash, tree_head
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError, VerificationError
from proofstone.vault.dsse import STATEMENT_TYPE, sign_statement, verify_envelope
from proofstone.vault.keys import PublicKey, SigningKey

PREDICATE_TYPE = "https://proofstone/audit-checkpoint/v1"

_MARK = 8


@dataclass(frozen=True)
class AuditEntry:
    """One deed. `seq` counts from 0 without gaps; `at` is UTC as ISO 8601; `details` is JSON."""

    seq: int
    at: str
    who: str
    action: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def leaf(self) -> bytes:
        """The entry's leaf hash in the log, 32 bytes: over its canonical JSON.

        Raises:
            InputError: the entry is not JSON.
        """
        try:
            return leaf_hash(canonical_json(self.to_json()))
        except (TypeError, ValueError) as error:
            raise InputError(f"audit entry {self.seq} is not JSON: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        return {
            "seq": self.seq,
            "at": self.at,
            "who": self.who,
            "action": self.action,
            "details": dict(self.details),
        }


def checkpoint(entries: Sequence[AuditEntry], key: SigningKey) -> dict[str, Any]:
    """Return the signed tree head over `entries` (all of them, from 0): a DSSE envelope.

    Beside head and size it holds the first 8 bytes of each leaf hash, so that `check_trail`
    can say where a trail departs; about 11 bytes an entry.

    Raises:
        InputError: an entry is out of place or not JSON.
    """
    for place, entry in enumerate(entries):
        if entry.seq != place:
            raise InputError(f"audit entry {place} is wanting: found {entry.seq} in its place")
    leaves = [entry.leaf for entry in entries]
    marks = base64.b64encode(b"".join(leaf[:_MARK] for leaf in leaves)).decode()
    return sign_statement(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": "audit trail", "digest": {"sha256": tree_head(leaves).hex()}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {"size": len(leaves), "marks": marks},
        },
        key,
    )


def check_trail(
    entries: Sequence[AuditEntry], checkpoint: Mapping[str, Any], public: PublicKey
) -> int:
    """Return how many of `entries` the `checkpoint` covers, when those are what was signed.

    Entries appended since are only checked for their numbering.

    Raises:
        VerificationError: the checkpoint does not hold, or an entry was altered, removed,
            inserted or moved: the message names the first.

    Not covered: entries after the checkpoint, which whoever can write the ledger can alter or
    drop; a checkpoint older than the latest, shown in its place; deeds never entered; a thief
    of the signing key. Keep checkpoints where the ledger's writers cannot reach.
    """
    size, root, marks = _read_checkpoint(checkpoint, public)
    leaves: list[bytes] = []
    for place, entry in enumerate(entries):
        if entry.seq != place:
            raise VerificationError(
                f"audit entry {place} was removed or moved: found {entry.seq} in its place"
            )
        if place >= size:
            continue
        leaves.append(_leaf(entry))
        if leaves[-1][:_MARK] != marks[place * _MARK : (place + 1) * _MARK]:
            raise VerificationError(
                f"audit entry {place} was altered, or removed and the rest renumbered"
            )
    if len(entries) < size:
        raise VerificationError(
            f"audit entry {len(entries)} was removed: {size} were signed, {len(entries)} are left"
        )
    if tree_head(leaves) != root:
        raise VerificationError(f"one of the first {size} audit entries was altered")
    return size


def _leaf(entry: AuditEntry) -> bytes:
    try:
        return entry.leaf
    except InputError as error:
        raise VerificationError(f"audit entry {entry.seq} was altered: {error}") from error


def _read_checkpoint(envelope: Mapping[str, Any], public: PublicKey) -> tuple[int, bytes, bytes]:
    statement = verify_envelope(dict(envelope), public)
    try:
        [subject] = statement["subject"]
        root = bytes.fromhex(subject["digest"]["sha256"])
        size = statement["predicate"]["size"]
        marks = base64.b64decode(statement["predicate"]["marks"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise VerificationError("not a checkpoint of an audit trail") from None
    if (
        statement.get("predicateType") != PREDICATE_TYPE
        or type(size) is not int
        or len(marks) != size * _MARK
    ):
        raise VerificationError("not a checkpoint of an audit trail")
    return size, root, marks
