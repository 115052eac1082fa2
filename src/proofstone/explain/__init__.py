"""Attributions: what each input feature added to a score."""
