"""The nearest passages by vectors, and the best ones by terms."""
