"""Attacks that infer what a model was fitted on, or what a person kept to themselves."""
