from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.models.sources.files import sdist, weights, wheel

from proofstone.core.errors import DataError
from proofstone.models.sources import archive as archives
from proofstone.models.sources.archive import open_archive


def zipped(at: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    path = at / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for info, data in members:
            file.writestr(info, data)
    return path


def tarred(at: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    path = at / "a-1.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        for info, data in members:
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


def names(path: Path) -> list[str]:
    with open_archive(path) as archive:
        return archive.names()


def test_files_of_a_wheel_come_out_as_they_went_in(tmp_path: Path) -> None:
    path = wheel(tmp_path, {"tiny/model.safetensors": weights(), "tiny/empty": b""})
    with open_archive(path) as archive:
        assert archive.names()[:2] == ["tiny/model.safetensors", "tiny/empty"]
        archive.copy("tiny/model.safetensors", tmp_path / "deep/er/model")
        assert archive.read("tiny/empty") == b""
    assert (tmp_path / "deep/er/model").read_bytes() == weights()


def test_the_top_folder_of_a_source_archive_is_cut(tmp_path: Path) -> None:
    path = sdist(tmp_path, {"tiny/neg.txt": "坏\n".encode(), "setup.py": b"1/0"})
    with open_archive(path) as archive:
        assert set(archive.names()) == {"tiny/neg.txt", "setup.py", "PKG-INFO"}
        archive.copy("tiny/neg.txt", tmp_path / "neg.txt")
    assert (tmp_path / "neg.txt").read_text("utf-8") == "坏\n"


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "c:/evil"])
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="leads outside"):
        names(zipped(tmp_path, (name, b"x")))
    with pytest.raises(DataError, match="leads outside"):
        names(tarred(tmp_path, (tarfile.TarInfo(f"a-1/{name}"), b"x")))


def test_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert names(zipped(tmp_path, (link, b"/etc/passwd"), ("plain", b"x"))) == ["plain"]
    members = []
    for name, kind in [("hard", tarfile.LNKTYPE), ("soft", tarfile.SYMTYPE), ("x", b"3")]:
        info = tarfile.TarInfo(f"a-1/{name}")
        info.type, info.linkname = kind, "/etc/passwd"
        members.append((info, b""))
    assert names(tarred(tmp_path, *members, (tarfile.TarInfo("a-1/plain"), b"x"))) == ["plain"]


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    members = [(tarfile.TarInfo(f"{top}/model"), b"x") for top in ("a-1", "b-1")]
    with pytest.raises(DataError, match="'model' comes twice"):
        names(tarred(tmp_path, *members))
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(tmp_path, ("model", b"1"), ("model", b"2"))
    with pytest.raises(DataError, match="'model' comes twice"):
        names(path)


def test_what_grows_beyond_all_bounds_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_ROOM", 1 << 20)
    bomb = bytes(8 << 20)
    for path in (
        zipped(tmp_path, ("bomb", bomb)), tarred(tmp_path, (tarfile.TarInfo("a-1/bomb"), bomb)),
    ):  # fmt: skip
        assert path.stat().st_size < 16_000
        with pytest.raises(DataError, match="beyond all bounds"):
            names(path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_FILES", 3)
    members = [(f"f{number}", b"") for number in range(4)]
    assert len(names(zipped(tmp_path, *members[:3]))) == 3
    with pytest.raises(DataError, match="beyond all bounds"):
        names(zipped(tmp_path, *members))


@pytest.mark.parametrize("kind", ["whl", "tar.gz"])
def test_a_damaged_archive_is_named(tmp_path: Path, kind: str) -> None:
    noise = os.urandom(5000)
    path = (
        zipped(tmp_path, ("model", noise))
        if kind == "whl"
        else tarred(tmp_path, (tarfile.TarInfo("a-1/model"), noise))
    )
    whole = path.read_bytes()
    for data in (b"", b"rubbish" * 50, whole[:2000], whole[:2500] + b"\0" * 60 + whole[2560:]):
        path.write_bytes(data)
        with pytest.raises(DataError, match=path.name), open_archive(path) as archive:
            archive.copy("model", tmp_path / "out")
