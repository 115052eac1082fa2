from __future__ import annotations

import pytest
from tests.registry.releases import release_files

from proofstone.core.canonical import digest
from proofstone.core.errors import InputError
from proofstone.registry.bundle import id_of_digests, release_id

MODEL = {"model.json": b"{}", "weights.json": b"[1.5]"}


def test_the_id_covers_model_project_provenance_and_findings_only() -> None:
    files = release_files(MODEL)
    first = release_id(files)
    assert len(first) == 64
    assert release_id(dict(reversed(files.items()))) == first
    for path in files:
        changed = release_id(files | {path: files[path] + b" "})
        assert (changed == first) is (path == "croissant.json"), path
    assert release_id(files | {"model/more": b""}) != first
    assert release_id(files | {"record.json": b"{}", "model.sig": b"", "report.html": b""}) == first


def test_a_moved_file_gives_another_id() -> None:
    files = release_files(MODEL)
    moved = {path.replace("weights.json", "w.json"): data for path, data in files.items()}
    assert release_id(moved) != release_id(files)


@pytest.mark.parametrize(
    "path", ["model/model.json", "project.json", "provenance.json", "findings.json"]
)
def test_a_wanting_file(path: str) -> None:
    files = release_files(MODEL)
    del files[path]
    with pytest.raises(InputError, match=f"{path}: a release needs"):
        release_id(files)


def test_the_id_from_digests_is_the_id_from_bytes() -> None:
    files = release_files(MODEL)
    assert id_of_digests({path: digest(data) for path, data in files.items()}) == release_id(files)
