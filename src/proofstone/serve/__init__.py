"""A verified model behind a queue: predictions and explanations, for requests and for files."""
