"""Why an assistant gave this answer: which passages carried it, and how they were found."""
