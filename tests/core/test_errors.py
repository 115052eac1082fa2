from __future__ import annotations

import copy
import pickle

import pytest

from proofstone.core.errors import (
    EXIT_CODES,
    Busy,
    DataError,
    GateShut,
    InputError,
    MissingExtra,
    MissingTool,
    Problem,
    ProjectFileError,
    ProofstoneError,
    StoreError,
    VerificationError,
)  # fmt: skip

ERRORS = [
    ProofstoneError("a defect"),
    InputError("p.csv, row 3", hint="mend it"),
    ProjectFileError([Problem("p.yaml", 3, "task.label", "wrong", "label"),
                      Problem("p.yaml", 4, "seed", "wrong")]),
    DataError("p.csv"),
    StoreError("full", hint="free some room"),
    Busy("held"),
    GateShut("shut"),
    VerificationError("changed"),
    MissingTool("vllm", "install it"),
    MissingExtra("lightgbm", "tabular"),
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_travels_between_processes_as_what_it_is(error: ProofstoneError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert (str(again), again.args) == (str(error), error.args)
        assert again.to_json() == error.to_json()
        assert again.exit_code == error.exit_code == EXIT_CODES[error.kind]


def test_each_kind_has_a_status_of_its_own() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES) == 5
    assert {error.kind for error in ERRORS} == set(EXIT_CODES)


def test_every_problem_is_listed_with_its_place() -> None:
    error = ERRORS[2]
    assert str(error) == "p.yaml:3: task.label: wrong (label)\np.yaml:4: seed: wrong"
    assert [one["line"] for one in error.to_json()["problems"]] == [3, 4]


def test_the_hint_of_an_absent_extra_is_the_line_that_installs_it() -> None:
    assert ERRORS[-1].hint == "pip install 'proofstone[tabular]'"
