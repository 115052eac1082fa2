"""Opens a model from the bytes of its files, and writes those files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.canonical import canonical_json, digest, digest_json
from proofstone.core.errors import InputError
from proofstone.models import fields
from proofstone.models.calibration import Calibration, read_calibration
from proofstone.models.contract import Signature
from proofstone.models.decision import Decision
from proofstone.models.prepare.preparation import Preparation, read_preparation
from proofstone.models.runtimes import ebm, encoder, linear, tfidf, tree
from proofstone.models.runtimes.runtime import Runtime
from proofstone.models.tabular import TabularModel

FORMAT = 1
WEIGHTS = {
    "linear": "weights.json",
    "tree": "weights.json",
    "ebm": "weights.json",
    "lightgbm": "weights.txt",
    "tfidf": "weights.json",
    "encoder": "weights.onnx",
}
"""The runtimes and the names of their weights files."""


def model_files(
    *,
    runtime: str,
    weights: bytes,
    signature: Signature,
    prepared: Preparation,
    calibration: Calibration,
    decision: Decision,
) -> dict[str, bytes]:
    """Return the files of a model by name: `model.json` and its weights. Equal in, equal out."""
    document = {
        "format": FORMAT,
        "runtime": runtime,
        "signature": signature.to_json(),
        "prepare": prepared.to_json(),
        "calibration": calibration.to_json(),
        "decision": decision.to_json(),
        "weights": WEIGHTS[runtime],
    }
    return {"model.json": canonical_json(document), WEIGHTS[runtime]: weights}


def open_model(files: Mapping[str, bytes]) -> TabularModel:
    """Return the model in `files` (name -> bytes that were verified before).

    Raises:
        InputError: a file is absent or does not hold together (names file and field), or the
            format or runtime is unknown.
        MissingExtra: its runtime is not installed.
    """
    try:
        return _opened(files)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
            ValueError) as error:  # fmt: skip
        raise fields.misfit("the model's files", f"{type(error).__name__}: {error}") from error


def _opened(files: Mapping[str, bytes]) -> TabularModel:
    document = _document(_file(files, "model.json"))

    def part(name: str) -> Any:
        return fields.field(document, name, "model.json")

    signature = Signature.from_json(part("signature"), "model.json, signature")
    prepared = read_preparation(part("prepare"), "model.json, prepare")
    calibration = read_calibration(part("calibration"), "model.json, calibration")
    decision = Decision.from_json(part("decision"), "model.json, decision")
    _check(signature, prepared, decision)
    weights = _file(files, fields.text(part("weights"), "model.json, weights"))
    runtime = load_runtime(fields.text(part("runtime"), "model.json, runtime"), weights)
    if runtime.width != len(prepared.columns):
        why = f"{len(prepared.columns)} columns for weights of {runtime.width}"
        raise fields.misfit("model.json, prepare", why)
    identity = digest_json({name: digest(content) for name, content in files.items()})
    return TabularModel(identity, signature, prepared, runtime, calibration, decision)


def _check(signature: Signature, prepared: Preparation, decision: Decision) -> None:
    """Refuse parts of `model.json` that do not fit each other."""
    if signature.output != "probabilities" or len(signature.classes) != 2:
        raise fields.misfit("model.json, signature.classes", "a model of a table has two")
    if signature.positive is None or decision.positive != signature.positive:
        why = f"{decision.positive[:40]!r} is not the signature's positive class"
        raise fields.misfit("model.json, decision.positive", why)
    kinds = {feature.name: feature.kind for feature in signature.inputs}
    for at, feature in enumerate(prepared.features):
        if kinds.get(feature.name) != feature.kind:
            place = f"model.json, prepare[0].features[{at}]"
            raise fields.misfit(place, f"{feature.name[:40]!r} is not an input of that kind")


def load_runtime(name: str, weights: bytes) -> Runtime:
    """Return the runtime `name` with its weights.

    Raises:
        InputError: there is no such runtime, or the weights do not hold together.
        MissingExtra: the runtime is not installed.
    """
    match name:
        case "linear":
            return linear.load(weights)
        case "tree":
            return tree.load(weights)
        case "ebm":
            return ebm.load(weights)
        case "tfidf":
            return tfidf.load(weights)
        case "encoder":
            return encoder.load(weights)
        case "lightgbm":
            from proofstone.models.runtimes import lightgbm

            return lightgbm.load(weights)
    raise InputError(
        f"model.json: there is no runtime {name!r}", hint=f"known: {', '.join(sorted(WEIGHTS))}"
    )


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise fields.misfit("the model's files", f"there is no {name}")
    return files[name]


def _document(content: bytes) -> dict[str, Any]:
    document = fields.read_object(content, "model.json")
    if document.get("format") != FORMAT:
        raise InputError(
            f"model.json: its format is not {FORMAT}",
            hint="the model was written by a newer version: install that one",
        )
    return document
