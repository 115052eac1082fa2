"""Fine-tuning a BERT encoder to tell two kinds of text apart, and writing it down as ONNX."""
