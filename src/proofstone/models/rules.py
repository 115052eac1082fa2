"""Cross-field rules: a small, closed part of SQL's conditions, over columns and constants only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl
import polars.selectors as cs

from proofstone.core.errors import InputError
from proofstone.core.project.nearest import nearest
from proofstone.core.project.schema import Rule

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "null",
        "like",
        "ilike",
        "true",
        "false",
        "case",
        "when",
        "then",
        "else",
        "end",
    ]
)
_BEFORE_BRACKET = KEYWORDS - {"is", "null", "end", "true", "false"}
_LONGEST = 2000
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+"|`[^`]+`)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w.]*)
    | (?P<sign>==|<=|>=|<>|!=|[-+*/%=<>(),])
    )""",
    re.VERBOSE,
)


def broken(rule: Rule, frame: pl.DataFrame) -> pl.Series:
    """Return which rows of `frame` break `rule`: Boolean, shape (n,).

    As in SQL's CHECK (ISO 9075), a row breaks a rule only where the condition is false; where a
    missing value (null or NaN) leaves it unknown, the row passes. Column names that are keywords
    or no plain words stand between double quotes, texts between single ones.

    Raises:
        InputError: the expression is not such a condition, or does not fit the columns' types.
            Functions, sub-queries and anything that could read elsewhere are refused.
    """
    text = _quoted(rule, frame.columns)
    try:
        held = (
            frame.with_columns(cs.float().fill_nan(None))
            .select(pl.sql_expr(text).alias("held"))
            .to_series()
        )
    except pl.exceptions.PolarsError as error:
        raise _fault(rule, str(error).splitlines()[0], "such as `debt <= income`") from error
    if held.dtype != pl.Boolean:
        raise _fault(rule, "it is no condition: it has a value", "compare it, as in `a <= b`")
    if len(held) != frame.height:
        held = pl.repeat(held.item(), frame.height, dtype=pl.Boolean, eager=True)
    return ~held.fill_null(value=True)


def _quoted(rule: Rule, columns: Iterable[str]) -> str:
    """The expression with every column between quotes, once each part of it is allowed."""
    if len(rule.expression) > _LONGEST:
        raise _fault(rule, f"it is longer than {_LONGEST} characters", "split it in two rules")
    tokens = list(_tokens(rule))
    known = set(columns)
    parts = []
    for at, (kind, token) in enumerate(tokens):
        called = tokens[at + 1 : at + 2] == [("sign", "(")]
        word = token.lower() if kind == "word" else None
        if called and kind in {"word", "quoted"} and word not in _BEFORE_BRACKET:
            raise _fault(rule, f'"{token}(" calls a function', "compare columns and constants only")
        if token == "==":
            raise _fault(rule, '"==" is not understood', "use one `=`")
        if word in KEYWORDS:
            parts.append(token)
        elif kind in {"word", "quoted"}:
            parts.append(_column(rule, token, kind, known))
        else:
            parts.append(token)
    return " ".join(parts)


def _column(rule: Rule, token: str, kind: str, known: set[str]) -> str:
    name = token
    if kind == "quoted":
        name = token[1:-1].replace('""', '"') if token[0] == '"' else token[1:-1]
    if name not in known:
        raise _fault(rule, f'there is no column "{name}"', nearest(name, known))
    return '"' + name.replace('"', '""') + '"'


def _tokens(rule: Rule) -> Iterator[tuple[str, str]]:
    at, text = 0, rule.expression.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or text.startswith("--", found.start(found.lastgroup or 0)):
            wrong = text[at:].strip()[:20]
            raise _fault(rule, f'"{wrong}" is not understood', "such as `debt <= income`")
        assert found.lastgroup is not None
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _fault(rule: Rule, message: str, hint: str) -> InputError:
    return InputError(f"data.rules: {rule.name}: `{rule.expression[:80]}`: {message}", hint=hint)
