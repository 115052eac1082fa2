"""Models that somebody else runs, asked over OpenAI's HTTP protocol."""
