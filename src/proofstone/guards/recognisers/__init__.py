"""Recognisers of personal data and secrets, one file a family, in English and Chinese."""
