"""Scripts that run in environments of their own, without this package."""
