from __future__ import annotations

import os
from unittest import mock

import pytest

from proofstone.core.errors import InputError
from proofstone.models.sealed import Sealed


def test_it_holds_what_was_put_in_and_nobody_changes_it() -> None:
    data = os.urandom(100_000)
    sealed = Sealed(data, "weights")
    assert sealed.path.read_bytes() == data
    with pytest.raises(PermissionError):
        sealed.path.write_bytes(b"x")
    with pytest.raises(PermissionError):
        os.truncate(sealed.path, 10)
    assert sealed.path.read_bytes() == data


def test_it_goes_with_its_object() -> None:
    sealed = Sealed(b"x", "weights")
    path = sealed.path
    assert path.exists()
    sealed.close()
    assert not path.exists()


def test_without_sealed_memory_the_place_is_named() -> None:
    with (
        mock.patch("os.memfd_create", side_effect=OSError(38, "Function not implemented")),
        pytest.raises(InputError, match="release 7: there is no sealed memory here"),
    ):
        Sealed(b"x", "release 7")


def test_without_room_nothing_stays_open() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with (
        mock.patch("os.write", side_effect=OSError(12, "Cannot allocate memory")),
        pytest.raises(InputError, match="release 7: Cannot allocate memory"),
    ):
        Sealed(b"x", "release 7")
    assert set(os.listdir("/proc/self/fd")) == before
