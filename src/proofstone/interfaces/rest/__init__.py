"""The REST door: the Open Inference Protocol v2 over HTTP, on loopback."""
