"""An object at hand in a notebook, with its rows and labels, as a model and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from proofstone.assess.asked import Table
from proofstone.assess.foreign.estimators import Truth
from proofstone.assess.foreign.meaning import UNSAID, Said, meant
from proofstone.core.errors import DataError, InputError
from proofstone.models.contract import Model
from proofstone.models.differentiable import Differentiable
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.objects import Called, source_of


def model_of(
    model: Any,
    X: Any,  # noqa: N803  the field's name for the inputs
    y: Any,
    *,
    protected: Sequence[str] | Mapping[str, Any] = (),
    query: Any = None,
    said: Said = UNSAID,
) -> tuple[Model, Table]:
    """Return `model` behind the Model contract, and the rows with their labels.

    `X` has rows as `model` takes them: a polars or pandas frame, a matrix (n, d), or a list of
    texts; `y` the labels, shape (n,) or (n, labels). `protected` names columns of `X`, or maps
    names to arrays (n,). `query`, shape (n,), says which rows are ranked together. A torch module
    that answers the logits of two classes answers gradients too. An object that keeps the Model
    contract is returned as it is.

    Raises:
        DataError: lengths differ, a column is absent, or labels do not fit the answers.
        InputError: the object is of no known kind, or its answers are no probabilities.
    """
    if isinstance(model, Model):
        return model, _table(pl.DataFrame(X), Truth.of(y), protected, query)
    source = source_of(model, X)
    assert isinstance(source, Called)
    table = _table(source.frame, Truth.of(y), protected, query)
    return _with_gradients(meant(source, table, said), model), table


def _with_gradients(found: ForeignModel, model: Any) -> Model:
    reading = found.reading
    last = len(reading.classes) == 2 and reading.positive == reading.classes[1]
    if not (reading.logits and last and found.source.name.startswith("torch module")):
        return found
    names = [one.name for one in found.source.inputs]
    return Differentiable(model, names, reading.classes, positive=reading.positive)


def _table(
    frame: pl.DataFrame,
    truth: Truth,
    protected: Sequence[str] | Mapping[str, Any],
    query: Any,
) -> Table:
    """The rows with labels, groups and queries as columns beside those of the model."""
    height, added = frame.height, []
    names = []
    for one in truth.columns:
        names.append(_free(one.name, frame))
        added.append(one.alias(names[-1]))
    if isinstance(protected, Mapping):
        for name, values in protected.items():
            if name in frame.columns:
                raise DataError(
                    f"protected {name}: X has a column of that name",
                    hint="name the column, or give the values another name",
                )
            added.append(pl.Series(name, list(values), strict=False))
    asked = None
    if query is not None:
        asked = _free("query", frame)
        added.append(pl.Series(asked, list(query), strict=False))
    for one in added:
        if len(one) != height:
            raise DataError(
                f"X has {height} rows but {one.name} has {len(one)} values", hint="give one a row"
            )
    if not height:
        raise DataError("X has no rows", hint="give rows that the model has not seen")
    if len({one.name for one in added}) < len(added):
        raise InputError("labels, groups and query share a name", hint="rename one of them")
    whole = frame.with_columns(added)
    return Table.of(whole, names, protected=list(protected), query=asked)


def _free(name: str, frame: pl.DataFrame) -> str:
    """The name, or a longer one where a column of the model has it."""
    while name in frame.columns:
        name = f"{name}_label"
    return name
