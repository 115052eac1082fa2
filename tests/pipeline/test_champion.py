from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from tests.pipeline.small import DOCUMENT, FILE, REASON, Ran, project_in, run, table, write

from proofstone.core.errors import InputError
from proofstone.pipeline.champion import champion, standing_champion
from proofstone.pipeline.forecast import forecast, why
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.plan import make_plan
from proofstone.pipeline.plans.champion import held_against
from proofstone.pipeline.reproduce import reproduce
from proofstone.registry.champion import champion_stage
from proofstone.registry.decisions import Decisions
from proofstone.store.store import Store

PLAIN = {"candidates": DOCUMENT["train"]["candidates"][:1]}
STUMP = {"candidates": [{"name": "stump", "family": "tree", "settings": {"max_depth": 1}}]}
GATED: dict[str, Any] = {
    "probes": ["discrimination", "challenge"],
    "gates": [
        {"metric": "roc_auc", "min": 0.5, "reason": REASON},
        {"metric": "roc_auc_change", "min": -0.05, "reason": "no worse than what stands"},
    ],
}
CHANGE = ("roc_auc_change", "all")


def findings(ran: Ran) -> dict[tuple[str, str], dict[str, Any]]:
    chosen = ran.outcome.record["candidates"][0]
    return {(one["metric"], one["subject"]): one for one in chosen["findings"]}


def promote(ran: Ran) -> None:
    decisions = Decisions(ran.store.audit)
    before = decisions.current("production")
    decisions.enter(
        "promote", ran.outcome.release, stage="production", before=before, who="a", why="b"
    )


