"""Who did what: the audit trail, a Merkle log with signed checkpoints."""
