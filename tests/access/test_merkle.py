from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.access.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_head,
    verify_consistency,
    verify_inclusion,
)
from proofstone.core.errors import InputError, VerificationError

# The reference log of certificate-transparency (RFC 6962 and 9162 hash alike).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HEADS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
N01 = HEADS[2]
N03 = HEADS[4]
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
L0 = HEADS[1]
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
INCLUSIONS = {
    (0, 1): [],
    (0, 8): [L1, N23, N47],
    (5, 8): [L4, N67, N03],
    (2, 3): [N01],
    (1, 5): [L0, N23, L4],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): [L1, N23, N47],
    (6, 8): [N45, N67, N03],
    (2, 5): [N23, L4],
}
N = b"n" * 32
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def test_published_tree_heads() -> None:
    assert [tree_head(LEAVES[:size]).hex() for size in range(9)] == HEADS


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    proof = inclusion_proof(LEAVES[:size], index)
    assert [node.hex() for node in proof] == INCLUSIONS[index, size]
    verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(HEADS[size]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCIES)
def test_published_consistency_proofs(old: int, size: int) -> None:
    proof = consistency_proof(LEAVES[:size], old)
    assert [node.hex() for node in proof] == CONSISTENCIES[old, size]
    heads = [bytes.fromhex(HEADS[n]) for n in (old, size)]
    verify_consistency(old, heads[0], size, heads[1], proof)


def mth(entries: list[bytes]) -> bytes:
    """Section 2.1.1 word for word: over entries, split in two, recursively."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = max(2**power for power in range(20) if 2**power < len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def test_all_sizes_agree_with_the_recursive_definition_and_prove() -> None:
    entries = [bytes([n]) * n for n in range(40)]
    leaves = [leaf_hash(entry) for entry in entries]
    heads = [mth(entries[:size]) for size in range(41)]
    assert [tree_head(leaves[:size]) for size in range(41)] == heads
    for size in range(1, 41):
        for index in range(size):
            proof = inclusion_proof(leaves[:size], index)
            verify_inclusion(leaves[index], index, size, proof, heads[size])
        for old in range(1, size + 1):
            proof = consistency_proof(leaves[:size], old)
            verify_consistency(old, heads[old], size, heads[size], proof)


@settings(deadline=None)
@given(st.data())
def test_a_bent_inclusion_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, head = inclusion_proof(leaves, index), tree_head(leaves)
    bent = [
        (leaf_hash(b"other"), index, size, proof, head),
        (leaves[index], index, size, [*proof, head], head),
        (leaves[index], index, size, [head, *proof], head),
        (leaves[index], size, size, proof, head),
        (leaves[index], -1, size, proof, head),
        (leaves[index], index, size, proof, leaf_hash(b"head")),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bent += [
            (leaves[index], index, size, proof[:-1], head),
            (leaves[index], index, size, proof[1:], head),
            (leaves[index], index, size, [*proof[:at], b"\0" * 32, *proof[at + 1 :]], head),
        ]
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        bent.append((leaves[index], other, size, proof, head))
    for case in bent:
        with pytest.raises(VerificationError):
            verify_inclusion(*case)


@settings(deadline=None)
@given(st.data())
def test_a_bent_consistency_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    old = data.draw(st.integers(1, size - 1))
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    forked = [leaf_hash(b"fork"), *leaves[1:]]
    proof = consistency_proof(leaves, old)
    at = data.draw(st.integers(0, len(proof) - 1))
    before, head = tree_head(leaves[:old]), tree_head(leaves)
    for case in (
        (old, tree_head(forked[:old]), size, head, proof),
        (old, before, size, tree_head(forked), proof),
        (old, before, size, head, proof[:-1]),
        (old, before, size, head, proof[1:]),
        (old, before, size, head, [*proof, head]),
        (old, before, size, head, [*proof[:at], b"\0" * 32, *proof[at + 1 :]]),
        (old, before, old, head, []),
        (old, before, old, before, [before]),
        (0, before, size, head, proof),
        (size, head, old, before, proof),
        (old, before, size, head, []),
    ):
        with pytest.raises(VerificationError):
            verify_consistency(*case)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    inner = LEAVES[0] + LEAVES[1]
    assert leaf_hash(inner) != node_hash(LEAVES[0], LEAVES[1])
    assert tree_head([leaf_hash(inner)]) != tree_head(LEAVES[:2])


def test_no_proof_of_what_is_not_there() -> None:
    for index in (-1, 8):
        with pytest.raises(InputError, match="no entry"):
            inclusion_proof(LEAVES, index)
    for old in (0, 9):
        with pytest.raises(InputError, match="no proof"):
            consistency_proof(LEAVES, old)


def test_a_proof_that_climbs_past_the_root_or_stops_below_it() -> None:
    """Heads made up to fit: only the length of the proof betrays them."""
    zero, one, two, three = LEAVES[:4]
    with pytest.raises(VerificationError, match="too long"):
        verify_inclusion(one, 0, 1, [zero], node_hash(zero, one))
    with pytest.raises(VerificationError, match="does not show"):
        verify_inclusion(zero, 0, 4, [one], node_hash(zero, one))
    proof = consistency_proof(LEAVES[:4], 3)
    old_head, head = (node_hash(N, tree_head(LEAVES[:size])) for size in (3, 4))
    with pytest.raises(VerificationError, match="too long"):
        verify_consistency(3, old_head, 4, head, [*proof, N])
    with pytest.raises(VerificationError, match="does not show"):
        verify_consistency(3, two, 4, node_hash(two, three), [two, three])
