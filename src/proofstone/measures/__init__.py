"""Pure array maths beneath every assessment: metrics, intervals, power, multiplicity. No I/O."""
