"""Attacks on assistants, as data files with their sources, and how they are carried out."""
