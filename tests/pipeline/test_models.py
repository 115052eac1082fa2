from __future__ import annotations

from pathlib import Path

import pytest
from tests.models.sources.files import CONFIG, weights

from proofstone.core.errors import DataError, InputError
from proofstone.models.sources.known import KNOWN
from proofstone.pipeline.models import list_models, pull_model, show_model


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A model of one's own, in a folder."""
    path = tmp_path / "mine"
    path.mkdir()
    (path / "model.safetensors").write_bytes(weights())
    (path / "config.json").write_bytes(CONFIG)
    return path


def test_the_list_has_the_known_ones_and_those_that_are_kept(mine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    before = list_models(folder)
    assert before["folder"] == str(folder)
    assert [one["name"] for one in before["models"]] == [one.name for one in KNOWN]
    assert all(one["path"] and one["pinned"] and one["licence"] for one in before["models"])
    pulled = pull_model(str(mine), folder)
    *_, last = list_models(folder)["models"]
    assert (last["name"], last["path"], last["pinned"]) == ("mine", pulled["path"], False)
    assert last["sha256"] == pulled["sha256"]
    assert {frozenset(one) for one in list_models(folder)["models"]} == {frozenset(last)}


def test_pull_tells_its_progress_and_returns_the_card(mine: Path, tmp_path: Path) -> None:
    said: list[tuple[str, str, bool]] = []
    document = pull_model(
        str(mine), tmp_path / "models",
        tell=lambda node, event, seconds: said.append((node, event, seconds is None)),
    )  # fmt: skip
    assert said == [
        ("models.pull", "start", True),
        ("models.pull", f"checking file://{mine}", True),
        ("models.pull", "ran", False),
    ]
    assert (document["architecture"], document["parameters"]) == ("bert", 8)
    assert show_model(str(mine), tmp_path / "models")["sha256"] == document["sha256"]


def test_a_known_model_is_shown_by_its_name(tmp_path: Path) -> None:
    document = show_model("smollm2-135m-instruct", tmp_path)
    assert document["address"] == KNOWN[0].address
    assert document == pull_model("SmolLM2-135M-Instruct", tmp_path)


def test_what_is_not_here_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not on this machine") as caught:
        show_model("hf://owner/name/model.gguf", tmp_path)
    assert caught.value.hint == "proofstone models pull hf://owner/name/model.gguf"
    with pytest.raises(DataError, match="no such file"):
        show_model("./model.gguf", tmp_path)


def test_a_name_that_is_not_known_meets_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model of that name is known") as caught:
        show_model("SmolLM2-135M", tmp_path)
    assert "SmolLM2-135M-Instruct" in caught.value.hint
