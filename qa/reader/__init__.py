"""Finds answer spans in passages, with scores that compare across passages."""
