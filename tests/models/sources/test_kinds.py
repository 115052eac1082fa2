from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from tests.models.gguf_files import gguf, tensor
from tests.models.sources.files import CONFIG, sha256, weights

from proofstone.core.errors import DataError
from proofstone.models.sources.kinds import MODEL, PICKLES, WEIGHTS, check_file, kept
from proofstone.models.sources.known import KNOWN


def checked(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    check_file(path, sha256(data), MODEL)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("m.safetensors", weights()),
        ("M.GGUF", gguf((), (tensor("t", (8,)),), 32)),
        ("config.json", CONFIG),
        ("modules.json", b"[1]"),
        ("chat_template.jinja", "{{ 消息 }}".encode()),
    ],
)
def test_parts_of_a_model_are_taken(tmp_path: Path, name: str, data: bytes) -> None:
    checked(tmp_path / name, data)


@pytest.mark.parametrize("name", ["m.safetensors", "m.gguf", "m.onnx", "m.json", "m.jinja"])
def test_a_pickle_under_another_name_is_refused(tmp_path: Path, name: str) -> None:
    data = pickle.dumps({"weights": [1.0] * 20})
    with pytest.raises(DataError, match=name) as caught:
        checked(tmp_path / name, data)
    assert caught.value.hint


@pytest.mark.parametrize("ending", sorted(PICKLES))
def test_what_may_be_a_pickle_is_refused_with_the_reason(tmp_path: Path, ending: str) -> None:
    with pytest.raises(DataError, match="unpickling runs whatever code") as caught:
        checked(tmp_path / f"model{ending}", weights())
    assert "convert" in caught.value.hint


def test_nested_json_does_not_end_the_process(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nested too deeply"):
        checked(tmp_path / "a.json", b"[" * 200_000)


def test_another_kind_says_which_are_taken(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not taken") as caught:
        checked(tmp_path / "model.h5", b"")
    assert ".safetensors" in caught.value.hint


def test_the_encoder_s_own_format_is_taken_by_its_digest_alone(tmp_path: Path) -> None:
    (known,) = [one for one in KNOWN if one.address.endswith(".bin")]
    path = tmp_path / "e5.bin"
    path.write_bytes(b"never looked into")
    check_file(path, known.sha256, MODEL)
    with pytest.raises(DataError, match="may hold a pickle"):
        check_file(path, sha256(b"never looked into"), MODEL)


def test_of_a_folder_only_parts_of_a_model_are_kept() -> None:
    names = ["model.safetensors", "a/config.json", "pytorch_model.bin", "run.py", ".git/x.json"]
    assert [name for name in names if kept(name, MODEL)] == names[:2]
    assert not WEIGHTS & PICKLES
