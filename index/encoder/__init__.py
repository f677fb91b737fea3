"""A transformer encoder on a processor: its layers, its number format, its threads."""
