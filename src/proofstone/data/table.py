"""A table as an artifact: Parquet, and a schema that says what each column holds."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from proofstone.core.artifact import Draft, Stored
from proofstone.core.canonical import canonical_json
from proofstone.data.kinds import Kind


@dataclass(frozen=True, eq=False)
class Table:
    """Rows with the kind of each column; `facts` say where they came from."""

    frame: pl.DataFrame
    kinds: Mapping[str, Kind]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, stored: Stored) -> Table:
        """Read a table back from its artifact."""
        schema = json.loads(stored.read("schema.json"))
        columns, _rows = schema.pop("columns"), schema.pop("rows")
        kinds = {column["name"]: column["kind"] for column in columns}
        return cls(pl.read_parquet(io.BytesIO(stored.read("table.parquet"))), kinds, schema)

    def draft(self) -> Draft:
        """Return the artifact to be: `table.parquet` and `schema.json`."""
        columns = [
            {"name": name, "type": str(dtype), "kind": self.kinds[name]}
            for name, dtype in self.frame.schema.items()
        ]
        schema = {**self.facts, "columns": columns, "rows": self.frame.height}
        files = {"table.parquet": parquet(self.frame), "schema.json": canonical_json(schema)}
        return Draft("table", files, {"rows": self.frame.height, "columns": self.frame.width})


def parquet(frame: pl.DataFrame) -> bytes:
    """Return `frame` as Parquet: equal frames give equal bytes under one version of polars."""
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()
