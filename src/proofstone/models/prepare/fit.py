"""Fits the transforms of a model on training rows, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Prepare
from proofstone.models.contract import Feature
from proofstone.models.prepare.clip import Clip
from proofstone.models.prepare.encode import Encode
from proofstone.models.prepare.impute import Impute
from proofstone.models.prepare.one_hot import OneHot
from proofstone.models.prepare.preparation import Preparation, Takes
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.prepare.scale import Scale
from proofstone.models.prepare.texts import Texts
from proofstone.models.prepare.transform import Transform


def fit_prepare(
    frame: pl.DataFrame, features: Sequence[Feature], settings: Prepare, *, takes: Takes
) -> Preparation:
    """Return the transforms of `features`, fitted on `frame`, the training rows.

    Numbers are clipped (`settings.outliers`), filled in and, for models that take `one_hot`,
    scaled; such models see each category as one column a level, others as a code. Trees need no
    scale, and stay readable without. A level that training did not know gives zeros, or the code
    -1. Models that take `text` read the text columns, and nothing is fitted.

    Raises:
        RowError: a value does not fit its feature's kind, or is missing though refused.
        DataError: a column of numbers has no value.
        InputError: a feature is free text and the model takes none, or the other way round.
    """
    if takes == "text":
        read = Texts.of(features, refuse=settings.missing == "refuse")
        read.apply(frame)
        return read
    for feature in features:
        if feature.kind == "text":
            raise InputError(
                f"column {feature.name}: free text cannot be a feature of a table's model",
                hint=f"give {feature.name} the role `ignore`, or take a family for text (`tfidf`)",
            )
    missing_level = settings.missing in {"median", "mean"}
    encode = Encode.fit(frame, features, missing_level=missing_level)
    columns, sources = encode.read(frame), encode.sources
    numbers = [feature.name for feature in features if feature.kind == "number"]
    transforms: list[Transform] = []
    if settings.outliers is not None:
        transforms.append(Clip.fit(columns, numbers, settings.outliers))
        columns = transforms[-1].apply(columns)
    transforms.append(Impute.fit(columns, sources, settings.missing, indicator=settings.indicator))
    columns = transforms[-1].apply(columns)
    if takes == "one_hot" and settings.scaling != "none":
        transforms.append(Scale.fit(columns, numbers, settings.scaling))
    if takes == "one_hot" and encode.levels:
        transforms.append(OneHot(encode.levels))
    return Prepared(encode, transforms)
