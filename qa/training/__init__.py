"""Trains the bundled reader: data, negatives, and the training loop."""
