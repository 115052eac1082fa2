"""From a source to rows that can be trusted: read, check, profile, split."""
