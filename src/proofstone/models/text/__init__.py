"""Text as every part reads it: its language, its words, its sentences."""
