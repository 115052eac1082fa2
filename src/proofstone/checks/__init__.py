"""Probe, oracle and gate: the engine that assess and monitor share."""
