"""What the probes of fairness share: who is compared, who is alike, what inputs give away."""
