"""The one table of operations: every door offers these, under these names."""

from __future__ import annotations

from typing import NamedTuple

from proofstone.core.i18n import message


class Operation(NamedTuple):
    """One thing that a person can do: its name at the doors, and where `Workspace` has it."""

    name: str
    method: str
    summary: str
    first: bool = False


OPERATIONS = (
    Operation(
        "init", "init", message("Create a project from a template or from a table"), first=True
    ),
    Operation(
        "run", "run", message("Run what has to run; end with a verdict and a release"), first=True
    ),
    Operation(
        "serve", "serve", message("Serve a release whose gates are open, on loopback"), first=True
    ),
    Operation("check", "check", message("Check the project file; report every problem at once")),
    Operation("plan", "plan", message("Show the steps, and which of them would run")),
    Operation("why", "why", message("Say which input of a step changed")),
    Operation(
        "assess", "assess", message("Assess the project's candidates, or a predictions file")
    ),
    Operation(
        "explain", "explain", message("Explain a release's predictions for the rows of a file")
    ),
    Operation("report", "report", message("Write the report of the last run or of a release")),
    Operation("releases", "releases.list", message("List releases with their verdicts and stages")),
    Operation("compare", "releases.compare", message("Put two releases side by side")),
    Operation(
        "promote", "releases.promote", message("Promote a release whose gates are open to a stage")
    ),
    Operation("rollback", "releases.rollback", message("Return a stage to the release before")),
    Operation(
        "export", "releases.export", message("Write a release as a directory that stands alone")
    ),
    Operation("verify", "releases.verify", message("Verify an exported release, offline")),
    Operation("reproduce", "releases.reproduce", message("Recompute a release and compare it")),
    Operation("predict", "predict", message("Predict the rows of a file with a release")),
    Operation("doctor", "doctor", message("Look for what is missing, damaged or unsafe; repair")),
)
