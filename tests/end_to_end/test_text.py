"""A table of texts goes the whole way: run, gates, release, predictions from files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from tests.end_to_end.stranger import proofstone
from tests.interfaces.rest.conftest import Client

from proofstone.interfaces.rest.app import create_app
from proofstone.registry.trust import trusted_key
from proofstone.registry.verify import verify
from proofstone.serve.server import ModelServer

PRAISE = ("很好用", "非常喜欢", "质量不错", "下次还买", "推荐")
COMPLAINT = ("太差了", "不好用", "质量很差", "再也不买", "失望")
PROJECT = {
    "name": "reviews",
    "task": {"label": "label", "positive": "neg"},
    "data": {
        "source": "reviews.csv",
        "columns": {
            "text": {"type": "text"},
            "label": {"type": "category", "values": ["neg", "pos"], "role": "label"},
        },
    },
    "split": {"estimator": "cross_fitted", "folds": 2},
    "train": {"candidates": [{"name": "tfidf", "family": "tfidf", "search": {"folds": 2}}]},
    "assess": {"gates": [{"metric": "roc_auc", "min": 0.8, "reason": "a wrong order costs a day"}]},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 made-up reviews; in one of ten the label is the wrong one."""
    folder = tmp_path_factory.mktemp("reviews")
    rng = np.random.default_rng(0)
    rows = []
    for number in range(300):
        said = PRAISE if number % 2 else COMPLAINT
        text = "，".join(rng.choice(said, 3)) + f"，第{number}单"
        rows.append((text, "pos" if (number % 2) ^ (rng.random() < 0.1) else "neg"))
    table = pl.DataFrame(rows, schema=["text", "label"], orient="row")
    table.write_csv(folder / "reviews.csv")
    (folder / "proofstone.yaml").write_text(yaml.safe_dump(PROJECT, allow_unicode=True))
    answer = proofstone("run", "-C", folder, "--json")
    assert answer.status == 0, answer.out + answer.err
    (folder / "run.json").write_text(answer.out)
    return folder


def test_the_gate_opens_and_every_probe_has_its_say(project: Path) -> None:
    run = json.loads((project / "run.json").read_text())
    assert run["verdict"] == "pass"
    by_metric = {one["metric"]: one for one in run["findings"]}
    assert by_metric["mean_abs_shapley"]["verdict"] == "not_applicable"
    assert by_metric["decision_flip_rate"]["verdict"] == "not_applicable"
    assert by_metric["slice_log_loss"]["value"] > 0
    assert not any(one["verdict"] == "not_run" for one in run["findings"])


def test_texts_in_a_file_are_predicted(project: Path) -> None:
    rows = project / "new.csv"
    said = ["太差了，失望", "非常喜欢，推荐", "ＯＫ 🙂", "", "好" * 10_000]
    pl.DataFrame({"text": said}).write_csv(rows)
    answer = proofstone(
        "predict", rows, "-o", project / "out.csv", "--release", "latest", "-C", project
    )
    assert answer.status == 0, answer.err
    found = pl.read_csv(project / "out.csv")
    assert found["label"].to_list()[:2] == ["neg", "pos"]
    assert found["score"].is_between(0, 1).all()
    assert found.height == 5


def test_texts_are_predicted_over_the_open_inference_protocol(
    project: Path, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    assert proofstone("export", "latest", release, "-C", project).status == 0
    verified = verify(release, trusted_key(release, release.with_name("release.pub")).public)
    client = Client(create_app(ModelServer(verified)))
    said = ["太差了，失望", "非常喜欢，推荐", None]
    column = {"name": "text", "datatype": "BYTES", "shape": [3], "data": said}
    answer = client.post("/v2/models/reviews/infer", json={"inputs": [column]})
    assert answer.status_code == 200, answer.text
    outputs = {one["name"]: one["data"] for one in answer.json()["outputs"]}
    expected = verified.model.scores(pl.DataFrame({"text": said}))
    assert outputs["score"] == expected.tolist()
    assert outputs["label"][:2] == ["neg", "pos"]
    wrong = client.post("/v2/models/reviews/infer", json={"inputs": [column | {"data": [1, 2, 3]}]})
    assert (wrong.status_code, "text" in wrong.text) == (422, True)


def test_an_explanation_shows_the_words_that_count(project: Path) -> None:
    pl.DataFrame({"text": ["太差了，失望"]}).write_csv(project / "one.csv")
    answer = proofstone(
        "explain", project / "one.csv", "--release", "latest", "-C", project, "--json"
    )
    assert answer.status == 0, answer.error
    [row] = answer.document["rows"]
    assert row["heat"]["text"] == "太差了,失望"  # in NFKC, as the model reads it
    assert row["contributions"][0]["feature"] in "太差了,失望"
    added = sum(one["contribution"] for one in row["contributions"])
    assert row["heat"]["base"] + added == pytest.approx(row["heat"]["margin"], abs=1e-6)
