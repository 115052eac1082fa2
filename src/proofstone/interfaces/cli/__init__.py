"""The command line: `proofstone`."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with the status that `core.errors` gives."""
    from proofstone.interfaces.cli.app import run

    run()
