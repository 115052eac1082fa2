"""The encoder's gradients, on the very ONNX file that is served."""

from __future__ import annotations

import numpy as np
import onnx
import polars as pl
import pytest
import torch
from tests.train.encoder.small import WORDS, tokenizer, write_base

from proofstone.core.errors import InputError
from proofstone.explain.text.bert import read_bert
from proofstone.explain.text.explainer import heats
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.texts import Texts
from proofstone.models.runtimes.encoder import metadata
from proofstone.models.tabular import TabularModel
from proofstone.train.encoder.graph import Shape, classifier_graph
from proofstone.train.encoder.int8 import quantised
from proofstone.train.encoder.network import network, plain_weights

TEXT = "The tea was lovely, the cups poor"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small encoder with random weights, large enough for its score to bend."""
    from transformers import BertModel

    folder = write_base(tmp_path_factory.mktemp("base"))
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        plain = plain_weights(network(encoder, 32, "full", 1))
    plain = {name: one * (6.0 if one.ndim == 2 else 1.0) for name, one in plain.items()}
    about = {"max_length": 16}
    return classifier_graph(plain, Shape(2, 4, 32, 1e-12), metadata(tokenizer().to_str(), about))


def opened(weights: bytes) -> TabularModel:
    signature = Signature((Feature("text", "text"),), "probabilities", ("no", "yes"), "yes")
    return open_model(
        model_files(
            runtime="encoder", weights=weights, signature=signature,
            prepared=Texts(("text",), False), calibration=Uncalibrated(),
            decision=Decision("fixed", "yes", 0.5),
        )
    )  # fmt: skip


def test_attributions_add_up_to_the_served_margin(weights: bytes) -> None:
    model = opened(weights)
    frame = pl.DataFrame({"text": [TEXT]})
    (found,) = heats(model, frame)
    (served,) = model.runtime.margin(model.matrix(frame))
    assert found.complete
    assert found.gap <= 0.01 * max(1.0, abs(found.margin - found.base))
    assert found.margin == pytest.approx(served, abs=1e-4)
    said = [found.text[part.start : part.end] for part in found.parts]
    assert said == ["The", "tea", "was", "lovely", ",", "the", "cup", "s", "poor"]
    shares = [part.attention or 0.0 for part in found.parts]
    assert all(share > 0 for share in shares)
    assert sum(shares) < 1  # the special tokens have the rest


def test_the_base_is_the_margin_of_padding(weights: bytes) -> None:
    bert = read_bert(weights)
    (found,) = heats(opened(weights), pl.DataFrame({"text": ["tea"]}))
    ids = [WORDS.index(word) for word in ("[CLS]", "[PAD]", "[SEP]")]
    (margin,) = bert.run(bert.embedded(torch.tensor(ids))[None])[0].tolist()
    assert found.base == pytest.approx(margin)


def test_without_words_there_is_nothing_to_share_out(weights: bytes) -> None:
    (found,) = heats(opened(weights), pl.DataFrame({"text": [""]}))
    assert found.parts == ()
    assert found.gap == pytest.approx(0.0, abs=1e-9)


def test_weights_of_eight_bits_are_read(weights: bytes) -> None:
    whole, rounded = read_bert(weights), read_bert(quantised(weights))
    assert whole.weights.keys() == rounded.weights.keys()
    ids = torch.tensor([WORDS.index(word) for word in ("[CLS]", "lovely", "tea", "[SEP]")])
    for name, one in whole.weights.items():
        scale = float(one.abs().max())
        np.testing.assert_allclose(rounded.weights[name], one, atol=scale / 100, err_msg=name)
    assert rounded.run(rounded.embedded(ids)[None])[0].shape == (1,)


def test_weights_in_another_file_are_refused(weights: bytes) -> None:
    model = onnx.load_from_string(weights)
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    with pytest.raises(InputError, match="another file"):
        read_bert(model.SerializeToString())


def test_a_file_without_an_encoder_is_refused(weights: bytes) -> None:
    with pytest.raises(InputError, match="BERT encoder"):
        read_bert(b"\x08\x09")
    with pytest.raises(InputError, match="no ONNX"):
        read_bert(weights[:-9])
