"""What a model makes of a row before its last sum: the parts that its log-odds are added from."""

from __future__ import annotations

from collections import Counter

import numpy as np

from proofstone.core.extras import need
from proofstone.explain.lightgbm_text import read_forest
from proofstone.models.contract import Model
from proofstone.models.rows import Rows
from proofstone.models.runtimes.ebm import Ebm
from proofstone.models.runtimes.encoder import Encoder
from proofstone.models.runtimes.lightgbm import LightGbm
from proofstone.models.runtimes.linear import Linear
from proofstone.models.runtimes.runtime import unreadable
from proofstone.models.runtimes.tfidf import Tfidf
from proofstone.models.runtimes.tree import Tree
from proofstone.models.tabular import TabularModel

TERMS = 2_000
"""The most terms of a bag that have a column of their own."""


def shows_activations(model: Model) -> bool:
    """Whether `activations` knows what `model` makes of a row: all families that are built in."""
    known = (Linear, Ebm, LightGbm, Tree, Tfidf, Encoder)
    return isinstance(model, TabularModel) and isinstance(model.runtime, known)


def activations(model: TabularModel, rows: Rows) -> np.ndarray:
    """Return what `model` makes of `rows` before its last sum, float64 (n, d).

    Of all models but encoders a row adds up to its margin less a constant. A linear model: columns
    times coefficients. An EBM: its terms. Boosted trees: the value of the leaf reached in each
    tree. A tree: its leaves, the one reached with its log-odds. A bag of terms: what each of the
    2,000 terms that add most adds, and all others together. An encoder: the mean of the last
    states, which its head multiplies.

    Raises:
        InputError: an encoder's graph has no mean of its states.
        MissingExtra: onnx, which an encoder's states need, is not installed.
        RowError: a row does not fit the signature.
    """
    matrix = model.matrix(rows.frame)
    match model.runtime:
        case Linear() as linear:
            return np.asarray(matrix * linear.coef)
        case Ebm() as ebm:
            return ebm.terms(matrix)
        case LightGbm() as booster:
            return _leaf_values(booster, matrix)
        case Tree() as tree:
            leaves = np.flatnonzero(tree.feature < 0)
            reached = tree.leaf(matrix)[:, None] == leaves
            return np.asarray(reached * tree.log_odds[leaves])
        case Tfidf() as bag:
            return _terms(bag, matrix[:, 0])
        case Encoder() as encoder:
            return _pooled(encoder, matrix[:, 0])
    raise unreadable(f"{type(model.runtime).__name__} shows no activations")


def _leaf_values(model: LightGbm, matrix: np.ndarray) -> np.ndarray:
    """Inner nodes stand before leaves in each tree of `read_forest`: one fewer of them."""
    forest = read_forest(model.text)
    sizes = np.diff(np.append(forest.roots, len(forest.value)))
    first = forest.roots + (sizes - 1) // 2
    if not len(matrix):
        return np.zeros((0, len(first)))
    leaf = np.asarray(model.booster.predict(matrix, pred_leaf=True, num_threads=1))
    return np.asarray(forest.value[first + leaf.reshape(len(matrix), -1).astype(np.int64)])


def _terms(model: Tfidf, texts: np.ndarray) -> np.ndarray:
    added = [model.added(text) for text in texts]
    size: Counter[str] = Counter()
    for one in added:
        size.update({term: value * value for term, value in one.items()})
    place = {term: at for at, (term, _) in enumerate(size.most_common(TERMS))}
    found = np.zeros((len(added), len(place) + 1))
    for row, one in enumerate(added):
        for term, value in one.items():
            found[row, place.get(term, len(place))] += value
    return found


def _pooled(model: Encoder, texts: np.ndarray) -> np.ndarray:
    """What the served graph's last `ReduceMean` gives for each text, read out beside the margin."""
    import onnxruntime as runtime

    onnx = need("onnx", "tune")
    proto = onnx.load_from_string(model.weights)
    means = [node.output[0] for node in proto.graph.node if node.op_type == "ReduceMean"]
    if not means:
        raise unreadable("the encoder's graph has no mean of its states")
    proto.graph.output.append(
        onnx.helper.make_tensor_value_info(means[-1], onnx.TensorProto.FLOAT, None)
    )
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    session = runtime.InferenceSession(
        proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    states = [
        session.run([means[-1]], {"ids": np.array([model.tokenizer.encode(text).ids])})[0][0]
        for text in texts
    ]
    return np.array(states, dtype=np.float64)
