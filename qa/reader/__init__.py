"""The answer spans of a passage, scored on one scale for all passages."""
