"""The signs of attacks on the instructions of a model, in English and Chinese."""
