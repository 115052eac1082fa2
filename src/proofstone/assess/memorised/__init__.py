"""Whether a tuned model remembers single examples: what its probes share."""
