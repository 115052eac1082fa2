"""Guards: what surrounds a model before and after it answers, the same at the gate and live."""
