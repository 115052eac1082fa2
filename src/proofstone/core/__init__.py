"""What every package builds on: artifacts, steps, findings, errors, the project file."""
