"""ONNX files of four frameworks answer as the frameworks themselves do."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tests.models.foreign.graphs import linear, model, tensor

from proofstone.core.errors import DataError, InputError
from proofstone.models.contract import Predict
from proofstone.models.errors import RowError
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.onnx_file import OnnxFile
from proofstone.models.foreign.reading import Reading
from proofstone.models.rows import Rows

FIXTURES = Path(__file__).parents[2] / "fixtures" / "onnx"


def frame(matrix: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(matrix, schema=[f"x{at}" for at in range(matrix.shape[1])])


def answers(content: bytes | Path, rows: pl.DataFrame, reading: Reading, **more: Any) -> np.ndarray:
    foreign = ForeignModel(OnnxFile(content, rows, **more), reading)
    return foreign.answer(Predict(), Rows.of(rows))


def close(found: np.ndarray, right: Any, within: float = 1e-6) -> None:
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.asarray(right), rtol=0, atol=within)


def test_tensorflow() -> None:
    rows = frame(load_breast_cancer().data[:50, :10])
    told = json.loads((FIXTURES / "keras.json").read_text())
    assert told["made_with"].startswith("tensorflow")
    found = answers(FIXTURES / "keras.onnx", rows, Reading("probabilities", ("0", "1"), "1"))
    close(found[:, 1], told["probability"])
    close(found.sum(axis=1), np.ones(50))


def test_mxnet() -> None:
    rows = frame(load_wine().data)
    told = json.loads((FIXTURES / "mxnet.json").read_text())
    assert told["made_with"].startswith("mxnet 1.9.1")
    found = answers(FIXTURES / "mxnet.onnx", rows, Reading("probabilities", ("0", "1", "2")))
    close(found, told["probabilities"])
    assert (found.argmax(axis=1) == load_wine().target).mean() > 0.95


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A torch network of three classes that answers logits, and its ONNX file."""
    torch.manual_seed(3)
    layers = [torch.nn.Linear(13, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3)]
    net = torch.nn.Sequential(*layers).eval()
    path = tmp_path_factory.mktemp("torch") / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own exporter warns of its own parts
        rows = torch.export.Dim("rows", min=1, max=1 << 30)
        torch.onnx.export(
            net, (torch.zeros(4, 13),), path, dynamo=True, dynamic_shapes=({0: rows},),
            external_data=False, verbose=False,
        )  # fmt: skip
    return net, path


def test_pytorch(exported: tuple[Any, Path]) -> None:
    net, path = exported
    matrix = load_wine().data / load_wine().data.max(axis=0)
    with torch.no_grad():
        right = torch.softmax(net(torch.tensor(matrix, dtype=torch.float32)), dim=1).numpy()
    reading = Reading("probabilities", ("a", "b", "c"), None, logits=True)
    close(answers(path, frame(matrix), reading), right)


@pytest.mark.parametrize("zipmap", [True, False])
@pytest.mark.parametrize("names", [np.array([0, 1, 2]), np.array(["old", "new", "other"])])
def test_scikit_learn_with_and_without_maps(names: np.ndarray, zipmap: bool) -> None:
    table = load_wine()
    forest = RandomForestClassifier(5, random_state=0).fit(table.data, names[table.target])
    matrix = table.data.astype(np.float32)
    made = to_onnx(forest, matrix[:1], options={id(forest): {"zipmap": zipmap}})
    source = OnnxFile(made.SerializeToString(), frame(matrix))
    assert source.classes == tuple(str(one) for one in forest.classes_)
    foreign = ForeignModel(source, Reading("probabilities", source.classes))
    found = foreign.answer(Predict(), Rows.of(frame(matrix)))
    close(found, forest.predict_proba(matrix))


@pytest.fixture(scope="module")
def mixed() -> tuple[Any, bytes, pl.DataFrame]:
    """A scikit-learn pipeline on numbers and texts, exported with a tensor a column."""
    rng = np.random.default_rng(5)
    rows = pl.DataFrame(
        {"income": rng.normal(40, 9, 300), "home": rng.choice(["own", "rent", "none"], 300),
         "debt": rng.normal(9, 3, 300)}
    )  # fmt: skip
    y = (rows["debt"] / rows["income"] + rng.normal(0, 0.1, 300) > 0.25).to_numpy()
    parts = [("n", StandardScaler(), ["income", "debt"]), ("c", OneHotEncoder(), ["home"])]
    fitted = make_pipeline(ColumnTransformer(parts), LogisticRegression())
    fitted.fit(rows.to_pandas(), np.where(y, "yes", "no"))
    types = [("income", FloatTensorType([None, 1])), ("debt", FloatTensorType([None, 1])),
             ("home", StringTensorType([None, 1]))]  # fmt: skip
    made = to_onnx(fitted, initial_types=types, options={"zipmap": False})
    return fitted, made.SerializeToString(), rows


def test_a_tensor_for_each_column_by_name(mixed: tuple[Any, bytes, pl.DataFrame]) -> None:
    fitted, content, rows = mixed
    source = OnnxFile(content, rows)
    assert [(one.name, one.kind) for one in source.inputs] == [
        ("income", "number"), ("debt", "number"), ("home", "category"),
    ]  # fmt: skip
    foreign = ForeignModel(source, Reading("probabilities", ("no", "yes"), "yes"))
    found = foreign.answer(Predict(), Rows.of(rows))
    close(found, fitted.predict_proba(rows.to_pandas()), within=2e-6)  # numbers in single precision


