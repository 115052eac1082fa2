"""Chat models in folders of safetensors, run by vLLM in a process of its own."""
