"""The steps of each kind of project."""
