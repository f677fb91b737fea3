"""The recipe of the bundled reader: data, negatives, and the training loop."""
