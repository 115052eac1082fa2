"""ECDSA keys on the curve P-256 (FIPS 186-5), with SHA-256."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from proofstone.core.canonical import digest
from proofstone.core.durable import write_file
from proofstone.core.errors import InputError, VerificationError

_MAKE_PRIVATE = (
    "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"
)
_MAKE_PUBLIC = "take it from the private key: openssl pkey -in key.pem -pubout -out key.pub"
_LARGEST_FILE = 1 << 16


class PublicKey:
    """A key that checks signatures. Two are equal when their bytes are."""

    __slots__ = ("_key",)

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key

    @classmethod
    def load(cls, path: Path) -> PublicKey:
        """Return the key in the PEM file `path` (SubjectPublicKeyInfo, RFC 5280).

        Raises:
            InputError: no such file, not a public key, or another curve than P-256.
        """
        data = _read(path, private=False)
        try:
            key = serialization.load_pem_public_key(data)
        except (ValueError, UnsupportedAlgorithm):
            raise InputError(
                f"{path}: not a public key in PEM form",
                hint=_MAKE_PUBLIC,
            ) from None
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise _wrong_kind(path, "of another kind")
        if not isinstance(key.curve, ec.SECP256R1):
            raise _wrong_kind(path, f"on the curve {key.curve.name}")
        return cls(key)

    def save(self, path: Path) -> None:
        """Write the key to `path` as PEM, whole or not at all.

        Raises:
            StoreError: the file cannot be written.
        """
        write_file(path, self.pem)

    @property
    def pem(self) -> bytes:
        """The key as SubjectPublicKeyInfo PEM."""
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def hint(self) -> str:
        """The SHA-256 of `pem`, 64 hexadecimal digits: names the key, proves nothing."""
        return digest(self.pem)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return when `signature` (DER, RFC 3279) over `data` was made with this key's pair.

        Raises:
            VerificationError: it was not.

        Not covered: who holds the private key, when it signed, and whether it was revoked
        since. From one signature anyone can derive a second valid one over the same data, so
        the bytes of a signature identify nothing.
        """
        try:
            self._key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise VerificationError(
                f"the signature does not hold under the key {self.hint[:16]}",
                hint="obtain the file again, or the right public key, from who signed it",
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.pem == other.pem

    def __hash__(self) -> int:
        return hash(self.pem)

    def __repr__(self) -> str:
        return f"PublicKey({self.hint[:16]})"


class SigningKey:
    """A key that signs. It shows only the hint of its public half.

    Not covered: the key lies in this process's memory in the clear, so who can read that
    (a debugger, a core dump, root) has it; no hardware token holds it. Without a passphrase
    the file's mode is all that guards it on the disk.
    """

    __slots__ = ("_key",)

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> SigningKey:
        """Return a new key from the operating system's random numbers."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: Path, passphrase: str | None = None) -> SigningKey:
        """Return the key in the PEM file `path` (PKCS #8, RFC 5958; or SEC 1).

        Raises:
            InputError: no such file; others than its owner may read it; not a private key;
                a passphrase is wrong or wanting; another curve than P-256.
        """
        data = _read(path, private=True)
        try:
            key = serialization.load_pem_private_key(
                data, passphrase.encode() if passphrase else None
            )
        except TypeError:
            raise InputError(
                f"{path}: the key is encrypted and no passphrase was given"
                if not passphrase
                else f"{path}: a passphrase was given but the key is not encrypted"
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            # The library's own text is dropped: nothing of a key may reach a log.
            raise InputError(
                f"{path}: not a private key in PEM form, or the passphrase is wrong",
                hint=_MAKE_PRIVATE,
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise _wrong_kind(path, "of another kind")
        if not isinstance(key.curve, ec.SECP256R1):
            raise _wrong_kind(path, f"on the curve {key.curve.name}")
        return cls(key)

    def save(self, path: Path, passphrase: str | None = None) -> None:
        """Write the key to `path` as PKCS #8 PEM, mode 0600, whole or not at all.

        Raises:
            InputError: `path` exists (what it holds could not be made again), or the
                passphrase is empty.
            StoreError: the file cannot be written.
        """
        if passphrase == "":
            raise InputError("the passphrase is empty", hint="give one, or leave it out")
        if os.path.lexists(path):
            raise InputError(
                f"{path}: a file is there already, and a key cannot be made twice",
                hint="move it away, or choose another name",
            )
        lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            lock = serialization.BestAvailableEncryption(passphrase.encode())
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock
        )
        write_file(path, pem, mode=0o600)

    @property
    def public(self) -> PublicKey:
        """The half that may be given away."""
        return PublicKey(self._key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Return the DER signature over `data`; deterministic (RFC 6979, 2013)."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def __repr__(self) -> str:
        return f"SigningKey(public {self.public.hint[:16]})"


def _read(path: Path, *, private: bool) -> bytes:
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if private and stat.S_IMODE(mode) & 0o077:
                raise InputError(
                    f"{path}: others than its owner may read this private key "
                    f"(mode {stat.S_IMODE(mode):04o})",
                    hint=f"chmod 600 {path}",
                )
            return stream.read(_LARGEST_FILE)
    except OSError as error:
        raise InputError(
            f"{path}: the key cannot be read: {error.strerror}",
            hint=_MAKE_PRIVATE if private else _MAKE_PUBLIC,
        ) from error


def _wrong_kind(path: Path, found: str) -> InputError:
    return InputError(
        f"{path}: an ECDSA key on P-256 is asked for, this one is {found}", hint=_MAKE_PRIVATE
    )
