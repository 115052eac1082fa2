"""An assistant: finds passages, answers from them with sources, or hands over to a person."""