def again(ran: Ran, **sections: Any) -> Ran:
    """Run the project of `ran` anew, with `sections` in the place of its own."""
    document = {**DOCUMENT, "train": PLAIN, "assess": GATED, **sections}
    (ran.directory / FILE).write_text(yaml.safe_dump(document))
    ran.store.close()
    return run(ran.directory, workers=1)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose first release stands in production; to be copied."""
    directory = tmp_path_factory.mktemp("champion") / "loans"
    write(directory, train=PLAIN, assess=GATED)
    ran = run(directory, workers=1)
    assert findings(ran)[CHANGE]["verdict"] == "not_applicable"
    assert "no other release stands in production" in findings(ran)[CHANGE]["reason"]
    assert ran.outcome.record["verdict"] == "pass"
    promote(ran)
    ran.store.close()
    return directory


@pytest.fixture
def ran(standing: Path, tmp_path: Path) -> Iterator[Ran]:
    """The project once more; what it restores is what stands in production."""
    directory = tmp_path / "loans"
    shutil.copytree(standing, directory)
    found = run(directory, workers=1)
    yield found
    found.store.close()


def test_a_release_is_not_held_against_itself(ran: Ran) -> None:
    assert {step.status for step in ran.outcome.steps} == {"restored"}
    assert "challenge" not in ran.outcome.record


def test_a_worse_candidate_is_shut_out(ran: Ran) -> None:
    before = findings(ran)["roc_auc", "all"]["value"]
    worse = again(ran, train=STUMP)
    found = findings(worse)
    assert worse.outcome.record["verdict"] == "fail"
    assert found[CHANGE]["verdict"] == "fail"
    assert found[CHANGE]["value"] == pytest.approx(
        found["roc_auc", "all"]["value"] - before, abs=1e-12
    )
    told = worse.outcome.record["challenge"]
    assert told["champion"] == {
        "kind": "release", "name": "plain", "release": ran.outcome.release,
    }  # fmt: skip
    assert told["answered"] == {"reason": "", "recorded": 239, "asked": 0, "left_out": 0}
    page = worse.store.open(worse.outcome.report).read("report.html").decode()
    assert "239 of these rows the champion answered when it was judged" in page
    promote(worse)
    assert {step.status for step in again(worse, train=STUMP).outcome.steps} == {"restored"}


def test_another_rule_of_choice_is_another_release_and_held_against_what_stands(
    tmp_path: Path,
) -> None:
    both = {"candidates": [*PLAIN["candidates"], *STUMP["candidates"]]}
    write(tmp_path / "a", train=both, assess=GATED)
    first = run(tmp_path / "a", workers=1)
    assert first.outcome.record["winner"] == "plain"
    promote(first)
    least = again(first, train=both, select={"greatest": False})
    assert least.outcome.record["winner"] == "plain"
    assert findings(least)[CHANGE]["value"] == 0.0
    stump = {one["name"]: one for one in least.outcome.record["candidates"]}["stump"]
    assert stump["verdict"] in ("fail", "inconclusive")
    least.store.close()


def test_a_corrected_label_does_not_make_a_row_new(ran: Ran) -> None:
    turned = table().with_columns(
        repaid=pl.when(pl.int_range(pl.len()) < 20).then(pl.lit("no")).otherwise("repaid")
    )
    turned.write_csv(ran.directory / "loans.csv")
    told = again(ran).outcome.record["challenge"]
    assert (told["answered"]["recorded"], told["answered"]["asked"]) == (239, 0)


def test_rows_that_are_new_to_the_champion_are_asked(ran: Ran) -> None:
    fresh = table(300).tail(50).with_columns(income=pl.col("income") + 0.05)
    pl.concat([table(), fresh]).write_csv(ran.directory / "loans.csv")
    more = again(ran)
    told = more.outcome.record["challenge"]
    assert told["answered"] == {"reason": "", "recorded": 239, "asked": 50, "left_out": 0}
    assert told["rows"] == findings(more)[CHANGE]["n"] == 289
    anew = reproduce(more.outcome.record, ran.directory, more.store, workers=1)
    assert (anew["same"], anew["differences"]) == (True, [])


def test_rows_that_the_champion_was_trained_on_are_left_out(ran: Ran) -> None:
    held_out = {"estimator": "hold_out", "test_fraction": 0.25}
    first = again(ran, split=held_out)
    promote(first)
    second = again(first)
    judged = findings(first)["roc_auc", "all"]["n"]
    told = second.outcome.record["challenge"]
    assert told["answered"] == {
        "reason": "", "recorded": judged, "asked": 0, "left_out": 239 - judged,
    }  # fmt: skip
    assert findings(second)[CHANGE]["n"] == judged


def test_a_champion_that_cannot_answer_leaves_the_gate_not_run(ran: Ran) -> None:
    columns = {name: told for name, told in DOCUMENT["data"]["columns"].items() if name != "debt"}
    table().drop("debt").write_csv(ran.directory / "loans.csv")
    narrow = again(ran, data={"source": "loans.csv", "columns": columns})
    assert narrow.outcome.record["verdict"] == "not_run"
    assert "lacks the column debt" in findings(narrow)[CHANGE]["reason"]
    table().write_csv(ran.directory / "loans.csv")
    other = again(narrow, task={**DOCUMENT["task"], "positive": "yes"})
    assert "another label or another class" in findings(other)[CHANGE]["reason"]
    trained = ran.store.actions.history("train.fit/plain")[-1]
    ran.store.actions.forget(trained.outputs["predictions"].id)
    unknown = again(other, train=STUMP)
    assert "no longer kept" in findings(unknown)[CHANGE]["reason"]


def test_without_the_gate_the_change_is_told_all_the_same(ran: Ran) -> None:
    free = {**GATED, "gates": GATED["gates"][:1]}
    found = findings(again(ran, train=STUMP, assess=free))[CHANGE]
    assert (found["limit"], found["details"]["standing"]) == (None, "worse")


def test_the_plan_names_what_it_reads_of_the_champion(ran: Ran) -> None:
    (ran.directory / FILE).write_text(yaml.safe_dump({**DOCUMENT, "train": STUMP, "assess": GATED}))
    journey = Journey(project_in(ran.directory), ran.directory, ran.store, who="a tester")
    rows = {row["name"]: row for row in forecast(journey)}
    assert rows["assess.champion"]["status"] == "would run"
    assert rows["assess.champion"]["reads"] == ["data.check", "data.split"]
    assert rows["select"]["reads"] == ["assess.candidate/stump", "assess.change/stump"]
    assert why(journey, "assess.champion")["says"] == "assess.champion never ran"
    plan = journey.plan()
    assert {port.role for port in plan.given} == {"release", "past_table", "past_answers"}


def test_no_champion_no_gate_no_step(tmp_path: Path) -> None:
    free = {**GATED, "gates": []}
    write(tmp_path / "a", assess=free)
    plan = make_plan(project_in(tmp_path / "a"), tmp_path / "a")
    assert held_against(plan, None) is plan


def test_the_stage_is_the_projects_to_choose(tmp_path: Path) -> None:
    write(tmp_path / "a", assess={"settings": {"challenge": {"champion": "staging"}}})
    assert champion_stage(project_in(tmp_path / "a").model_dump()) == "staging"
    write(tmp_path / "b", assess={"settings": {"challenge": {"champion": "stagging"}}})
    with pytest.raises(InputError, match=r"assess\.settings\.challenge\.champion: 'stagging'"):
        champion_stage(project_in(tmp_path / "b").model_dump())


def test_a_release_that_is_not_there(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(InputError, match="no release"):
        champion(store, "abcdef")
    store.close()


def test_an_empty_stage_has_no_champion(ran: Ran) -> None:
    decisions = Decisions(ran.store.audit)
    before = decisions.current("production")
    assert before is not None
    decisions.enter("rollback", before, stage="production", before=before, who="a", why="b")
    plan = make_plan(project_in(ran.directory), ran.directory)
    assert standing_champion(ran.store, plan, ran.journey.index) is None
