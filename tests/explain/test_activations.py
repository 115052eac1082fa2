"""What models add up: each row's parts are held against the margin that is served."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from tests.explain.models import RUNTIMES, made, table
from tests.train.encoder.small import tokenizer, write_base

from proofstone.explain.activations import activations, shows_activations
from proofstone.models.calibration import Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.open import model_files, open_model
from proofstone.models.prepare.texts import Texts
from proofstone.models.rows import Rows
from proofstone.models.runtimes.encoder import metadata
from proofstone.models.runtimes.tfidf import Tfidf
from proofstone.models.tabular import TabularModel
from proofstone.train.encoder.graph import Shape, classifier_graph
from proofstone.train.encoder.int8 import quantised
from proofstone.train.encoder.network import network, plain_weights


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_parts_add_up_to_the_margin(runtime: str) -> None:
    frame, target = table()
    model, rows = made(runtime, frame, target), Rows.of(frame)
    assert shows_activations(model)
    found = activations(model, rows)
    missing = model.margin(rows) - found.sum(axis=1)
    assert found.shape[0] == len(rows)
    assert np.ptp(missing) == pytest.approx(0.0, abs=1e-9)
    assert np.ptp(found.sum(axis=1)) > 0.1


def of_texts(runtime: str, weights: bytes) -> TabularModel:
    signature = Signature((Feature("text", "text"),), "probabilities", ("no", "yes"), "yes")
    return open_model(
        model_files(
            runtime=runtime, weights=weights, signature=signature,
            prepared=Texts(("text",), False), calibration=Uncalibrated(),
            decision=Decision("fixed", "yes", 0.5),
        )
    )  # fmt: skip


def test_the_terms_of_a_bag_weigh_what_sklearn_says() -> None:
    texts = ["good tea", "bad tea tea", "good shop bad", "unheard"]
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    weights = vectorizer.fit_transform(texts[:3]).toarray()
    known = tuple(vectorizer.get_feature_names_out().tolist())
    coef = np.array([-1.0, 2.0, 0.5, 0.25])
    bag = Tfidf("words", 1, 3, known, (weights > 0).sum(axis=0), coef, 0.1)
    model = of_texts("tfidf", bag.to_weights())
    found = activations(model, Rows.of(pl.DataFrame({"text": texts})))
    assert found[3].tolist() == [0.0] * 5
    assert found[:, -1].tolist() == [0.0] * 4
    assert np.sort(found[:3, :-1].ravel()) == pytest.approx(np.sort((weights * coef).ravel()))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, np.ndarray, float]:
    """A small encoder with random weights, and the weights and bias of its head."""
    import torch
    from transformers import BertModel

    folder: Path = write_base(tmp_path_factory.mktemp("base"))
    bert = BertModel.from_pretrained(folder, add_pooling_layer=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        plain = plain_weights(network(bert, 32, "full", 1))
    about = metadata(tokenizer().to_str(), {"max_length": 16})
    graph = classifier_graph(plain, Shape(2, 4, 32, 1e-12), about)
    return graph, plain["head.weight"].ravel(), float(plain["head.bias"][0])


@pytest.mark.parametrize("bits", [32, 8])
def test_the_head_makes_the_margin_of_an_encoders_states(
    encoder: tuple[bytes, np.ndarray, float], bits: int
) -> None:
    graph, weight, bias = encoder
    model = of_texts("encoder", graph if bits == 32 else quantised(graph))
    rows = Rows.of(pl.DataFrame({"text": ["the tea was lovely", "poor cups", "it"]}))
    found = activations(model, rows)
    assert found.shape == (3, 32)
    # The head, too, has 8 bits there.
    tolerance = 1e-6 if bits == 32 else 0.01
    assert found @ weight + bias == pytest.approx(model.margin(rows), abs=tolerance)


def test_what_is_not_built_in_shows_none() -> None:
    assert not shows_activations(object())  # type: ignore[arg-type]
