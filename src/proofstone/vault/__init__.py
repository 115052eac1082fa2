"""Keys, signatures and signed manifests; the only place that touches cryptography."""
