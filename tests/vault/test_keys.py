from __future__ import annotations

import hashlib
import json
import pickle
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from proofstone.core.errors import InputError, VerificationError
from proofstone.vault.keys import PublicKey, SigningKey

# RFC 6979 (2013), appendix A.2.5: P-256, SHA-256.
RFC6979_SECRET = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
RFC6979_POINT = (
    0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
    0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
)
RFC6979 = {
    b"sample": (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    b"test": (
        0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
        0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
    ),
}

# NIST CAVP, FIPS 186-4, SigVer.rsp, [P-256,SHA-256]: six of its fifteen.
SIGVER = json.loads(Path(__file__).with_name("sigver_p256_sha256.json").read_text())


def public_key(x: int, y: int) -> PublicKey:
    return PublicKey(ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())


@pytest.mark.parametrize("message", RFC6979)
def test_signs_and_verifies_as_rfc_6979_publishes(message: bytes) -> None:
    key = SigningKey(ec.derive_private_key(RFC6979_SECRET, ec.SECP256R1()))
    assert key.public == public_key(*RFC6979_POINT)
    assert key.sign(message) == utils.encode_dss_signature(*RFC6979[message])
    key.public.verify(utils.encode_dss_signature(*RFC6979[message]), message)


@pytest.mark.parametrize("vector", SIGVER, ids=lambda vector: str(vector["result"]))
def test_verifies_as_nist_publishes(vector: dict[str, str]) -> None:
    x, y, r, s = (int(vector[name], 16) for name in ("qx", "qy", "r", "s"))
    signature = utils.encode_dss_signature(r, s)
    message = bytes.fromhex(vector["msg"])
    if vector["result"] == "pass":
        public_key(x, y).verify(signature, message)
    else:
        with pytest.raises(VerificationError):
            public_key(x, y).verify(signature, message)


def test_files_go_there_and_back(tmp_path: Path, key: SigningKey) -> None:
    key.save(tmp_path / "key.pem")
    key.public.save(tmp_path / "key.pub")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert (tmp_path / "key.pem").read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    again = SigningKey.load(tmp_path / "key.pem")
    assert again.public == key.public == PublicKey.load(tmp_path / "key.pub")
    assert key.public.hint == hashlib.sha256((tmp_path / "key.pub").read_bytes()).hexdigest()
    assert len({key.public, again.public}) == 1
    assert key.public != SigningKey.generate().public
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pem", "key.pub"]


def test_a_passphrase_locks_the_file(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "key.pem"
    key.save(path, "correct horse")
    assert b"ENCRYPTED" in path.read_bytes()
    assert SigningKey.load(path, "correct horse").public == key.public
    for wrong in (None, "", "wrong horse"):
        with pytest.raises(InputError, match=r"key\.pem.*passphrase"):
            SigningKey.load(path, wrong)
    with pytest.raises(InputError, match="empty"):
        key.save(tmp_path / "other.pem", "")
    key.save(tmp_path / "open.pem")
    with pytest.raises(InputError, match="not encrypted"):
        SigningKey.load(tmp_path / "open.pem", "any")


def test_a_private_key_is_never_overwritten(tmp_path: Path, key: SigningKey) -> None:
    key.save(tmp_path / "key.pem")
    with pytest.raises(InputError, match="is there already"):
        SigningKey.generate().save(tmp_path / "key.pem")
    assert SigningKey.load(tmp_path / "key.pem").public == key.public


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, key: SigningKey, mode: int) -> None:
    key.save(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(mode)
    with pytest.raises(InputError, match=f"mode {mode:04o}") as caught:
        SigningKey.load(tmp_path / "key.pem")
    assert caught.value.hint.startswith("chmod 600")


def secret_file(path: Path, data: bytes) -> Path:
    path.touch(0o600)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("data", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAAAA\n", b"\xff"])
def test_garbage_is_refused_and_named(tmp_path: Path, data: bytes) -> None:
    path = secret_file(tmp_path / "key.pem", data)
    with pytest.raises(InputError, match=r"key\.pem"):
        SigningKey.load(path)
    with pytest.raises(InputError, match=r"key\.pem"):
        PublicKey.load(path)
    with pytest.raises(InputError, match=r"absent\.pem.*No such file"):
        SigningKey.load(tmp_path / "absent.pem")
    with pytest.raises(InputError, match=r"absent\.pub.*No such file"):
        PublicKey.load(tmp_path / "absent.pub")


def test_another_curve_or_kind_is_refused(tmp_path: Path) -> None:
    others: dict[str, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey] = {
        "secp384r1": ec.generate_private_key(ec.SECP384R1()),
        "secp256k1": ec.generate_private_key(ec.SECP256K1()),
        "another kind": ed25519.Ed25519PrivateKey.generate(),
    }
    for name, other in others.items():
        private = secret_file(
            tmp_path / "key.pem",
            other.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
        with pytest.raises(InputError, match=name):
            SigningKey.load(private)
        (tmp_path / "key.pub").write_bytes(
            other.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        with pytest.raises(InputError, match=name):
            PublicKey.load(tmp_path / "key.pub")


def test_halves_are_not_mixed_up(tmp_path: Path, key: SigningKey) -> None:
    key.save(tmp_path / "key.pem")
    with pytest.raises(InputError, match="not a public key"):
        PublicKey.load(tmp_path / "key.pem")
    with pytest.raises(InputError, match="not a private key"):
        SigningKey.load(secret_file(tmp_path / "key.pub", key.public.pem))


def test_the_secret_shows_nowhere(tmp_path: Path) -> None:
    key = SigningKey(ec.derive_private_key(RFC6979_SECRET, ec.SECP256R1()))
    for text in (repr(key), str(key), f"{key}"):
        assert text == f"SigningKey(public {key.public.hint[:16]})"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert not hasattr(key, "__dict__")
    secret_file(tmp_path / "key.pem", b"-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END")
    with pytest.raises(InputError) as caught:
        SigningKey.load(tmp_path / "key.pem")
    assert "c2VjcmV0" not in str(caught.value) + caught.value.hint
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("signature", [b"", b"\x30\x00", b"garbage", b"\x00" * 70])
def test_what_is_no_signature_does_not_hold(key: SigningKey, signature: bytes) -> None:
    with pytest.raises(VerificationError, match=key.public.hint[:16]):
        key.public.verify(signature, b"data")


def test_another_key_does_not_verify(key: SigningKey) -> None:
    with pytest.raises(VerificationError):
        SigningKey.generate().public.verify(key.sign(b"data"), b"data")
    with pytest.raises(VerificationError):
        key.public.verify(key.sign(b"data"), b"Data")
