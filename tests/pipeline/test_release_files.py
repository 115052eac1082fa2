from __future__ import annotations

import json
import re

import pytest
from tests.pipeline.small import Ran

from proofstone.core.canonical import canonical_json
from proofstone.core.finding import Finding
from proofstone.models.open import open_model
from proofstone.registry.bundle import release_id


@pytest.fixture(scope="module")
def files(ran: Ran) -> dict[str, bytes]:
    """The files of the small project's release that its id is the digest of."""
    (release,) = [one for one in ran.store.releases.all() if one.id == ran.outcome.release]
    opened = ran.store.open(release.artifact)
    names = [name for name in release.artifact.files if name.startswith("model/")]
    wanted = ["project.json", "findings.json", "provenance.json", "croissant.json"]
    return {name: opened.read(name) for name in [*names, *wanted]}


def test_the_id_is_the_digest_of_these_files(ran: Ran, files: dict[str, bytes]) -> None:
    assert release_id(files) == ran.outcome.release
    changed = files | {"findings.json": files["findings.json"] + b" "}
    assert release_id(changed) != ran.outcome.release


def test_nothing_in_them_tells_when_where_or_by_whom(ran: Ran, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        text = data.decode()
        assert str(ran.directory) not in text, name
        assert "a tester" not in text, name
        assert not re.search(r"20\d\d-\d\d-\d\dT\d\d:", text), name
        assert '"seconds":0.' not in text, name


def test_model_findings_and_project_are_the_winners(ran: Ran, files: dict[str, bytes]) -> None:
    record = ran.outcome.record
    model = {name.removeprefix("model/"): data for name, data in files.items() if "/" in name}
    assert open_model(model).signature.positive == "no"
    assert json.loads(files["project.json"]) == record["project"]
    assert json.loads(files["findings.json"]) == record["candidates"][0]["findings"]
    assert [Finding.from_json(one).gated for one in json.loads(files["findings.json"])].count(
        True
    ) == len(record["gates"])


def test_provenance_holds_every_key_with_its_ingredients(ran: Ran, files: dict[str, bytes]) -> None:
    provenance = json.loads(files["provenance.json"])
    assert files["provenance.json"] == canonical_json(provenance)
    assert provenance["winner"] == ran.outcome.record["winner"]
    assert provenance["data"] == ran.outcome.record["data"]["table"]
    steps = {one["name"]: one["key"] for one in ran.outcome.record["steps"]}
    assert {name: one["key"] for name, one in provenance["steps"].items()} == steps
    every = list(provenance["steps"].values())
    inputs = {one for step in every for one in step["ingredients"]["inputs"].values()}
    assert inputs <= {one for step in every for one in step["outputs"].values()}
