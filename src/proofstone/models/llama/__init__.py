"""llama.cpp in this process: verified weights in, texts and probabilities out (extra `text`)."""
