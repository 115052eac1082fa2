"""Kinds of models that can be fitted, one file each; registered as `proofstone.families`."""
