"""The one object that every door calls. Heavy parts load when they are first needed."""

from proofstone.api.predictions import assess_file, challenge_file
from proofstone.api.workspace import Workspace

__all__ = ["Workspace", "assess_file", "challenge_file"]
