"""The report of a run: tables, curves, and every question."""
