"""The stranger's probe: built as a wheel, installed beside us, found and run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.pages import DOCS, ROOT, blocks, environment

PLUGIN = ROOT / "examples" / "plugin"
GATES = "- {metric: narrow_decision_rate, max: 0.9, reason: close calls}\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the plug-in's wheel is installed; no environment is touched."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "narrow_decisions.py"):
        (source / name).write_text((PLUGIN / name).read_text("utf-8"), "utf-8")
    offline = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip"]
    build = [*pip, "wheel", *offline, "--no-build-isolation", "-w", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    target = folder / "site"
    subprocess.run(
        [*pip, "install", *offline, "--target", str(target), str(wheel)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return target


def proofstone(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment()
    variables["PYTHONPATH"] += f"{os.pathsep}{installed}"
    return subprocess.run(
        [sys.executable, "-m", "proofstone", *arguments],
        cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_its_metric_is_measured_and_judged(installed: Path, tmp_path: Path) -> None:
    rows = [f"{place % 2},{(place % 25) / 25}" for place in range(400)]
    (tmp_path / "scored.csv").write_text("\n".join(["y,p", *rows]) + "\n")
    (tmp_path / "gates.yaml").write_text(GATES)
    done = proofstone(
        installed, tmp_path, "assess", "--predictions", "scored.csv", "--gates", "gates.yaml",
        "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    findings = json.loads(done.stdout)["findings"]
    [finding] = [one for one in findings if one["metric"] == "narrow_decision_rate"]
    assert finding["value"] == pytest.approx(2 / 25)
    assert finding["low"] < finding["value"] < finding["high"]
    assert finding["verdict"] == "pass"


def test_check_knows_its_names(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "proofstone.yaml").write_text(
        "name: loans\ntask: {label: y, positive: '1'}\ndata: {source: loans.csv}\n"
        "train: {candidates: [{name: plain, family: logistic}]}\n"
        "assess:\n  probes: [narrow_decisions]\n"
        "  gates: [{metric: narrow_decision_rate, max: 0.1, reason: close calls}]\n"
        "select: {prefer: narrow_decision_rate}\n"
    )
    assert proofstone(installed, tmp_path, "check").returncode == 0
    without = proofstone(tmp_path, tmp_path, "check")
    assert without.returncode == 2
    assert 'no probe "narrow_decisions" is registered' in without.stderr


def test_the_page_shows_the_file() -> None:
    [(_, _, shown)] = blocks(DOCS / "plugins.md", "python")
    source = (PLUGIN / "narrow_decisions.py").read_text("utf-8")
    assert source.endswith(shown)
