"""Models from elsewhere: what kind of task they do, and the case that their answers make."""
