from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.core.errors import InputError, StoreError, VerificationError
from proofstone.vault.directory import hash_directory
from proofstone.vault.keys import PublicKey, SigningKey
from proofstone.vault.model_signature import sign_directory, verify_directory

KEY = SigningKey.generate()


def test_signs_and_verifies(tree: Path, key: SigningKey) -> None:
    before = hash_directory(tree)
    manifest = sign_directory(tree, key)
    assert manifest.files == before
    assert manifest.name == "model"
    assert verify_directory(tree, key.public) == manifest
    assert stat.S_IMODE((tree / "model.sig").stat().st_mode) == 0o644
    first = (tree / "model.sig").read_bytes()
    (tree / ".model.sig.left0ver.aside").write_bytes(b"of a killed run")
    assert sign_directory(tree, key) == manifest
    assert (tree / "model.sig").read_bytes() == first


def test_moving_the_directory_changes_nothing(tree: Path, key: SigningKey) -> None:
    manifest = sign_directory(tree, key)
    moved = tree.rename(tree.parent / "elsewhere")
    assert verify_directory(moved, key.public).root == manifest.root


def test_what_may_lie_outside_is_agreed_on_both_sides(tree: Path, key: SigningKey) -> None:
    manifest = sign_directory(tree, key, signature="a/own.sig", ignore=["sub"])
    assert "sub/deeper/empty" not in manifest.files
    (tree / "sub/new").touch()
    assert verify_directory(tree, key.public, "a/own.sig", ignore={"sub"}) == manifest
    for other in ((), {"sub", "more"}, {"sub/deeper"}):
        with pytest.raises(VerificationError, match="the signature ignores"):
            verify_directory(tree, key.public, "a/own.sig", ignore=other)
    for wrong in ("../own.sig", "/own.sig", ""):
        with pytest.raises(InputError):
            sign_directory(tree, key, signature=wrong)
        with pytest.raises(InputError):
            verify_directory(tree, key.public, wrong)


