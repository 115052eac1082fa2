"""Whether passages say what a sentence says, with known rates of error."""
