from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from proofstone.core.errors import DataError, InputError
from proofstone.core.project.load import check_project, load_project
from proofstone.pipeline.create import create_from_table, create_from_template, templates
from proofstone.pipeline.known import known_names


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "loans.csv"
    rows = range(60)
    columns = {
        "income": [20 + one * 1.5 for one in rows],
        "sex": ["f" if one % 2 else "m" for one in rows],
        "repaid": ["yes" if one % 3 else "no" for one in rows],
    }
    pl.DataFrame(columns).write_csv(path)
    return path


@pytest.mark.parametrize("template", templates())
def test_each_template_makes_a_project_without_a_problem(template: str, tmp_path: Path) -> None:
    made = create_from_template(tmp_path / "new", template)
    assert made == {"file": str(tmp_path / "new" / "proofstone.yaml"), "template": template}
    assert check_project(Path(made["file"]), known_names()) == []


def test_the_demo_template_ships() -> None:
    assert "credit" in templates()


def test_an_unknown_template_meets_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no template 'credits'") as caught:
        create_from_template(tmp_path / "new", "credits")
    assert "credit" in caught.value.hint
    assert not (tmp_path / "new").exists()


def test_a_table_makes_a_project_that_finds_it_from_its_folder(table: Path, tmp_path: Path) -> None:
    made = create_from_table(tmp_path / "Loans 2026", table, "repaid")
    project = load_project(Path(made["file"]), known_names())
    assert project.task.label == "repaid"
    assert project.data.source == "../loans.csv"
    assert set(project.data.columns) == {"income", "sex", "repaid"}
    assert yaml.safe_load(Path(made["file"]).read_text())["name"] == project.name


def test_a_wrong_label_meets_the_nearest_column_and_leaves_nothing(
    table: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="repayd") as caught:
        create_from_table(tmp_path / "new", table, "repayd")
    assert "repaid" in caught.value.hint
    assert not (tmp_path / "new").exists()


def test_a_project_that_is_there_is_left_alone(table: Path, tmp_path: Path) -> None:
    file = tmp_path / "proofstone.yaml"
    file.write_text("mine")
    for create in (
        lambda: create_from_template(tmp_path, "credit"),
        lambda: create_from_table(tmp_path, table, "repaid"),
    ):
        with pytest.raises(InputError, match="is there already"):
            create()
    assert file.read_text() == "mine"
