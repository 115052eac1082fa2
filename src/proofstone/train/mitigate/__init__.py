"""What is done against a gap between groups: before, while and after a model is fitted."""
