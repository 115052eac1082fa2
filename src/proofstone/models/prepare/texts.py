"""Turns the text columns of a row into one text, for models that read text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.errors import InputError
from proofstone.models import fields
from proofstone.models.contract import Feature
from proofstone.models.errors import RowError
from proofstone.models.prepare.values import column, texts
from proofstone.models.text.words import normalised

TRANSFORM = "texts"


@dataclass(frozen=True)
class Texts:
    """Frame in, one text a row out: the columns `names` in order, each on lines of its own.

    Each is brought into Unicode's NFKC form, without control and invisible characters. A missing
    one counts as empty, unless `refuse` is set.
    """

    names: tuple[str, ...]
    refuse: bool = False

    @classmethod
    def of(cls, features: Sequence[Feature], *, refuse: bool) -> Texts:
        """Return the transform for `features`, all of which must be free text.

        Raises:
            InputError: one is no free text; names it.
        """
        for feature in features:
            if feature.kind != "text":
                raise InputError(
                    f"column {feature.name}: a {feature.kind} cannot be a feature of a model that "
                    "reads text",
                    hint=f"give {feature.name} the role `ignore`, or declare it as `type: text`",
                )
        return cls(tuple(feature.name for feature in features), refuse)

    @classmethod
    def from_json(cls, document: object, place: str = "texts") -> Texts:
        """Read back what `to_json` wrote; `place` is file and field.

        Raises:
            InputError: the names are not different texts, or a field is absent; names the place.
        """
        state = fields.mapping(document, place)
        names = fields.texts(fields.field(state, "names", place), f"{place}.names")
        refuse = fields.field(state, "refuse", place)
        if not names or not isinstance(refuse, bool):
            raise fields.misfit(place, "it names no column, or `refuse` is not true or false")
        return cls(names, refuse)

    def to_json(self) -> list[dict[str, Any]]:
        """The one transform that this is."""
        return [{"transform": TRANSFORM, "names": list(self.names), "refuse": self.refuse}]

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The text columns that it reads."""
        return tuple(Feature(name, "text") for name in self.names)

    @property
    def levels(self) -> Mapping[str, Sequence[str | None]]:
        """None: there are no categories."""
        return {}

    @property
    def columns(self) -> tuple[str, ...]:
        """The first text column stands for the one column of the matrix."""
        return self.names[:1]

    @property
    def categorical(self) -> tuple[int, ...]:
        """None: there are no categories."""
        return ()

    def apply(self, frame: pl.DataFrame) -> np.ndarray:
        """Return one text a row: object array of str, shape (n, 1).

        Raises:
            RowError: a column is absent, holds lists, or is missing though refused; names row
                and field.
        """
        read = [self._read(column(frame, name)) for name in self.names]
        matrix = np.empty((frame.height, 1), dtype=object)
        matrix[:, 0] = ["\n".join(parts) for parts in zip(*read, strict=True)]
        return matrix

    def _read(self, series: pl.Series) -> list[str]:
        if self.refuse and series.null_count():
            row = series.is_null().arg_max()
            raise RowError(
                f"row {row}, field {series.name}: is missing",
                hint=f"give a text for {series.name}, or set prepare.missing",
            )
        return ["" if one is None else normalised(one) for one in texts(series)]
