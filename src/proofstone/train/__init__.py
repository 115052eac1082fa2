"""Fitting candidates: families, search, calibration, thresholds and mitigation."""
