"""What a column is for, guessed from its name and values, in English and Chinese."""

from __future__ import annotations

import re

import polars as pl

from proofstone.core.project.schema import Column
from proofstone.data.kinds import Kind, written

MOST_GROUPS = 20
_POSITIVE = ("yes", "1", "true", "y", "t", "是", "有")

_GROUP_WORDS = re.compile(
    r"sex|gender|race|racial|ethnic|ethnicity|religion|nationality|citizenship|foreign|foreigner"
    r"|disability|disabled|marital|marriage|married|pregnant|pregnancy|orientation|veteran|afam|age"
)
_GROUP_PARTS = re.compile(
    r"性别|民族|种族|族裔|宗教|国籍|户籍|籍贯|婚姻|婚否|残疾|怀孕|性取向|年龄"
)
_ID_NAMES = re.compile(
    r"^(id|.*[_. -]id|uuid|guid|index|row_?names?|row_?(id|number|no)|unnamed.*|column_1"
    r"|.*编号|序号|.*身份证号?|.*流水号)$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def protected(name: str, series: pl.Series) -> bool:
    """Whether the column seems to say what group a person belongs to, in few enough groups.

    >>> protected("applicant_sex", pl.Series(["f", "m"])), protected("essex", pl.Series(["f"]))
    (True, False)
    """
    words = any(_GROUP_WORDS.fullmatch(word.lower()) for word in _WORDS.findall(name))
    named = words or _GROUP_PARTS.search(name) is not None
    return named and 2 <= series.drop_nulls().n_unique() <= MOST_GROUPS


def role(name: str, series: pl.Series, kind: Kind) -> str:
    """Return `id`, `ignore` or `feature` for a column that is neither label nor protected.

    Ids are present and distinct in each row and named like one or a run of whole numbers; ignored
    are columns with one value at most and text of many values.
    """
    present = series.drop_nulls()
    distinct = present.n_unique()
    if distinct == len(series) > 1 and (_ID_NAMES.match(name) or _runs(series, kind)):
        return "id"
    if distinct <= 1 or kind == "text":
        return "ignore"
    return "feature"


def positive(label: pl.Series) -> str:
    """Return which of a label's two values decisions are likely about.

    A value that says yes; else the rarer one; of equally frequent ones the last in order.

    >>> positive(pl.Series(["no", "yes", "yes"])), positive(pl.Series(["good", "bad", "good"]))
    ('yes', 'bad')
    """
    values = label.drop_nulls().unique().sort().to_list()
    for value in values:
        if value.strip().lower() in _POSITIVE:
            return str(value)
    counts = [(label == value).sum() for value in values]
    return str(max(zip((-count for count in counts), values, strict=True))[1])


def entry(series: pl.Series, kind: Kind, use: str) -> Column:
    """Return the column's entry in a dictionary: type, values where they are few, and its use."""
    values = None
    if kind in {"category", "boolean"} or use in {"label", "protected"}:
        kind = "category"
        values = written(series).drop_nulls().unique().sort().to_list()
    missing = 0.0 if use in {"label", "protected"} and not series.null_count() else 1.0
    return Column.model_validate({"type": kind, "values": values, "missing": missing, "role": use})


def _runs(series: pl.Series, kind: Kind) -> bool:
    """Whether the column counts its rows: whole numbers in a row, in any order."""
    if kind != "number":
        return False
    numbers = series.sort().to_numpy()
    return bool((numbers[1:] - numbers[:-1] == 1).all())
