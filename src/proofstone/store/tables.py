"""The ledger's tables, as of the newest migration."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0002"
"""Revision that this code writes; `migrations/versions` holds the way to it."""

metadata = MetaData()

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("manifest", JSON, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("step", String(200), nullable=False, index=True),
    Column("ingredients", JSON, nullable=False),
    Column("outputs", JSON, nullable=False),
    Column("deterministic", Boolean, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("peak_mb", Float, nullable=False),
    Column("committed", String(32), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started", String(32), nullable=False),
    Column("finished", String(32)),
    Column("who", String(200), nullable=False),
    Column("outcome", JSON),
)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("step", String(200), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("key", String(64)),
    Column("seconds", Float, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("artifact", String(64), ForeignKey("artifacts.id"), nullable=False),
    Column("name", String(63), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("created", String(32), nullable=False),
    Column("who", String(200), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", String(200), nullable=False),
    Column("action", String(32), nullable=False),
    Column("details", JSON, nullable=False),
    Column("leaf", String(64), nullable=False),
)

owner = Table(
    "owner",
    metadata,
    Column("project", String(63), primary_key=True),
)

answers = Table(
    "answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("answer", Text, nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("release", String(64), ForeignKey("releases.id"), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("satisfied", Boolean),
    Column("resolved", Boolean),
    Column("comment", Text),
    Column("rated", String(32)),
)
