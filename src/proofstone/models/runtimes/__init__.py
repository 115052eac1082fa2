"""What computes the raw score of a prepared matrix: one file a kind of model."""
