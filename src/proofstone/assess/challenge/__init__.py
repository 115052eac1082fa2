"""Champion against challenger on the same rows: who stands, and what is compared."""