def test_what_cannot_be_signed(tree: Path, key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no file to sign"):
        sign_directory(tmp_path / "empty", key)
    (tree / "model.sig").mkdir()
    with pytest.raises(StoreError, match=r"model\.sig: cannot be used: Is a directory"):
        sign_directory(tree, key)
    (tree / "model.sig").rmdir()
    (tree / "link").symlink_to("a.b")
    with pytest.raises(InputError, match="link: a symbolic link"):
        sign_directory(tree, key)
    assert not (tree / "model.sig").exists()


def test_an_unsigned_or_absent_directory(tree: Path, key: SigningKey, tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match=r"model\.sig: no signature"):
        verify_directory(tree, key.public)
    with pytest.raises(InputError, match="absent: No such file"):
        verify_directory(tmp_path / "absent", key.public)


def stock(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "model_signing", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def stock_verify(tree: Path, public: Path) -> subprocess.CompletedProcess[str]:
    return stock(
        "verify", "key", tree, "--signature", tree / "model.sig", "--public_key", public,
        "--no-ignore-git-paths",
    )  # fmt: skip


def test_the_stock_program_accepts_what_we_sign_and_refuses_tampering(
    tree: Path, tmp_path: Path
) -> None:
    (tree / ".gitignore").write_bytes(b"*.log")
    sign_directory(tree, KEY)
    KEY.public.save(tmp_path / "key.pub")
    result = stock_verify(tree, tmp_path / "key.pub")
    assert (result.returncode, result.stdout) == (0, "Verification succeeded\n"), result.stderr
    (tree / "sub/deeper/empty").write_bytes(b"not empty")
    result = stock_verify(tree, tmp_path / "key.pub")
    assert result.returncode == 1
    assert "sub/deeper/empty" in result.stderr


def test_we_accept_what_the_stock_program_signs(tree: Path, tmp_path: Path) -> None:
    (tree / ".git").mkdir()
    (tree / ".git/config").write_bytes(b"counts")
    KEY.save(tmp_path / "key.pem")
    sign = (
        "sign", "key", tree, "--private_key", tmp_path / "key.pem",
        "--signature", tree / "model.sig",
    )  # fmt: skip
    assert stock(*sign, "--no-ignore-git-paths").returncode == 0
    manifest = verify_directory(tree, KEY.public)
    assert ".git/config" in manifest.files
    (tree / "model.sig").unlink()
    assert sign_directory(tree, KEY) == manifest

    # By default it leaves git's files out, where anything could hide: refused.
    (tree / "model.sig").unlink()
    assert stock(*sign).returncode == 0
    with pytest.raises(VerificationError, match=r"the signature ignores .*\.gitattributes"):
        verify_directory(tree, KEY.public)


part = st.text(st.sampled_from("abc."), min_size=1, max_size=3).filter(
    lambda text: text not in (".", "..")
)
trees = st.dictionaries(
    st.lists(part, min_size=1, max_size=3).map(tuple), st.binary(max_size=8), min_size=1, max_size=6
).filter(lambda tree: not any(a != b and a == b[: len(a)] for a in tree for b in tree))
TAMPERINGS = [
    "change", "truncate", "remove", "rename", "add", "git", "link", "outside", "folder", "pipe",
]  # fmt: skip


def tamper(root: Path, path: Path, how: str) -> list[str]:
    """Do it and return what the refusal must say."""
    name = path.relative_to(root).as_posix()
    match how:
        case "change":
            data = path.read_bytes()
            path.write_bytes(bytes([data[0] ^ 1]) + data[1:] if data else b"\0")
            return [f"changed: {name}"]
        case "truncate":
            path.write_bytes(path.read_bytes() + b"\0")
            return [f"changed: {name}"]
        case "remove":
            path.unlink()
            return [f"removed: {name}"]
        case "rename":
            path.rename(path.with_name("renamed"))
            return ["renamed: ", str(path.with_name("renamed").relative_to(root))]
        case "add":
            path.with_name(".hidden-new").write_bytes(b"unlike any other")
            return ["added: ", ".hidden-new"]
        case "git":
            (root / ".git/hooks").mkdir(parents=True)
            (root / ".git/hooks/run").write_bytes(b"unlike any other")
            return ["added: .git/hooks/run"]
        case "link":
            path.rename(root / "moved")
            path.symlink_to(root / "moved")
            return [f"refused: {name} is a symbolic link", "added: moved"]
        case "outside":
            path.unlink()
            path.symlink_to("/etc/hostname")
            return [f"refused: {name} is a symbolic link"]
        case "folder":
            path.unlink()
            path.mkdir()
            (path / "x").write_bytes(b"unlike any other")
            return [f"removed: {name}", f"added: {name}/x"]
        case _:
            path.unlink()
            os.mkfifo(path)
            return [f"refused: {name} is a named pipe"]


@settings(deadline=None)
@given(trees, st.sampled_from(TAMPERINGS), st.data())
def test_every_tampering_is_caught_and_named(
    tree: dict[tuple[str, ...], bytes], how: str, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for parts, content in tree.items():
            root.joinpath(*parts).parent.mkdir(parents=True, exist_ok=True)
            root.joinpath(*parts).write_bytes(content)
        signed = sign_directory(root, KEY)
        assert verify_directory(root, KEY.public) == signed
        at = root.joinpath(*data.draw(st.sampled_from(sorted(tree))))
        expected = tamper(root, at, how)
        with pytest.raises(VerificationError) as caught:
            verify_directory(root, KEY.public)
        for line in expected:
            assert line in str(caught.value)


def test_all_tamperings_at_once_are_all_named(tree: Path) -> None:
    sign_directory(tree, KEY)
    expected = [
        line
        for name, how in zip(
            ["weights.bin", "a/b", "a.b", ".hidden", "sub/.gitattributes"],
            ["change", "remove", "rename", "outside", "git"],
            strict=True,
        )
        for line in tamper(tree, tree / name, how)
    ]
    with pytest.raises(VerificationError, match="5 files are not as signed") as caught:
        verify_directory(tree, KEY.public)
    for line in expected:
        assert line in str(caught.value)
    assert "renamed: a.b -> renamed" in str(caught.value)


def test_verification_needs_neither_sigstore_nor_model_signing(tree: Path, tmp_path: Path) -> None:
    sign_directory(tree, KEY)
    KEY.public.save(tmp_path / "key.pub")
    assert PublicKey.load(tmp_path / "key.pub") == KEY.public
    program = (
        "import sys; from pathlib import Path\n"
        "from proofstone.vault.keys import PublicKey\n"
        "from proofstone.vault.model_signature import verify_directory\n"
        "verify_directory(Path(sys.argv[1]), PublicKey.load(Path(sys.argv[2])))\n"
        "heavy = {'model_signing', 'sigstore', 'numpy', 'pydantic', 'requests'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tree), str(tmp_path / "key.pub")]
    subprocess.run(command, check=True)
