"""Attacks that follow a model's gradients: PGD, and an ensemble in the manner of AutoAttack."""
