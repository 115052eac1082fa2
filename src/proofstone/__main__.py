"""`python -m proofstone` is the command line."""

from proofstone.interfaces.cli import main

main()
