"""Models that others made: ONNX files, inference servers, and objects in a notebook."""
