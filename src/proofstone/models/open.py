"""Opens a model from the bytes of its files, and writes those files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofstone.core.canonical import canonical_json, digest, digest_json
from proofstone.core.errors import InputError
from proofstone.models.calibration import Calibration, read_calibration
from proofstone.models.contract import Signature
from proofstone.models.decision import Decision
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.runtimes import ebm, linear, tree
from proofstone.models.runtimes.runtime import Runtime
from proofstone.models.tabular import TabularModel

FORMAT = 1
WEIGHTS = {
    "linear": "weights.json",
    "tree": "weights.json",
    "ebm": "weights.json",
    "lightgbm": "weights.txt",
}
"""The runtimes and the names of their weights files."""


def model_files(
    *,
    runtime: str,
    weights: bytes,
    signature: Signature,
    prepared: Prepared,
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
        InputError: a file is absent or does not hold together, or the format or runtime is
            unknown.
        MissingExtra: its runtime is not installed.
    """
    document = _document(_file(files, "model.json"))
    try:
        name = document["runtime"]
        signature = Signature.from_json(document["signature"])
        prepared = Prepared.from_json(document["prepare"])
        calibration = read_calibration(document["calibration"])
        decision = Decision.from_json(document["decision"])
        weights = _file(files, document["weights"])
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(f"{error!r}") from error
    runtime = load_runtime(name, weights)
    if runtime.width != len(prepared.columns):
        raise _damaged(f"{len(prepared.columns)} columns for weights of {runtime.width}")
    identity = digest_json({name: digest(content) for name, content in files.items()})
    return TabularModel(identity, signature, prepared, runtime, calibration, decision)


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
        case "lightgbm":
            from proofstone.models.runtimes import lightgbm

            return lightgbm.load(weights)
    raise InputError(
        f"model.json: there is no runtime {name!r}", hint=f"known: {', '.join(sorted(WEIGHTS))}"
    )


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise _damaged(f"there is no {name}")
    return files[name]


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise _damaged(str(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(
            f"model.json: its format is not {FORMAT}",
            hint="the model was written by a newer version: install that one",
        )
    return document


def _damaged(why: str) -> InputError:
    return InputError(
        f"the model's files do not hold together: {why}",
        hint="restore them from the release, or run the training step again",
    )
