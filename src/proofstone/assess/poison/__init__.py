"""Signs that somebody tampered with what a model was fitted on."""
