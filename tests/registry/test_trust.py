from __future__ import annotations

from pathlib import Path

import pytest

from proofstone.core.errors import InputError
from proofstone.registry.trust import trusted_key
from proofstone.vault.keys import SigningKey


def test_the_named_key_goes_before_the_known_places(tmp_path: Path) -> None:
    named, known = SigningKey.generate().public, SigningKey.generate().public
    named.save(tmp_path / "named.pub")
    known.save(tmp_path / "known.pub")
    places = [tmp_path / "absent.pub", tmp_path / "known.pub"]
    release = tmp_path / "release"
    assert trusted_key(release, tmp_path / "named.pub", places).public == named
    found = trusted_key(release, None, places)
    assert (found.public, found.path) == (known, tmp_path / "known.pub")


def test_no_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no public key .*absent\.pub") as raised:
        trusted_key(tmp_path, None, [tmp_path / "absent.pub"])
    assert "--key" in raised.value.hint
    with pytest.raises(InputError, match="looked at: nowhere"):
        trusted_key(tmp_path, None)


def test_a_key_inside_the_release_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    key = tmp_path / "release/signer.pub"
    SigningKey.generate().public.save(key)
    with pytest.raises(InputError, match="inside the release"):
        trusted_key(tmp_path / "release", key)
