"""Merkle trees as RFC 9162 (2021), section 2.1, hashes them; SHA-256.

A tree is given as the sequence of its leaf hashes. Proofs are lists of node hashes, 32 bytes
each, in the order of the RFC.

Not covered: a proof binds to the tree head it is checked against, nothing more. Whoever is
shown a head must still learn that it is the same head that others see.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from proofstone.core.errors import InputError, VerificationError


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry: SHA-256 of 0x00 and `data`."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of 0x01, `left` and `right`."""
    return sha256(b"\x01" + left + right).digest()


def tree_head(leaves: Sequence[bytes]) -> bytes:
    """Return the root over `leaves` (leaf hashes), section 2.1.1.

    >>> tree_head([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        # An odd node at the end moves up unchanged, which is the RFC's split at a power of two.
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` (from 0), section 2.1.3.1.

    Raises:
        InputError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise InputError(f"no entry {index} in a log of {len(leaves)}")
    path: list[bytes] = []
    while len(leaves) > 1:
        split = _split(len(leaves))
        if index < split:
            path.append(tree_head(leaves[split:]))
            leaves = leaves[:split]
        else:
            path.append(tree_head(leaves[:split]))
            leaves, index = leaves[split:], index - split
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes
) -> None:
    """Return when `leaf` is leaf `index` of the tree of `size` leaves under `head`, 2.1.3.2.

    Raises:
        VerificationError: the proof does not show it.
    """
    if not 0 <= index < size:
        raise VerificationError(f"no entry {index} in a log of {size}")
    position, last, value = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise VerificationError("the inclusion proof is too long")
        if position & 1 or position == last:
            value = node_hash(step, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, step)
        position, last = position >> 1, last >> 1
    if last != 0 or value != head:
        raise VerificationError(f"the proof does not show entry {index} under this tree head")


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the first `old_size` leaves begin this tree, section 2.1.4.1.

    Raises:
        InputError: `old_size` is not between 1 and the number of leaves.
    """
    if not 0 < old_size <= len(leaves):
        raise InputError(f"no proof from {old_size} entries to {len(leaves)}")
    path: list[bytes] = []
    whole = True
    while old_size < len(leaves):
        split = _split(len(leaves))
        if old_size <= split:
            path.append(tree_head(leaves[split:]))
            leaves = leaves[:split]
        else:
            path.append(tree_head(leaves[:split]))
            leaves, old_size, whole = leaves[split:], old_size - split, False
    return path[::-1] if whole else [tree_head(leaves), *path[::-1]]


def verify_consistency(
    old_size: int, old_head: bytes, size: int, head: bytes, proof: Sequence[bytes]
) -> None:
    """Return when the tree under `old_head` is the beginning of that under `head`, 2.1.4.2.

    Raises:
        VerificationError: the proof does not show it.
    """
    if not 0 < old_size <= size:
        raise VerificationError(f"a log of {size} entries cannot continue one of {old_size}")
    if old_size == size:
        if proof or old_head != head:
            raise VerificationError("two logs of one size have different tree heads")
        return
    path = [old_head, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise VerificationError("the consistency proof is too short")
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_value = value = path[0]
    for step in path[1:]:
        if last == 0:
            raise VerificationError("the consistency proof is too long")
        if position & 1 or position == last:
            old_value, value = node_hash(step, old_value), node_hash(step, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, step)
        position, last = position >> 1, last >> 1
    if last != 0 or old_value != old_head or value != head:
        raise VerificationError(
            f"the proof does not show that {size} entries continue the first {old_size}"
        )


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
