"""Making an assistant: index, hand-over threshold, and the files of each candidate."""
