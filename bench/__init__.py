"""Speed, measured beside what stands next to us; run as `python -m bench`, never as a test."""
