"""Thin doors: each turns what its caller says into a call of `Workspace`, and back."""
