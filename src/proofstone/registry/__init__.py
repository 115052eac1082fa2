"""Releases: bundled, signed, verified, promoted, rolled back, exported."""
