"""The project file `proofstone.yaml`: its schema, and how it is read and checked."""
