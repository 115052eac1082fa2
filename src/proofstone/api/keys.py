"""The keys that a project signs its releases with and verifies them by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofstone.vault.keys import PublicKey, SigningKey

_KEY_WAIT = 10.0


class KeyRing:
    """The keys of a project: `signer.pem`, private, and `signer.pub` beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "signer.pem"

    def signing(self) -> SigningKey:
        """The signing key, made when first needed."""
        from proofstone.vault.keys import SigningKey

        if not (self.path.exists() and self.path.with_suffix(".pub").exists()):
            self._make()
        return SigningKey.load(self.path)

    def public(self) -> PublicKey:
        """The public key that this project's own releases are verified with."""
        return self.signing().public

    def trusted(self, directory: Path, key: Path | None) -> PublicKey:
        """The public key that the exported release in `directory` is verified with."""
        from proofstone.registry.trust import trusted_key

        return trusted_key(directory, key, [self.path.with_suffix(".pub")]).public

    def _make(self) -> None:
        """Make what is wanting, one process at a time: two first runs must share one key."""
        from proofstone.store.lock import hold
        from proofstone.vault.keys import SigningKey

        with hold(self.path.with_suffix(".lock"), "the making of a key", wait=_KEY_WAIT):
            if not self.path.exists():
                SigningKey.generate().save(self.path)
            SigningKey.load(self.path).public.save(self.path.with_suffix(".pub"))
