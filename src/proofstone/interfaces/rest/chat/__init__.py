"""OpenAI's protocol over HTTP: one assistant, its models list, chat, embeddings and feedback."""
