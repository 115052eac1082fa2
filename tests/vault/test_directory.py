from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.vault.directory import (
    hash_directory,
    in_order,
    name_fault,
    read_once,
    shown,
    survey,
)


def test_every_file_is_hashed(tree: Path, files: dict[str, bytes]) -> None:
    expected = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert hash_directory(tree) == expected
    assert list(hash_directory(tree))[:3] == [".hidden", "a/b", "a.b"]


def test_ignored_paths_and_what_lies_below_them(tree: Path, files: dict[str, bytes]) -> None:
    found = hash_directory(tree, {"sub", "a.b"})
    assert set(files) - set(found) == {"a.b", "sub/.gitattributes", "sub/deeper/empty"}
    assert "a/b" in hash_directory(tree, ["a.b", "a/bb", "b"])


names = st.text(st.sampled_from("ab./-é中Z0"), min_size=1, max_size=8)


@given(st.lists(names))
def test_order_is_that_of_pure_posix_paths(paths: list[str]) -> None:
    good = [path for path in paths if name_fault(path) is None]
    assert list(in_order(dict.fromkeys(good, ""))) == [
        str(path) for path in sorted({PurePosixPath(path) for path in good})
    ]


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "./a", "a\\b", "a\nb", "a\0b", "\x9b1m"],
)
def test_names_that_cannot_stand_in_a_manifest(name: str, tmp_path: Path) -> None:
    assert name_fault(name)
    with pytest.raises(InputError):
        hash_directory(tmp_path, {name})


def test_one_text_is_not_a_list_of_paths(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a list"):
        hash_directory(tmp_path, "model.sig")


def test_links_and_special_files_are_all_named(
    tree: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "link").symlink_to("a.b")
    (tree / "sub/folder-link").symlink_to(tree / "a")
    (tree / "dangling").symlink_to("nowhere")
    os.mkfifo(tree / "pipe")
    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("sock")
    with pytest.raises(InputError) as caught:
        hash_directory(tree)
    for line in (
        "link: a symbolic link",
        "sub/folder-link: a symbolic link",
        "dangling: a symbolic link",
        "pipe: a named pipe",
        "sock: a socket",
    ):
        assert f"\n  {line}" in str(caught.value)
    assert set(survey(tree).files) == set(files)


def test_links_below_ignored_paths_are_refused_too(tree: Path) -> None:
    (tree / "sub/link").symlink_to("/etc/hostname")
    with pytest.raises(InputError, match="sub/link"):
        hash_directory(tree, {"sub"})


def test_names_that_no_manifest_can_carry(tmp_path: Path) -> None:
    (tmp_path / "back\\slash").touch()
    (tmp_path / "new\nline").touch()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).touch()
    with pytest.raises(InputError) as caught:
        hash_directory(tmp_path)
    assert len(survey(tmp_path).refused) == 3
    assert "new\\nline" in str(caught.value)
    str(caught.value).encode()


def test_a_file_that_cannot_be_read_is_named(
    tree: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(stream: object, _: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(hashlib, "file_digest", broken)
    assert survey(tree).refused == dict.fromkeys(
        in_order(dict.fromkeys(files, "")), "cannot be read: Permission denied"
    )


def test_a_pipe_swapped_in_after_listing_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_once(tmp_path, "pipe")


def test_the_directory_itself(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(tree)
    for path, why in (
        (tmp_path / "alias", "is a symbolic link"),
        (tmp_path / "absent", "No such file"),
        (tree / "a.b", "Not a directory"),
    ):
        with pytest.raises(InputError, match=why):
            hash_directory(path)


def test_a_pit_of_directories_ends(tmp_path: Path) -> None:
    (tmp_path / "/".join("d" * 101)).mkdir(parents=True)
    with pytest.raises(InputError, match="more than 100 directories deep"):
        hash_directory(tmp_path)


def test_names_cannot_write_to_the_terminal() -> None:
    assert shown("a\x1b[31mb") == "'a\\x1b[31mb'"
    assert shown("名字 1") == "名字 1"
