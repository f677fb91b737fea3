"""What the evaluation commands do and print."""
