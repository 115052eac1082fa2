"""From a project file to a plan, and from a plan to a record: run, resume, say why."""
