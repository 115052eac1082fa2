"""The way from any older ledger to the newest one (alembic)."""
