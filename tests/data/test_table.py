from __future__ import annotations

import json

import polars as pl

from proofstone.core.artifact import Artifact
from proofstone.data.table import Table, parquet


class Held:
    """A draft's files, read back."""

    def __init__(self, table: Table) -> None:
        self.draft = table.draft()
        self.artifact = Artifact("table", {}, self.draft.meta)

    def read(self, name: str) -> bytes:
        data = self.draft.files[name]
        assert isinstance(data, bytes)
        return data

    def path(self, name: str) -> None:
        raise NotImplementedError


def test_a_table_comes_back_as_it_was(loans: pl.DataFrame) -> None:
    kinds = {name: "number" if name in {"income", "debt"} else "category" for name in loans.columns}
    held = Held(Table(loans, kinds, {"source": "loans.csv"}))  # type: ignore[arg-type]
    back = Table.open(held)  # type: ignore[arg-type]
    assert back.frame.equals(loans)
    assert back.kinds == kinds
    assert back.facts == {"source": "loans.csv"}
    schema = json.loads(held.read("schema.json"))
    assert schema["rows"] == 40
    assert schema["columns"][0] == {"name": "income", "type": "Float64", "kind": "number"}


def test_equal_frames_give_equal_bytes(loans: pl.DataFrame) -> None:
    halves = pl.concat([loans.head(11), loans.tail(29)], rechunk=False)
    assert parquet(loans) == parquet(halves) == parquet(loans.clone())
