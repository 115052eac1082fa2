"""Customising a chat model: supervised fine-tuning of low-rank adapters on conversations."""
