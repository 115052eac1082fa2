from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from proofstone.core.errors import VerificationError
from proofstone.vault.directory import Survey, hash_directory
from proofstone.vault.manifest import Differences, Manifest, differences, read_verified


def test_the_root_is_over_digests_in_order_of_path() -> None:
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("a.b", "a/b", "B")}
    together = b"".join(hashlib.sha256(name).digest() for name in (b"B", b"a/b", b"a.b"))
    assert Manifest("x", digests).root == hashlib.sha256(together).hexdigest()
    assert Manifest("y", digests).root == Manifest("x", dict(reversed(digests.items()))).root


def test_every_kind_of_difference() -> None:
    signed = {"same": "1", "changed": "2", "gone": "3", "old": "4", "linked": "5"}
    found = Survey(
        {"same": "1", "changed": "9", "new": "4", "more": "8"}, {"linked": "a symbolic link"}
    )
    differing = differences(signed, found)
    assert differing == Differences(
        changed=("changed",),
        added=("more",),
        removed=("gone",),
        renamed=(("old", "new"),),
        refused=(("linked", "a symbolic link"),),
    )
    assert differing.lines() == [
        "changed: changed",
        "added: more",
        "removed: gone",
        "renamed: old -> new",
        "refused: linked is a symbolic link",
    ]
    assert not differences(signed, Survey(signed))


def test_two_names_for_the_same_bytes_are_told_apart() -> None:
    assert differences({"a": "1", "b": "1"}, Survey({"c": "1"})) == Differences(
        removed=("b",), renamed=(("a", "c"),)
    )
    assert differences({"a": "1", "b": "2"}, Survey({"a": "2", "b": "1"})).changed == ("a", "b")
    assert differences({"a": "1"}, Survey({"a": "1", "copy": "1"})).added == ("copy",)


def test_what_was_verified_is_what_is_read(tree: Path, files: dict[str, bytes]) -> None:
    manifest = Manifest("model", hash_directory(tree))
    for name, data in files.items():
        assert read_verified(tree, manifest, name) == data
    (tree / "a.b").write_bytes(b"changed")
    with pytest.raises(VerificationError, match=r"a\.b: changed since it was signed"):
        read_verified(tree, manifest, "a.b")
    (tree / "a.b").unlink()
    with pytest.raises(VerificationError, match=r"a\.b: cannot be read: No such file"):
        read_verified(tree, manifest, "a.b")
    os.mkfifo(tree / "a.b")
    with pytest.raises(VerificationError, match="not a regular file"):
        read_verified(tree, manifest, "a.b")
    for name in ("absent", "../model/weights.bin", "", str(tree / "weights.bin"), "./weights.bin"):
        with pytest.raises(VerificationError, match="not among the signed files"):
            read_verified(tree, manifest, name)


def test_the_bytes_are_opened_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = Manifest("model", hash_directory(tree))
    opened: list[str] = []
    real = os.open

    def counting(path: str, *rest: int, **more: int) -> int:
        opened.append(str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", counting)
    read_verified(tree, manifest, "weights.bin")
    assert opened == [str(tree / "weights.bin")]
