"""What an assistant knows and is asked: documents into passages, questions with their answers."""
