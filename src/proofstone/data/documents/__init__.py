"""Documents of a knowledge base: read in five formats, cut into passages, described."""
