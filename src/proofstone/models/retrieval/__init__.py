"""Retrieval: the passages of a knowledge base that may answer a question, and how sure that is."""
