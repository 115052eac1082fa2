"""The record as a page for a board, as cards, as SARIF and as JUnit XML."""
