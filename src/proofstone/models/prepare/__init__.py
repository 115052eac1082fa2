"""Transforms from a table to a matrix, fitted on training rows and carried in the signed model."""
