"""Which public key a release is verified with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from proofstone.core.errors import InputError
from proofstone.vault.keys import PublicKey


@dataclass(frozen=True)
class TrustedKey:
    """A public key and the file that it was taken from."""

    public: PublicKey
    path: Path


def trusted_key(directory: Path, key: Path | None, places: Sequence[Path] = ()) -> TrustedKey:
    """Return the key to verify the release in `directory` with.

    `key` is the file that a person named; without one, the first that exists of `places` (the
    project's key, then the user's).

    Raises:
        InputError: there is none, it is no public key, or it lies inside the release: such a key
            would only prove that the files belong together.

    Not covered: whether the file that was named is the signer's; obtain it another way than the
    release.
    """
    if key is None:
        key = next((place for place in places if place.is_file()), None)
    if key is None:
        looked = ", ".join(str(place) for place in places) or "nowhere"
        raise InputError(
            f"{directory}: no public key to verify with (looked at: {looked})",
            hint="name the signer's key: --key signer.pub; obtain it another way than the release",
        )
    if key.resolve().is_relative_to(directory.resolve()):
        raise InputError(
            f"{key}: lies inside the release that it is to prove",
            hint="obtain the signer's key another way than the release",
        )
    return TrustedKey(PublicKey.load(key), key)
