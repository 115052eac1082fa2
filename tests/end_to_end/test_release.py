"""A release's life: promoted, rolled back, exported, verified, predicted with; gates stay shut."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.end_to_end.stranger import (
    ROWS,
    TABLE,
    as_found,
    copy,
    edit,
    gates,
    proofstone,
    tree,
)

WHY = "asked for by a test"


@pytest.fixture(scope="module")
def shut(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose newest release failed a gate; the one before is open."""
    directory = copy(project, tmp_path_factory.mktemp("shut") / "project")
    edit(directory, assess={"gates": gates(auc=0.999)})
    run = proofstone("run", "-C", directory, "--json")
    assert (run.status, run.document["verdict"]) == (3, "fail")
    return directory


@pytest.fixture(scope="module")
def exported(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported release with open gates, its public key beside it."""
    directory = tmp_path_factory.mktemp("exported") / "release"
    answer = proofstone("export", "latest", directory, "-C", project, "--json")
    assert answer.status == 0, answer.err
    assert answer.document["directory"] == str(directory)
    assert Path(answer.document["key"]) == directory.with_name("release.pub")
    return directory


def verify(directory: Path, key: Path) -> Any:
    return proofstone("verify", directory, "--key", key, "-C", directory.parent, "--json")


def test_releases_lists_the_newest_first(shut: Path, first_run: Any) -> None:
    listed = proofstone("releases", "-C", shut, "--json").document["releases"]
    assert [one["verdict"] for one in listed] == ["fail", "pass"]
    assert listed[1]["id"] == first_run["release"]
    assert {one["who"] for one in listed} == {"a tester"}


def test_promotion_moves_a_stage_and_says_who_and_why(own: Path, first_run: Any) -> None:
    answer = proofstone(
        "promote", first_run["release"][:8], "--to", "staging", "--why", WHY, "-C", own, "--json"
    )
    assert answer.status == 0
    decision = answer.document
    assert (decision["who"], decision["why"], decision["stage"]) == ("a tester", WHY, "staging")
    assert decision["release"] == first_run["release"]
    listed = proofstone("releases", "-C", own, "--json").document["releases"]
    assert listed[0]["stages"] == ["staging"]


def test_rollback_returns_to_the_release_before(own: Path, first_run: Any) -> None:
    edit(own, assess={"gates": gates(auc=0.55)})
    second = proofstone("run", "-C", own, "--json").document["release"]
    assert second != first_run["release"]
    for release in (first_run["release"], second):
        assert proofstone("promote", release, "--why", WHY, "-C", own).status == 0
    back = proofstone("rollback", "--why", "complaints", "-C", own, "--json")
    assert back.status == 0
    assert (back.document["release"], back.document["before"]) == (first_run["release"], second)
    compared = proofstone("compare", "production", "latest", "-C", own, "--json").document
    assert compared["first"]["release"] == first_run["release"]
    assert compared["second"]["release"] == second
    assert {one["change"] for one in compared["findings"]} == {0.0}
    with as_found(own):
        nothing = proofstone("rollback", "--why", "again", "-C", own, "--json")
    assert nothing.status == 2
    assert "no release stood there before" in nothing.error["message"]


@pytest.mark.parametrize("use", ["promote", "predict", "serve", "explain"])
def test_nothing_passes_a_shut_gate(shut: Path, tmp_path: Path, use: str) -> None:
    rows = shut.parent / "rows.csv"
    rows.write_text("age,income,城市,job\n30,2000,上海,clerk\n")
    words = {
        "promote": ["promote", "latest", "--why", WHY],
        "predict": ["predict", rows, "-o", tmp_path / "out.csv", "--release", "latest"],
        "serve": ["serve", "latest", "--port", "0"],
        "explain": ["explain", rows, "--release", "latest"],
    }[use]
    with as_found(shut):
        answer = proofstone(*words, "-C", shut, "--json")
    assert answer.status == 3
    assert answer.error["kind"] == "gate"
    assert "roc_auc of all: fail" in answer.error["message"]
    assert not (tmp_path / "out.csv").exists()


def test_a_shut_release_is_intact_evidence_all_the_same(shut: Path, tmp_path: Path) -> None:
    target = tmp_path / "release"
    assert proofstone("export", "latest", target, "-C", shut).status == 0
    answer = verify(target, tmp_path / "release.pub")
    assert (answer.status, answer.document["verdict"]) == (3, "fail")


def test_an_exported_release_stands_alone(exported: Path, first_run: Any, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere"
    shutil.copytree(exported, alone)
    key = shutil.copy(exported.with_name("release.pub"), tmp_path / "signer.pub")
    answer = verify(alone, key)
    assert answer.status == 0
    assert answer.document["release"] == first_run["release"]
    assert answer.document["verdict"] == "pass"
    assert json.loads((alone / "record.json").read_text())["release"] == first_run["release"]


def test_another_key_proves_nothing(exported: Path, tmp_path: Path) -> None:
    from proofstone.vault.keys import SigningKey

    SigningKey.generate().public.save(tmp_path / "other.pub")
    answer = verify(exported, tmp_path / "other.pub")
    assert answer.status == 4
    assert answer.error["kind"] == "verification"


def changed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


TAMPERING = {
    "changed": ("model/model.json", lambda folder: changed(folder / "model/model.json")),
    "report": ("report.html", lambda folder: changed(folder / "report.html")),
    "removed": ("findings.json", lambda folder: (folder / "findings.json").unlink()),
    "added": ("extra.txt", lambda folder: (folder / "extra.txt").write_text("x")),
    "hidden": (".gitignore", lambda folder: (folder / ".gitignore").write_text("*")),
    "renamed": (
        "record2.json",
        lambda folder: (folder / "record.json").rename(folder / "record2.json"),
    ),
    "envelope": ("findings.dsse.json", lambda folder: changed(folder / "findings.dsse.json")),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_caught_and_the_file_named(exported: Path, tmp_path: Path, how: str) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(exported, altered)
    named, tamper = TAMPERING[how]
    tamper(altered)
    answer = verify(altered, exported.with_name("release.pub"))
    assert answer.status == 4
    assert named in answer.error["message"]
    assert answer.error["kind"] == "verification"
    rows = tmp_path / "rows.csv"
    rows.write_text("age,income,城市,job\n30,2000,上海,clerk\n")
    predict = proofstone(
        "predict", rows, "-o", tmp_path / "out.csv", "--release", altered,
        "--key", exported.with_name("release.pub"), "-C", tmp_path,
    )  # fmt: skip
    assert predict.status == 4
    assert not (tmp_path / "out.csv").exists()


def test_export_never_writes_over_something_else(project: Path, exported: Path) -> None:
    target = exported.with_name("taken")
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with as_found(exported.parent):
        answer = proofstone("export", "latest", target, "-C", project, "--json")
    assert answer.status == 2
    assert "taken" in answer.error["message"]


def test_predictions_come_from_the_exported_release_alone(
    project: Path, exported: Path, tmp_path: Path
) -> None:
    rows = project.parent / TABLE
    key = exported.with_name("release.pub")
    answer = proofstone(
        "predict", rows, "-o", tmp_path / "out.csv", "--release", exported, "--key", key,
        "-C", tmp_path, "--json",
    )  # fmt: skip
    assert answer.status == 0, answer.out
    assert answer.document == {"rows": ROWS}
    out = pl.read_csv(tmp_path / "out.csv")
    assert out.columns == ["row", "label", "score", "decision"]
    assert out["score"].is_between(0, 1).all()
    assert set(out["label"]) == {"yes", "no"}
    truth = pl.read_csv(rows)["repaid"]
    assert (out["label"] == truth).mean() > 0.7


def test_explanations_add_up(own: Path) -> None:
    source = own / "rows.csv"
    source.write_text("age,income,城市,job\n30,2000,上海,clerk\n50,,北京,driver\n")
    answer = proofstone("explain", source, "--limit", "1", "-C", own, "--json")
    assert answer.status == 0, answer.out
    [row] = answer.document["rows"]
    assert {one["feature"] for one in row["contributions"]} == {"age", "income", "城市", "job"}
    assert {one["value"] for one in row["contributions"]} >= {30.0, "上海"}
    shown = proofstone("explain", source, "--limit", "2", "-C", own)
    assert shown.status == 0
    assert "row 1" in shown.out
    assert "城市" in shown.out


def test_a_release_that_is_not_there_is_named(project: Path) -> None:
    answer = proofstone("report", "--release", "deadbeef", "-C", project, "--json")
    assert answer.status == 2
    assert "deadbeef" in answer.error["message"]
    assert "releases" in answer.error["hint"]


def test_the_report_and_the_cards_are_written_where_asked(project: Path, tmp_path: Path) -> None:
    answer = proofstone("report", "-o", tmp_path / "board.html", "--cards", "-C", project, "--json")
    assert answer.status == 0
    assert sorted(tree(tmp_path)) == [
        "board.html", "data-card.en.md", "data-card.zh.md", "model-card.en.md", "model-card.zh.md",
    ]  # fmt: skip
    assert tree(tmp_path)["board.html"] == (project / "report.html").read_bytes()


def test_reproduce_comes_to_the_same_release(project: Path, first_run: Any) -> None:
    answer = proofstone("reproduce", "latest", "-C", project, "--json")
    assert answer.document == {
        "release": first_run["release"],
        "reproduced": first_run["release"],
        "same": True,
        "differences": [],
    }
    assert answer.status == 0
