from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.access.audit import PREDICATE_TYPE, AuditEntry, check_trail, checkpoint
from proofstone.access.merkle import inclusion_proof, leaf_hash, tree_head, verify_inclusion
from proofstone.core.errors import InputError, VerificationError
from proofstone.vault.dsse import STATEMENT_TYPE, sign_statement, verify_envelope
from proofstone.vault.keys import SigningKey

KEY = SigningKey.generate()


def trail(size: int) -> list[AuditEntry]:
    return [
        AuditEntry(n, f"2026-01-01T00:00:{n:02}Z", "mei", "promote", {"release": f"r{n}", "n": n})
        for n in range(size)
    ]


def test_an_entry_is_canonical_json() -> None:
    entry = AuditEntry(0, "2026-01-01T00:00:00Z", "梅", "promote", {"b": 1, "a": None})
    text = (
        '{"action":"promote","at":"2026-01-01T00:00:00Z",'
        '"details":{"a":null,"b":1},"seq":0,"who":"梅"}'
    )
    assert entry.leaf == leaf_hash(text.encode())
    assert AuditEntry(**json.loads(text)) == entry
    for value in (float("nan"), b"bytes", "\ud800"):
        with pytest.raises(InputError, match="audit entry 7 is not JSON"):
            AuditEntry(7, "", "", "", {"a": value}).leaf  # noqa: B018


def test_a_checkpoint_signs_the_tree_head() -> None:
    entries = trail(11)
    signed = json.loads(json.dumps(checkpoint(entries, KEY)))
    statement = verify_envelope(signed, KEY.public)
    leaves = [entry.leaf for entry in entries]
    root = statement["subject"][0]["digest"]["sha256"]
    assert root == tree_head(leaves).hex()
    verify_inclusion(leaves[4], 4, 11, inclusion_proof(leaves, 4), bytes.fromhex(root))
    assert check_trail(entries, signed, KEY.public) == 11
    assert check_trail([*entries, *trail(13)[11:]], signed, KEY.public) == 11
    assert check_trail([], checkpoint([], KEY), KEY.public) == 0
    assert checkpoint(entries, KEY) == checkpoint(trail(11), KEY)


@settings(deadline=None)
@given(st.data())
def test_the_first_entry_at_fault_is_named(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 20))
    entries = trail(size)
    signed = checkpoint(entries, KEY)
    at = data.draw(st.integers(0, size - 1))
    field = data.draw(st.sampled_from(["at", "who", "action", "details"]))
    value: Any = {"release": "other"} if field == "details" else "other"
    altered = [*entries]
    altered[at] = replace(entries[at], **{field: value})
    removed = entries[:at] + entries[at + 1 :]
    renumbered = [replace(entry, seq=n) for n, entry in enumerate(removed)]
    inserted = [*entries[:at], AuditEntry(at, "", "", ""), *entries[at:]]
    for wrong in (altered, removed, renumbered, inserted):
        with pytest.raises(VerificationError, match=f"audit entry {at} was"):
            check_trail(wrong, signed, KEY.public)
    if size > 1:
        swapped = [*entries]
        other = (at + 1) % size
        swapped[at], swapped[other] = swapped[other], swapped[at]
        with pytest.raises(VerificationError, match=f"audit entry {min(at, other)} was"):
            check_trail(swapped, signed, KEY.public)


def test_a_trail_cut_short_is_told() -> None:
    with pytest.raises(VerificationError, match="entry 3 was removed: 5 were signed, 3 are left"):
        check_trail(trail(3), checkpoint(trail(5), KEY), KEY.public)


def test_appended_entries_keep_their_numbers() -> None:
    entries = [*trail(5), AuditEntry(6, "", "", "")]
    with pytest.raises(VerificationError, match="entry 5 was removed or moved"):
        check_trail(entries, checkpoint(trail(5), KEY), KEY.public)


def test_an_entry_that_is_no_longer_json_is_named() -> None:
    entries = trail(3)
    signed = checkpoint(entries, KEY)
    entries[1] = replace(entries[1], details={"n": float("inf")})
    with pytest.raises(VerificationError, match="entry 1 was altered"):
        check_trail(entries, signed, KEY.public)


def test_no_checkpoint_over_a_gap() -> None:
    with pytest.raises(InputError, match="entry 1 is wanting: found 2"):
        checkpoint([trail(3)[0], trail(3)[2]], KEY)


def resigned(**changes: Any) -> dict[str, Any]:
    leaves = [entry.leaf for entry in trail(2)]
    predicate = {
        "size": 2,
        "marks": base64.b64encode(b"".join(leaf[:8] for leaf in leaves)).decode(),
    }
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "audit trail", "digest": {"sha256": tree_head(leaves).hex()}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate | changes.pop("predicate", {}),
    }
    return sign_statement(statement | changes, KEY)


def test_what_is_no_checkpoint_is_refused() -> None:
    assert check_trail(trail(2), resigned(), KEY.public) == 2
    wrongs: tuple[dict[str, Any], ...] = (
        {"predicateType": "https://example.com/v1"},
        {"subject": []},
        {"subject": [{"name": "audit trail", "digest": {"sha256": "zz"}}]},
        {"predicate": {"size": "2"}},
        {"predicate": {"size": True, "marks": "AAAAAAAAAAA="}},
        {"predicate": {"size": -1}},
        {"predicate": {"size": 3}},
        {"predicate": {"marks": "AAAA"}},
        {"predicate": {"marks": "?"}},
        {"predicate": {"marks": None}},
    )
    for wrong in wrongs:
        with pytest.raises(VerificationError, match="not a checkpoint"):
            check_trail(trail(2), resigned(**wrong), KEY.public)
    with pytest.raises(VerificationError, match="does not hold"):
        check_trail(trail(2), resigned(), SigningKey.generate().public)
    with pytest.raises(VerificationError):
        check_trail(trail(2), {}, KEY.public)


def test_marks_that_agree_do_not_stand_in_for_the_root() -> None:
    root = [{"name": "audit trail", "digest": {"sha256": "0" * 64}}]
    with pytest.raises(VerificationError, match="one of the first 2"):
        check_trail(trail(2), resigned(subject=root), KEY.public)
