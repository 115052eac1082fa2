"""The Model contract, its runtimes, and `prepare`: fitted transforms, part of the signed model."""