def test_a_missing_text_names_row_and_field(mixed: tuple[Any, bytes, pl.DataFrame]) -> None:
    _, content, rows = mixed
    holed = rows.with_columns(pl.when(pl.int_range(300) != 7).then("home").alias("home"))
    with pytest.raises(RowError, match="row 7, field home: is missing, and text cannot say so"):
        OnnxFile(content, holed).ask(Rows.of(holed))


def test_a_column_that_is_wanting_is_named(mixed: tuple[Any, bytes, pl.DataFrame]) -> None:
    _, content, rows = mixed
    with pytest.raises(DataError, match="takes 'home', and there is no such column"):
        OnnxFile(content, rows.rename({"home": "Home"}))


def test_decided_labels_alone(mixed: tuple[Any, bytes, pl.DataFrame]) -> None:
    fitted, content, rows = mixed
    reading = Reading("probabilities", ("no", "yes"), "yes")
    found = answers(content, rows, reading, output="label")
    assert set(np.unique(found)) == {0.0, 1.0}
    assert (found[:, 1] == (fitted.predict(rows.to_pandas()) == "yes")).all()


def test_a_regression() -> None:
    table = load_diabetes()
    fitted = LinearRegression().fit(table.data, table.target)
    matrix = table.data.astype(np.float32)
    made = to_onnx(fitted, matrix[:1]).SerializeToString()
    found = answers(made, frame(matrix), Reading("number"))
    assert found.shape == (442, 1)
    np.testing.assert_allclose(found[:, 0], fitted.predict(table.data), rtol=1e-5)


def test_a_fixed_batch_is_filled_up() -> None:
    weight, bias = np.array([[1.0], [-2.0]]), np.array([0.5])
    matrix = np.random.default_rng(0).normal(size=(11, 2)).astype(np.float32)
    content = linear(weight, bias, last=["Sigmoid"], batch=4)
    found = answers(content, frame(matrix), Reading("probabilities", ("0", "1"), "1"))
    close(found[:, 1], 1 / (1 + np.exp(-(matrix @ weight + bias)[:, 0])))


def test_spare_columns_are_left_out_where_the_width_asks_for_it() -> None:
    content = linear(np.ones((2, 1)), np.zeros(1))
    rows = pl.DataFrame({"a": [1.0], "sex": ["f"], "b": [2.0]})
    source = OnnxFile(content, rows, spare=["sex"])
    assert [one.name for one in source.inputs] == ["a", "b"]
    assert source.ask(Rows.of(rows)).tolist() == [[3.0]]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"a": [1.0]}, "takes 2 columns, and there are 1: a"),
        ({"a": [1.0], "b": ["x"]}, "takes numbers, and column b holds String"),
    ],
)
def test_a_table_that_does_not_fit_is_told(columns: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        OnnxFile(linear(np.ones((2, 1)), np.zeros(1)), pl.DataFrame(columns))


def test_an_image_model_is_no_model_of_a_table() -> None:
    node = helper.make_node("Flatten", ["x"], ["y"])
    x = tensor("x", TensorProto.FLOAT, ["n", 3, 8, 8])
    content = model([node], [x], [tensor("y", TensorProto.FLOAT, ["n", 192])], {})
    with pytest.raises(DataError, match="not columns of a table"):
        OnnxFile(content, pl.DataFrame({"a": [1.0]}))


def test_one_answer_for_all_rows_is_refused() -> None:
    node = helper.make_node("ReduceMean", ["x"], ["y"], axes=[0], keepdims=0)
    content = model(
        [node], [tensor("x", TensorProto.FLOAT, ["n", 2])],
        [tensor("y", TensorProto.FLOAT, [2])], {},
    )  # fmt: skip
    rows = frame(np.zeros((5, 2)))
    with pytest.raises(InputError, match=r"answers of shape \(2,\) for 5 rows"):
        OnnxFile(content, rows).ask(Rows.of(rows))


def test_the_id_follows_content_output_and_columns() -> None:
    rows = frame(np.zeros((5, 2)))
    one, other = linear(np.ones((2, 1)), np.zeros(1)), linear(np.ones((2, 1)), np.ones(1))
    ids = {OnnxFile(one, rows).id, OnnxFile(other, rows).id,
           OnnxFile(one, rows, columns=["x1", "x0"]).id}  # fmt: skip
    assert len(ids) == 3
    assert OnnxFile(one, rows).id in ids


def test_names_that_are_no_text_are_refused() -> None:
    content = linear(np.ones((2, 1)), np.zeros(1)).replace(b"\x0a\x01x", b"\x0a\x01\xd1")
    with pytest.raises(DataError, match="cannot be opened"):
        OnnxFile(content, frame(np.zeros((5, 2))))


def test_a_file_that_onnx_runtime_refuses_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(linear(np.ones((2, 1)), np.zeros(1), last=["NoSuchOperator"]))
    with pytest.raises(DataError, match=r"broken\.onnx: cannot be opened"):
        OnnxFile(path, frame(np.zeros((5, 2))))
    assert capfd.readouterr() == ("", "")


def test_a_graph_that_fails_as_it_runs_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    weights = {"i": np.array([9], dtype=np.int64)}
    node = helper.make_node("Gather", ["x", "i"], ["y"], axis=1)
    content = model(
        [node], [tensor("x", TensorProto.FLOAT, ["n", "d"])],
        [tensor("y", TensorProto.FLOAT, ["n", 1])], weights,
    )  # fmt: skip
    rows = frame(np.zeros((5, 2)))
    with pytest.raises(InputError, match=r"cannot be run: .*indices"):
        OnnxFile(content, rows).ask(Rows.of(rows))
    assert capfd.readouterr() == ("", "")
