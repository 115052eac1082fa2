"""Attacks on decisions about rows of a table, and what withstands them."""
