"""The step that reads the source into a typed table; nothing is dropped or mended here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from proofstone.core.artifact import Draft
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.schema import Data
from proofstone.core.step import Context, step
from proofstone.data.kinds import typed
from proofstone.data.sources.source import Source
from proofstone.data.table import Table

RESERVED = ("__row__", "__problem__")


@step("data.read", outputs=("table",))
def read(context: Context) -> Mapping[str, Draft]:
    """Read `data.source` through the planned source; returns role `table`."""
    data = Data.model_validate(context.settings["data"])
    fingerprint = context.settings["fingerprint"]
    table = read_table(context.plugins["source"], data, context.directory, fingerprint)
    facts = {"fingerprint": fingerprint, **table.facts}
    context.progress(
        message("read {n} rows of {width} columns").format(
            n=table.frame.height, width=table.frame.width
        )
    )
    return {"table": Table(table.frame, table.kinds, facts).draft()}


def read_table(
    source: Source, data: Data, directory: Path, fingerprint: str | None = None
) -> Table:
    """Return the table that `data` names, every row of it, in the source's order.

    `fingerprint` is what the bytes read must have: the plan was made for those.

    Raises:
        DataError: it cannot be read or is being changed, or a column has a name that quarantine
            needs.
    """
    reading = source.read(data.source, directory, data.encoding)
    if fingerprint not in (None, reading.fingerprint):
        raise DataError(f"{data.source}: was changed since the run began", hint="run again")
    for name in RESERVED:
        if name in reading.frame.columns:
            raise DataError(f"the column name {name} is reserved", hint="rename the column")
    frame, kinds = typed(reading.frame, data.columns)
    facts = {
        "source": data.source,
        "format": reading.format,
        "encoding": reading.encoding,
        "encoding_declared": data.encoding is not None,
        "delimiter": reading.delimiter,
        "licence": data.licence,
        "description": data.description,
        "citation": data.citation,
    }
    return Table(frame, kinds, facts)
