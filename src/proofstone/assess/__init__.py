"""Assessment: what is measured of a model, one short probe a file."""
