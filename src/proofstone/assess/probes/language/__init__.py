"""Probes of assistants and chat models."""
